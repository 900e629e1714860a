"""What a feed's contract is made of: what a department drops in landing, column by column."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from powerlake.tables.model import PII

KEPT = ("change", "changed_at")
"""Columns that any feed may have beside its own: see `Feed`."""


class Kind(enum.Enum):
    """What a cell must read as. Bronze keeps its text as received; silver turns it into the type."""

    TEXT = "text"
    CODE = "code"
    """One of a short list that may grow: a new one is kept, and reported in silver."""
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    """A local date."""
    INSTANT = "instant"
    """A date and time: with a UTC offset, or else by the clock of the utility (conf `utility_clock`)."""


@dataclass(frozen=True)
class Field:
    """One column of a feed. A required one must be in the file, and filled in every row that is no deletion.

    `is_join_key` is said of columns of PII class direct by which rows of different feeds are brought together: beside
    the encrypted value bronze then has a keyed pseudonym of it.
    """

    name: str
    kind: Kind
    comment: str
    unit: str = ""
    pii: PII = PII.NONE
    is_required: bool = False
    codes: tuple[str, ...] = ()
    is_join_key: bool = False

    @property
    def is_direct(self) -> bool:
        """Names a person, so it never reaches the lake in clear."""
        return self.pii is PII.DIRECT


@dataclass(frozen=True)
class Feed:
    """What a department delivers under landing/<department>/<name>/.

    A row delivered again with the same key corrects the earlier one: the later batch counts, within a batch the
    later file by name, within a file the later row. A row whose column `change` says `delete` takes the row of its
    key away; then only the key must be filled. `changed_at`, where given, is when the department made the change.
    `late_days` is how long after the day a row speaks of it may still arrive.

    `month_of` names the column by whose local month silver is cut, for feeds that grow day by day; a row keeps its
    month. `period` names the columns of the first and last day a row holds, for feeds whose rows follow one another;
    `holds_on_last` is false where the latter is the day after.
    """

    name: str
    department: str
    owner: str
    grain: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    late_days: int
    month_of: str = ""
    period: tuple[str, str] | None = None
    holds_on_last: bool = True

    def __post_init__(self) -> None:
        names = [item.name for item in self.fields]
        if len(set(names)) != len(names) or set(names) & set(KEPT):
            raise ValueError(f"{self.path}: a column is declared twice, or is one that every feed may have")
        if not set(self.key) <= {item.name for item in self.fields if item.is_required}:
            raise ValueError(f"{self.path}: the key {self.key} is not of required columns")
        required = {item.name for item in self.fields if item.is_required}
        if not {self.month_of, *(self.period or ())[:1]} - {""} <= required:
            raise ValueError(f"{self.path}: the month or the first day of a row may be empty")
        if any(item.is_join_key and not item.is_direct for item in self.fields):
            raise ValueError(f"{self.path}: only a direct column needs a pseudonym to be joined by")

    @property
    def path(self) -> str:
        """department/name, as its folder below landing/."""
        return f"{self.department}/{self.name}"

    @property
    def direct(self) -> tuple[Field, ...]:
        """The columns that are encrypted on their way in."""
        return tuple(item for item in self.fields if item.is_direct)

    def field(self, name: str) -> Field:
        """The column of that name. Raises KeyError."""
        for item in self.fields:
            if item.name == name:
                return item
        raise KeyError(f"{self.path} has no column {name}")


def text(name: str, comment: str, *, pii: PII = PII.NONE, required: bool = False, join: bool = False) -> Field:
    """Free text, a name, a number that is no quantity."""
    return Field(name, Kind.TEXT, comment, pii=pii, is_required=required, is_join_key=join)


def code(name: str, comment: str, *codes: str, required: bool = False) -> Field:
    """One of `codes`."""
    return Field(name, Kind.CODE, comment, is_required=required, codes=codes)


def integer(name: str, comment: str, unit: str = "", *, required: bool = False) -> Field:
    """A whole number."""
    return Field(name, Kind.INTEGER, comment, unit, is_required=required)


def decimal(name: str, comment: str, unit: str, *, pii: PII = PII.NONE, required: bool = False) -> Field:
    """A number."""
    return Field(name, Kind.DECIMAL, comment, unit, pii, required)


def boolean(name: str, comment: str, *, required: bool = False) -> Field:
    """Yes or no."""
    return Field(name, Kind.BOOLEAN, comment, is_required=required)


def date(name: str, comment: str, *, required: bool = False) -> Field:
    """A local date."""
    return Field(name, Kind.DATE, comment, is_required=required)


def instant(name: str, comment: str, *, required: bool = False) -> Field:
    """A date and time."""
    return Field(name, Kind.INSTANT, comment, is_required=required)


def identity(name: str, comment: str, *, required: bool = True) -> Field:
    """A number by which rows of feeds are brought together and that points at a thing, not a person."""
    return Field(name, Kind.TEXT, comment, is_required=required)


def person(name: str, comment: str, *, required: bool = True) -> Field:
    """A number that only the utility can tie to a person, such as a customer's or a meter's."""
    return Field(name, Kind.TEXT, comment, pii=PII.PSEUDONYM, is_required=required)
