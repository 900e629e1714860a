"""What a suite needs to know of the rows, measured in one aggregate and at most one pass that groups.

The aggregate counts rows, missing values and values out of range, and takes means, of all expectations together. What
asks for groups (unique keys, shares of values) is counted by GROUPING SETS in one shuffle. So a suite costs two passes
over the staged rows however long it is, and none at all where it only counts rows: those are known from the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from powerlake.tables.model import Expectation, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, Row

Frame = Callable[[], "DataFrame"]


@dataclass(frozen=True)
class Measured:
    """What was measured for one expectation.

    `observed` holds where it lies in [low, high], a side open where None; it is None where there was nothing to
    measure, which breaks the rule only where `needs_rows`. `failing` of `checked` rows break the rule; None where it
    is of the whole. `found` says the figure in words.
    """

    expectation: Expectation
    checked: int
    failing: int | None
    observed: float | None
    low: float | None
    high: float | None
    found: str
    needs_rows: bool = False


@dataclass(frozen=True)
class Measures:
    """A suite's figures in the order of its expectations, and the passes over the rows that they took."""

    items: tuple[Measured, ...]
    passes: int


@dataclass(frozen=True)
class Groups:
    """The groups of equal values of some columns: rows in groups of more than one, and the rows of each side's worst.

    `repeated` leaves out rows without any value. `least` and `most` are the rows of the smallest and the largest group.
    `outside` are the rows of groups that are too small or too large.
    """

    repeated: int = 0
    least: int | None = None
    most: int | None = None
    outside: int = 0


def measure(table: Table, frame: Frame, rows: int | None = None) -> Measures:
    """The figures of the table's expectations over the frame. `rows` is their number where it is known already.

    The frame is asked for only where a pass over it is needed; one without rows is measured like any other.
    """
    wanted = list({item.name: item for item in table.expectations}.values())
    if rows == 0:
        return _measures(wanted, defaultdict(lambda: None, rows=0), defaultdict(Groups), 0)
    columns = {key: column for number, item in enumerate(wanted) for key, column in _asked(number, item).items()}
    sets = list(dict.fromkeys(_group_of(item) for item in wanted if item.kind in _GROUPED))
    whole: Mapping[str, Any] = {"rows": rows}
    passes = 0
    if columns or rows is None:
        whole, passes = _aggregate(frame(), columns), passes + 1
    groups: Mapping[int, Groups] = {}
    if sets:
        groups, passes = _groups(frame(), wanted, sets, whole["rows"]), passes + 1
    return _measures(wanted, whole, groups, passes)


def _measures(
    wanted: Sequence[Expectation], whole: Mapping[str, Any], groups: Mapping[int, Groups], passes: int
) -> Measures:
    figures = (_Figures(number, whole, groups) for number in range(len(wanted)))
    return Measures(tuple(_MEASURES[item.kind](item, own) for item, own in zip(wanted, figures, strict=True)), passes)


@dataclass(frozen=True)
class _Figures:
    """What was measured, as one expectation looks it up by its number."""

    number: int
    whole: Mapping[str, Any]
    groups: Mapping[int, Groups]

    @property
    def rows(self) -> int:
        return int(self.whole["rows"])

    def __getitem__(self, name: str) -> Any:
        return self.whole[f"{self.number}.{name}"]

    def count(self, name: str) -> int:
        return int(self[name] or 0)

    @property
    def group(self) -> Groups:
        return self.groups[self.number]


_GROUPED = frozenset({"unique", "share_between"})


def _group_of(item: Expectation) -> tuple[str, ...]:
    """The columns it groups by, in an order of their own: the same columns are the same groups."""
    arguments: Mapping[str, Any] = item.arguments
    return tuple(sorted(set(arguments["columns"]))) if item.kind == "unique" else (arguments["column"],)


def _asked(number: int, item: Expectation) -> dict[str, Column]:
    """The aggregates that an expectation asks for, by `number.name`."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    arguments: Mapping[str, Any] = item.arguments
    if item.kind not in {"not_null", "between", "mean_between"}:
        return {}
    column = F.col(f"`{arguments['column']}`")
    asked = {"values": F.count(column)}
    if item.kind == "between":
        inside = F.lit(True)
        for side, limit in ((column.__ge__, arguments["low"]), (column.__le__, arguments["high"])):
            inside = inside if limit is None else inside & side(limit)
        asked["inside"] = F.count_if(inside & column.isNotNull())
    if item.kind == "mean_between":
        asked["mean"] = F.avg(column)
    return {f"{number}.{name}": value for name, value in asked.items()}


def _aggregate(frame: DataFrame, columns: Mapping[str, Column]) -> dict[str, Any]:
    """All figures of the whole, in one pass."""
    from pyspark.sql import functions as F  # noqa: PLC0415

    row = frame.agg(F.count(F.lit(1)).alias("rows"), *(column.alias(name) for name, column in columns.items())).first()
    assert row is not None
    return row.asDict()


def _groups(
    frame: DataFrame, wanted: Sequence[Expectation], sets: Sequence[tuple[str, ...]], rows: int
) -> dict[int, Groups]:
    """The groups that expectations ask for, by their number, in one pass."""
    from pyspark.sql import functions as F  # noqa: PLC0415

    counted = _counted(frame, sets)
    asked: list[Column] = []
    for number, item in enumerate(wanted):
        if item.kind in _GROUPED:
            own = F.col("_set") == sets.index(_group_of(item))
            asked += [column.alias(f"{number}.{name}") for name, column in _of_groups(item, own, rows).items()]
    row = counted.agg(*asked).first()
    assert row is not None
    return {number: _group(row, number) for number, item in enumerate(wanted) if item.kind in _GROUPED}


def _counted(frame: DataFrame, sets: Sequence[tuple[str, ...]]) -> DataFrame:
    """One row a group: `_set`, its place in `sets`; `_n`, its rows; `_is_blank`, whether no column has a value.

    No table has a column whose name begins so.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415

    names = sorted({name for one in sets for name in one})
    columns = {name: F.col(f"`{name}`") for name in names}
    blank = [F.lit(True)] * len(sets)
    for place, one in enumerate(sets):
        for name in one:
            blank[place] = blank[place] & columns[name].isNull()
    if len(sets) == 1:
        grouped, own = frame.groupBy(*columns.values()), F.lit(0)
    else:
        grouped = frame.groupingSets([[columns[name] for name in one] for one in sets], *columns.values())
        own = F.coalesce(*(F.when(F.grouping_id() == _grouping_id(names, one), i) for i, one in enumerate(sets)))
    counted = grouped.agg(F.count(F.lit(1)).alias("_n"), own.alias("_set"))
    is_blank = F.coalesce(*(F.when(F.col("_set") == place, blank[place]) for place in range(len(sets))))
    return counted.select("_set", "_n", is_blank.alias("_is_blank"))


