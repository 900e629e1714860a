"""What a suite needs to know of the rows, measured in at most two passes over them however long it is.

The first takes all figures of the whole together (missing values, values in range, means), and counts the rows of each
value where shares are asked for. The second counts the rows of each key, for uniqueness. Several shares, or several
keys, are counted by GROUPING SETS in one shuffle; a share beside a key would double the rows of the costlier one.
Whether there are rows needs no pass: their number is known from the staged files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from powerlake.tables.model import Expectation, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

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


def measure(table: Table, frame: Frame, rows: int) -> Measures:
    """The figures of the table's expectations over the frame, which has so many rows.

    The frame is asked for only where a pass over it is needed.
    """
    wanted = list({item.name: item for item in table.expectations}.values())
    figures: dict[str, Any] = {}
    passes = 0
    for kinds, take in ((_OF_THE_WHOLE, _whole_and_shares), (_OF_KEYS, _keys)):
        asked = {number: item for number, item in enumerate(wanted) if item.kind in kinds}
        if asked and rows:
            figures |= take(frame(), asked, rows)
            passes += 1
    items = (_MEASURES[item.kind](item, _Figures(number, rows, figures)) for number, item in enumerate(wanted))
    return Measures(tuple(items), passes)


@dataclass(frozen=True)
class _Figures:
    """What was measured, as one expectation looks it up by its number; nothing where there were no rows."""

    number: int
    rows: int
    found: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.found.get(f"{self.number}.{name}")

    def count(self, name: str) -> int:
        return int(self[name] or 0)


_OF_THE_WHOLE = frozenset({"not_null", "between", "mean_between", "share_between"})
_OF_KEYS = frozenset({"unique"})

Asked = Mapping[int, Expectation]


def _whole_and_shares(frame: DataFrame, asked: Asked, rows: int) -> dict[str, Any]:
    """The first pass: counts and sums of the whole, by the values whose shares are asked for where any are."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    parts = {key: column for number, item in asked.items() for key, column in _parts(number, item).items()}
    shares = {number: item for number, item in asked.items() if item.kind == "share_between"}
    if not shares:
        return _only_row(frame.agg(*(column.alias(key) for key, column in parts.items())))
    sets = list(dict.fromkeys(_columns(item) for item in shares.values()))
    counted = _counted(frame, sets, parts)
    # Each set has every row once, so the figures of the whole are those of the groups of any one set.
    wanted = [F.sum(F.when(F.col("_set") == 0, F.col(f"`{key}`"))).alias(key) for key in parts]
    for number, item in shares.items():
        own = F.col("_set") == sets.index(_columns(item))
        wanted += [column.alias(f"{number}.{name}") for name, column in _shares(item, own, rows).items()]
    return _only_row(counted.agg(*wanted))


def _keys(frame: DataFrame, asked: Asked, rows: int) -> dict[str, Any]:
    """The second pass: the rows whose key another row has."""
    from pyspark.sql import functions as F  # noqa: PLC0415

    sets = list(dict.fromkeys(_columns(item) for item in asked.values()))
    is_repeated = (F.col("_n") > 1) & ~F.col("_is_blank")
    wanted = [
        F.sum(F.when((F.col("_set") == sets.index(_columns(item))) & is_repeated, F.col("_n"))).alias(
            f"{number}.repeated"
        )
        for number, item in asked.items()
    ]
    return _only_row(_counted(frame, sets, {}).agg(*wanted))


def _only_row(frame: DataFrame) -> dict[str, Any]:
    row = frame.first()
    assert row is not None
    return row.asDict()


def _columns(item: Expectation) -> tuple[str, ...]:
    """The columns it groups by, in an order of their own: the same columns are the same groups."""
    arguments: Mapping[str, Any] = item.arguments
    return tuple(sorted(set(arguments["columns"]))) if item.kind == "unique" else (arguments["column"],)


