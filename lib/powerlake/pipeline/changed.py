"""Which local months of a table a job has to make again: those that its sources may say otherwise of now.

Too many is a waste, too few is wrong. `JobContext.publish_months` leaves alone a month that comes out as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from powerlake.months import BEGINNING, FOREVER
from powerlake.pipeline.context import JobContext
from powerlake.tables.model import Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Held:
    """Rows of a table that hold from a first to a last day, and what of them a job uses; without `last`, for ever.

    `holds_on_last` is false where the last is the first day on which the row holds no more.
    """

    table: Table
    columns: tuple[str, ...]
    first: str
    last: str | None = None
    holds_on_last: bool = True


def months_to_make(ctx: JobContext, target: Table, by_month: Iterable[Table], held: Iterable[Held] = ()) -> set[str]:
    """Months (YYYY-MM) of the tables `by_month`, which are cut by month, that `target` may have to be made again for.

    Those whose files `target` has not seen as they are now, those of the window, and from the first day on which one
    of the tables `held` says something else, all.
    """
    found: set[str] = set()
    months: set[str] = set()
    for source in by_month:
        found |= {partition["month"] for partition in ctx.changed_since(source, target)}
        months |= {file.partition["month"] for file in ctx.files(source)}
    found |= {month for month in months if ctx.window.touches(month)}
    days = [day for one in held if (day := changed_from(ctx, target, one)) is not None]
    return found | {month for month in months if days and month >= f"{min(days):%Y-%m}"}


def changed_from(ctx: JobContext, target: Table, held: Held) -> date | None:
    """The first local day of which the table says something else than `target` saw; None where of none.

    The BEGINNING where that cannot be told any more.
    """
    if not ctx.changed_since(held.table, target):
        return None
    before = as_seen(ctx, target, held.table)
    return BEGINNING if before is None else first_difference(before, ctx.read(held.table), held)


def as_seen(ctx: JobContext, target: Table, source: Table) -> DataFrame | None:
    """The rows of `source` that `target` saw last; None where they cannot be told any more, or in a forced run."""
    seen = 0 if ctx.is_forced else ctx.lake.watermark(target, source.name)
    return ctx.lake.read(source, seen) if seen and ctx.lake.is_readable(source, seen) else None


def first_difference(before: DataFrame, after: DataFrame, held: Held) -> date | None:
    """The first day on which two versions of the rows disagree; None where on none.

    A row that only ends on another day disagrees from when it holds no more by the earlier end; any other from its
    first day.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    last = F.coalesce(held.last, F.lit(FOREVER)) if held.last else F.lit(FOREVER)
    first = F.coalesce(held.first, F.lit(BEGINNING))
    said: list[Column | str] = [*held.columns, first.alias("first_day"), last.alias("last_day")]
    old, new = (rows.select(*said) for rows in (before, after))
    sides = old.exceptAll(new).withColumn("side", F.lit(0)).unionByName(new.exceptAll(old).withColumn("side", F.lit(1)))
    ends_otherwise = F.count_distinct("side") == 2
    day = F.when(ends_otherwise, F.date_add(F.min("last_day"), int(held.holds_on_last))).otherwise(F.col("first_day"))
    days = sides.groupBy(*held.columns, "first_day").agg(day.alias("day"))
    found: date | None = days.agg(F.min("day")).collect()[0][0]
    return found
