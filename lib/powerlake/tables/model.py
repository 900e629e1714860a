"""What a table declaration is made of. No session, no I/O: everything else derives from these."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

LAYERS = ("bronze", "silver", "gold", "quarantine", "ops")


class PII(enum.Enum):
    """How closely a value points at a person."""

    NONE = "none"
    PSEUDONYM = "pseudonym"
    """A stable number that only the utility can tie to a person."""
    INDIRECT = "indirect"
    """Says something about a household, such as its load curve; no name in it."""
    DIRECT = "direct"
    """Names a person. Never in the lake in clear."""


class Severity(enum.Enum):
    """What a failed expectation does: `ERROR` stops publication, `WARN` is recorded."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, what it means, its unit ("1" for a ratio) and its PII class."""

    name: str
    type: pa.DataType
    comment: str
    unit: str = ""
    pii: PII = PII.NONE
    nullable: bool = True


@dataclass(frozen=True)
class Expectation:
    """A rule about the whole of a table, checked before the table changes.

    `kind` is a key of `powerlake.quality.measure.KINDS`; `arguments` are that kind's.
    """

    kind: str
    arguments: Mapping[str, object]
    severity: Severity = Severity.ERROR

    @property
    def name(self) -> str:
        inner = ", ".join(f"{key}={value}" for key, value in self.arguments.items())
        return f"{self.kind}({inner})"


def _expectation(kind: str, severity: Severity, **arguments: object) -> Expectation:
    return Expectation(kind, MappingProxyType(arguments), severity)


def unique(*columns: str, severity: Severity = Severity.ERROR) -> Expectation:
    """No two rows share these columns."""
    return _expectation("unique", severity, columns=columns)


def not_null(column: str, severity: Severity = Severity.ERROR) -> Expectation:
    """The column has a value in every row."""
    return _expectation("not_null", severity, column=column)


def between(
    column: str, low: float | None, high: float | None, mostly: float = 1.0, severity: Severity = Severity.ERROR
) -> Expectation:
    """At least `mostly` of the values lie in [low, high]; None leaves a side open."""
    return _expectation("between", severity, column=column, low=low, high=high, mostly=mostly)


def share_between(column: str, low: float, high: float, severity: Severity = Severity.ERROR) -> Expectation:
    """Each distinct value of the column takes between `low` and `high` of the rows."""
    return _expectation("share_between", severity, column=column, low=low, high=high)


def mean_between(column: str, low: float, high: float, severity: Severity = Severity.ERROR) -> Expectation:
    """The column's mean lies in [low, high]."""
    return _expectation("mean_between", severity, column=column, low=low, high=high)


def has_rows(at_least: int = 1, severity: Severity = Severity.ERROR) -> Expectation:
    """What is about to be published has this many rows or more."""
    return _expectation("has_rows", severity, at_least=at_least)


@dataclass(frozen=True)
class Table:
    """A table, declared once.

    `name` is `layer.table`; `grain` says what one row is; `key` identifies a row; `checks` are row conditions in
    Spark SQL (kept to what DuckDB reads too), and a row that fails one goes to quarantine with the check's name
    as the reason; `partitioned_by` are the columns a write replaces as a whole.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    owner: str
    comment: str
    columns: tuple[Column, ...]
    checks: Mapping[str, str] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    partitioned_by: tuple[str, ...] = ()
    freshness_hours: int | None = None

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if self.layer not in LAYERS:
            raise ValueError(f"{self.name}: the layer is one of {', '.join(LAYERS)}")
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        unknown = (set(self.key) | set(self.partitioned_by)) - set(names)
        if unknown:
            raise ValueError(f"{self.name}: {sorted(unknown)} in key or partition is not a column")
        if self.partitioned_by and tuple(names[-len(self.partitioned_by) :]) != self.partitioned_by:
            raise ValueError(f"{self.name}: the columns it is partitioned by come last, as Spark reads them")

    @property
    def layer(self) -> str:
        return self.name.split(".", 1)[0]

    @property
    def short_name(self) -> str:
        return self.name.split(".", 1)[1]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")