def _parts(number: int, item: Expectation) -> dict[str, Column]:
    """The aggregates that an expectation of the whole asks for, by `number.name`; those of parts add up."""
    from pyspark.sql import functions as F  # noqa: PLC0415

    arguments: Mapping[str, Any] = item.arguments
    if item.kind == "share_between":
        return {}
    column = F.col(f"`{arguments['column']}`")
    asked = {"values": F.count(column)}
    if item.kind == "between":
        inside = column.isNotNull()
        for side, limit in ((column.__ge__, arguments["low"]), (column.__le__, arguments["high"])):
            inside = inside if limit is None else inside & side(limit)
        asked["inside"] = F.count_if(inside)
    if item.kind == "mean_between":
        asked["sum"] = F.sum(column.cast("double"))
    return {f"{number}.{name}": value for name, value in asked.items()}


def _counted(frame: DataFrame, sets: Sequence[tuple[str, ...]], parts: Mapping[str, Column]) -> DataFrame:
    """One row a group: `_set`, its place in `sets`; `_n`, its rows; `_is_blank`, whether no column has a value; parts.

    No table has a column whose name begins so.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415

    names = sorted({name for one in sets for name in one})
    columns = {name: F.col(f"`{name}`") for name in names}
    if len(sets) == 1:
        grouped, own = frame.groupBy(*columns.values()), F.lit(0)
    else:
        grouped = frame.groupingSets([[columns[name] for name in one] for one in sets], *columns.values())
        own = F.coalesce(*(F.when(F.grouping_id() == _grouping_id(names, one), i) for i, one in enumerate(sets)))
    aggregates = [column.alias(key) for key, column in parts.items()]
    counted = grouped.agg(F.count(F.lit(1)).alias("_n"), own.alias("_set"), *aggregates)
    is_blank = F.coalesce(
        *(
            F.when(F.col("_set") == place, F.coalesce(*(columns[name].cast("string") for name in one)).isNull())
            for place, one in enumerate(sets)
        )
    )
    return counted.select("_set", "_n", is_blank.alias("_is_blank"), *(f"`{key}`" for key in parts))


def _grouping_id(names: Sequence[str], grouped: Sequence[str]) -> int:
    """What Spark's grouping_id() says of a set: a bit for each column, 1 where it is not grouped by, first highest."""
    return sum(1 << (len(names) - 1 - place) for place, name in enumerate(names) if name not in grouped)


def _shares(item: Expectation, own: Column, rows: int) -> dict[str, Column]:
    from pyspark.sql import functions as F  # noqa: PLC0415

    n, arguments = F.col("_n"), item.arguments
    is_outside = (n < arguments["low"] * rows) | (n > arguments["high"] * rows)  # type: ignore[operator]
    return {
        "least": F.min(F.when(own, n)),
        "most": F.max(F.when(own, n)),
        "outside": F.sum(F.when(own & is_outside, n)),
    }


def _unique(item: Expectation, figures: _Figures) -> Measured:
    repeated = figures.count("repeated")
    found = f"{repeated:,} of {figures.rows:,} rows repeat one another"
    return Measured(item, figures.rows, repeated, float(repeated), None, 0.0, found)


def _share_between(item: Expectation, figures: _Figures) -> Measured:
    arguments: Mapping[str, Any] = item.arguments
    low, high, rows = arguments["low"], arguments["high"], figures.rows
    if not rows:
        return Measured(item, 0, 0, None, low, high, "no rows")
    most, outside = figures.count("most"), figures.count("outside")
    worst = most if most > high * rows else figures.count("least")
    found = f"a value takes {worst / rows:.2%} of the rows".replace("%", " %")
    # Told by counts, as they were compared: a share that was divided out may miss its limit by a rounding.
    share = worst / rows if outside else min(max(worst / rows, low), high)
    return Measured(item, rows, outside, share, low, high, found)


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
    total, values, arguments = figures["sum"], figures.count("values"), item.arguments
    observed = float(total) / values if values else None
    found = "no value to take the mean of" if observed is None else f"found {observed}"
    low, high = (None if arguments[side] is None else float(arguments[side]) for side in ("low", "high"))  # type: ignore[arg-type]
    return Measured(item, values, None, observed, low, high, found, needs_rows=True)


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