def _grouping_id(names: Sequence[str], grouped: Sequence[str]) -> int:
    """What Spark's grouping_id() says of a set: a bit for each column, 1 where it is not grouped by, first highest."""
    return sum(1 << (len(names) - 1 - place) for place, name in enumerate(names) if name not in grouped)


def _of_groups(item: Expectation, own: Column, rows: int) -> dict[str, Column]:
    from pyspark.sql import functions as F  # noqa: PLC0415

    n = F.col("_n")
    if item.kind == "unique":
        return {"repeated": F.sum(F.when(own & (n > 1) & ~F.col("_is_blank"), n))}
    arguments: Mapping[str, Any] = item.arguments
    too_few, too_many = n < arguments["low"] * rows, n > arguments["high"] * rows
    return {
        "least": F.min(F.when(own, n)),
        "most": F.max(F.when(own, n)),
        "outside": F.sum(F.when(own & (too_few | too_many), n)),
    }


def _group(row: Row, number: int) -> Groups:
    found = {name.split(".", 1)[1]: value for name, value in row.asDict().items() if name.startswith(f"{number}.")}
    return Groups(found.get("repeated") or 0, found.get("least"), found.get("most"), found.get("outside") or 0)


def _unique(item: Expectation, figures: _Figures) -> Measured:
    repeated = figures.group.repeated
    found = f"{repeated:,} of {figures.rows:,} rows repeat one another"
    return Measured(item, figures.rows, repeated, float(repeated), None, 0.0, found)


def _share_between(item: Expectation, figures: _Figures) -> Measured:
    arguments: Mapping[str, Any] = item.arguments
    low, high, group, rows = arguments["low"], arguments["high"], figures.group, figures.rows
    if group.least is None or group.most is None:
        return Measured(item, 0, 0, None, low, high, "no rows")
    worst = group.most if group.most > high * rows else group.least
    found = f"a value takes {worst / rows:.2%} of the rows".replace("%", " %")
    # Told by counts, as they were compared: a share that was divided out may miss its limit by a rounding.
    share = worst / rows if group.outside else min(max(worst / rows, low), high)
    return Measured(item, rows, group.outside, share, low, high, found)


def _not_null(item: Expectation, figures: _Figures) -> Measured:
    missing = figures.rows - figures.count("values")
    return Measured(item, figures.rows, missing, float(missing), None, 0.0, f"{missing:,} rows without a value")


def _between(item: Expectation, figures: _Figures) -> Measured:
    values, inside = figures.count("values"), figures.count("inside")
    arguments: Mapping[str, Any] = item.arguments
    share = inside / values if values else None
    found = f"{100 * (1 - share):.2f} % of values do not" if share is not None else "no values"
    return Measured(item, values, values - inside, share, arguments["mostly"], None, found)


def _mean_between(item: Expectation, figures: _Figures) -> Measured:
    mean, arguments = figures["mean"], item.arguments
    observed = None if mean is None else float(mean)
    found = "no value to take the mean of" if observed is None else f"found {observed}"
    low, high = (None if arguments[side] is None else float(arguments[side]) for side in ("low", "high"))  # type: ignore[arg-type]
    return Measured(item, figures.count("values"), None, observed, low, high, found, needs_rows=True)


def _has_rows(item: Expectation, figures: _Figures) -> Measured:
    at_least = float(item.arguments["at_least"])  # type: ignore[arg-type]
    return Measured(
        item, figures.rows, None, float(figures.rows), at_least, None, f"found {figures.rows}", needs_rows=True
    )


_MEASURES: Mapping[str, Callable[[Expectation, _Figures], Measured]] = {
    "unique": _unique,
    "not_null": _not_null,
    "between": _between,
    "share_between": _share_between,
    "mean_between": _mean_between,
    "has_rows": _has_rows,
}

KINDS = frozenset(_MEASURES)
"""The kinds of `powerlake.tables.model.Expectation` that can be measured."""
