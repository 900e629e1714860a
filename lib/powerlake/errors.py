"""Errors a person can act on: each carries its facts as fields and says the remedy in one line."""

import re
from typing import Any

_QUOTED = re.compile(r"(?<!\w)'(?![a-z_.]+'|/\S*')[^'\n]*'(?!\w)")
"""What is between quotes, but for names as tables and columns have them, and paths."""
_LONG_NUMBER = re.compile(r"\d{11,}")
"""As long as the number of a phone or longer."""


class PowerlakeError(Exception):
    """The base of every error raised on purpose. `str(error)` is one line for the user.

    `remedy` says what to do about it, and `exit_code` is what the command line returns.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "", **facts: object) -> None:
        self.message = message
        self.remedy = remedy
        self.facts = facts
        super().__init__(f"{message}; {remedy}" if remedy else message)

    def __reduce__(self) -> tuple[Any, ...]:
        """By its fields, whatever its class is made from: an error travels from worker to driver."""
        return _restored, (type(self), self.args, self.__dict__)


class ConfigurationError(PowerlakeError):
    """conf/, pipelines.yaml or the command line says something that cannot be."""

    exit_code = 2


class EnvironmentProblem(PowerlakeError):
    """The machine lacks something: Java, JARs, disk, network."""

    exit_code = 3


class UnknownTable(ConfigurationError):
    """A table name that no declaration has."""

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(
            f"table {name} is not declared", remedy="`powerlake tables` lists them", name=name, known=known
        )


class TableMissing(PowerlakeError):
    """A declared table that nothing has written yet."""

    def __init__(self, name: str) -> None:
        super().__init__(f"table {name} holds nothing yet", remedy="run the pipeline that writes it", name=name)


class ExpectationFailed(PowerlakeError):
    """An expectation of severity `error` did not hold, so the table was left as it was."""

    def __init__(self, table: str, failed: tuple[str, ...]) -> None:
        super().__init__(
            f"{table} was not published: {', '.join(failed)}",
            remedy="`powerlake status` shows the run; mend the input or the rule and run again",
            table=table,
            failed=failed,
        )


class ReadingsLost(PowerlakeError):
    """Received is not what its fates add up to. A defect of the job: nothing was published."""

    def __init__(self, table: str, received: int, accounted: int) -> None:
        super().__init__(
            f"{table}: {received} readings received but {accounted} accounted for",
            table=table,
            received=received,
            accounted=accounted,
        )


class JobFailed(PowerlakeError):
    """A job of a run ended in an error; the run can be resumed."""


class JobTimeout(PowerlakeError):
    """A job ran longer than its timeout."""


def _restored(kind: type[PowerlakeError], args: tuple[Any, ...], fields: dict[str, Any]) -> PowerlakeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(fields)
    return error


def without_values(text: str) -> str:
    """What an error that is not ours says, less the values it quotes: libraries quote what they cannot read."""
    return _LONG_NUMBER.sub("…", _QUOTED.sub("'…'", text))
