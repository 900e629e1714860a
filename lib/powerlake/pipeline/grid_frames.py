"""What the grid's jobs work on: the frames of a run's tables, as of the last day that has curves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from powerlake.grid.installations import as_installed
from powerlake.grid.line_loss import line_loss
from powerlake.grid.links import on_the_day, spans
from powerlake.grid.registers import (
    LONGEST_ADVANCE_MONTHS,
    differing_rows,
    meters_of_other_reads,
    monthly_advances,
    months_of_other_advances,
)
from powerlake.grid.sold import meter_months
from powerlake.grid.supply import area_months, hourly_supply
from powerlake.grid.topology_suspects import Comparison, topology_suspects
from powerlake.months import shifted
from powerlake.pipeline.changed import Held, as_seen, months_to_make
from powerlake.pipeline.inputs import present
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.area_months import AREA_MONTHS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.meter_months import METER_MONTHS
from powerlake.tables.gold.topology_suspects import TOPOLOGY_SUSPECTS
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.silver.of_feed import silver_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from powerlake.pipeline.context import JobContext

METERS, REGISTER_READS, FEEDER_LOAD, TOPOLOGY, TRANSFORMERS = (
    silver_of(FEEDS[path])
    for path in (
        "metering/meters",
        "metering/register_reads",
        "dispatch/feeder_load",
        "assets/topology",
        "assets/transformers",
    )
)
ASSETS = {
    "substation": silver_of(FEEDS["assets/substations"]),
    "feeder": silver_of(FEEDS["assets/feeders"]),
    "transformer": TRANSFORMERS,
    "switchgear": silver_of(FEEDS["assets/switchgear"]),
    "meter": METERS,
}
_LINK = ("child_kind", "child_id", "parent_kind", "parent_id")
HUNG = Held(TOPOLOGY, _LINK, "valid_from_date", "valid_to_date")
METERED = Held(METERS, ("meter_id", "multiplier", "register_digits"), "installed_date")
OF_SALES = (DAILY_LOAD_FEATURES, FEEDER_LOAD, TOPOLOGY, METERS)
OF_LOSS = (AREA_MONTHS, METER_MONTHS, TRANSFORMERS)
OF_TOPOLOGY = (LOAD_CURVES, FEEDER_LOAD, TOPOLOGY, METERS)


def as_of(ctx: JobContext) -> date:
    """The last day asked for, or else the last with a curve, or else the day of the run."""
    return ctx.window.end or last_date(ctx, DAILY_LOAD_FEATURES) or ctx.started_at.date()


def last_date(ctx: JobContext, table: Table, column: str = "date") -> date | None:
    """The last date in a column of a table; None where it holds nothing."""
    return ctx.lake.highest(table, column) if ctx.files(table) else None


def missing(ctx: JobContext, tables: tuple[Table, ...]) -> str:
    """Names of those tables that hold no row; empty where all do."""
    return ", ".join(table.name for table in tables if not ctx.files(table))


def loss_months(ctx: JobContext) -> set[str]:
    """The months in which gold.area_months or gold.meter_months may be other than they stand.

    The measurement of a month's first midnight is of the month before.
    """
    found = months_to_make(ctx, METER_MONTHS, [DAILY_LOAD_FEATURES], [HUNG, METERED])
    for part in ctx.changed_since(FEEDER_LOAD, METER_MONTHS):
        found |= {part["month"], shifted(part["month"], -1)}
    found |= _months_read(ctx, {part["month"] for part in ctx.changed_since(REGISTER_READS, METER_MONTHS)})
    there = {file.partition["month"] for file in (*ctx.files(FEEDER_LOAD), *ctx.files(AREA_MONTHS))}
    earliest = _month_before_installed(ctx)
    return (found | {month for month in there if earliest and month >= earliest}) & there


def _month_before_installed(ctx: JobContext) -> str | None:
    """The first month with a day or reading of a meter before it was installed, where that is not as it was seen.

    The first installation of a meter stands for the days before it too (`grid.installations`), which METERED does not
    know. None where no such month is, or where METERED takes all months anyhow.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    before = as_seen(ctx, METER_MONTHS, METERS) if ctx.changed_since(METERS, METER_MONTHS) else None
    if before is None:
        return None
    installed = F.struct("installed_date", "multiplier", "register_digits")
    then, now = (
        meters.groupBy("meter_id").agg(F.min(installed).alias("first")) for meters in (before, ctx.read(METERS))
    )
    other = differing_rows(then, now)
    if other.isEmpty():
        return None
    until = F.broadcast(
        other.groupBy("meter_id").agg(F.date_format(F.max("first.installed_date"), "yyyy-MM").alias("until"))
    )
    firsts = [
        ctx.read(table)
        .join(until, "meter_id", how="inner")
        .where(F.col("month") < F.col("until"))
        .agg(F.min("month"))
        .collect()[0][0]
        for table in (DAILY_LOAD_FEATURES, REGISTER_READS)
        if ctx.files(table)
    ]
    return min((month for month in firsts if month), default=None)


def _months_read(ctx: JobContext, changed: set[str]) -> set[str]:
    """The months of which the registers may say something else, readings of the months `changed` having changed.

    A reading bears on as many months as an advance may be long, and what a meter fed in then on as many more; which
    of them it changes is seen by reckoning the advances as they were and as they are.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    if not changed:
        return set()
    before = as_seen(ctx, METER_MONTHS, REGISTER_READS)
    if before is None:
        reach = range(-LONGEST_ADVANCE_MONTHS, 2 * LONGEST_ADVANCE_MONTHS + 1)
        return {shifted(month, by) for month in changed for by in reach}
    first, last = shifted(min(changed), -LONGEST_ADVANCE_MONTHS), shifted(max(changed), LONGEST_ADVANCE_MONTHS)
    meters, clock, after = ctx.read(METERS), ctx.settings.utility_clock, ctx.read(REGISTER_READS)
    concerned = F.broadcast(
        meters_of_other_reads(*(reads.where(F.col("month").isin(changed)) for reads in (before, after)))
    )
    then, now = (
        monthly_advances(
            reads.where(F.col("month").between(first, last)).join(concerned, "meter_id", "left_semi"), meters, clock
        )
        for reads in (before, after)
    )
    return months_of_other_advances(then, now)


def areas_of(ctx: JobContext, months: set[str]) -> DataFrame:
    """Rows of gold.area_months less the run, of `months`; the last hour of a month is measured in the next."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    load = ctx.read_months(FEEDER_LOAD, months | {shifted(month, 1) for month in months})
    areas = load.transform(hourly_supply, ctx.settings.utility_clock).transform(area_months)
    return areas.where(F.col("month").isin(sorted(months)))


def sold_by_meters(ctx: JobContext, months: set[str]) -> DataFrame:
    """Rows of gold.meter_months less the run, of `months`, whose areas are in gold.area_months already.

    OF_SALES must hold something; register reads are used where they do.
    """
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    meters = ctx.read(METERS)
    links = spans(ctx.read(TOPOLOGY), "meter", "transformer")
    reach = {shifted(month, by) for month in months for by in (-2 * LONGEST_ADVANCE_MONTHS, LONGEST_ADVANCE_MONTHS)}
    reads = ctx.lake.empty_frame(REGISTER_READS)
    if ctx.files(REGISTER_READS):
        reads = ctx.read(REGISTER_READS).where(F.col("month").between(min(reach), max(reach)))
    advances = monthly_advances(reads, meters, ctx.settings.utility_clock, months)
    days = ctx.read_months(DAILY_LOAD_FEATURES, months)
    return meter_months(ctx.read_months(AREA_MONTHS, months), links, days, advances, meters)


def losses(ctx: JobContext) -> DataFrame:
    """Rows of gold.line_loss less the run. OF_LOSS must hold something; suspect meters are used where they do."""
    suspects = ctx.read(TOPOLOGY_SUSPECTS) if ctx.files(TOPOLOGY_SUSPECTS) else None
    areas, sold = ctx.read(AREA_MONTHS), ctx.read(METER_MONTHS)
    return line_loss(areas, sold, ctx.read(TRANSFORMERS), ctx.settings.grid, suspects)


def suspects_due(ctx: JobContext) -> bool:
    """Whether the balances of the feeders' areas are to be compared again: not before there are enough new days."""
    compared = last_date(ctx, TOPOLOGY_SUSPECTS, "to_date")
    last = last_date(ctx, LOAD_CURVES)
    if ctx.is_forced or not ctx.window.is_open or compared is None or last is None:
        return True
    return abs((last - compared).days) >= ctx.settings.grid.topology_every_days


def suspects(ctx: JobContext) -> DataFrame:
    """Rows of gold.topology_suspects less the run. OF_TOPOLOGY must hold something."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    rules, last = ctx.settings.grid, last_date(ctx, LOAD_CURVES)
    assert last is not None
    compared = Comparison(last - timedelta(days=rules.topology_days - 1), last, rules.suspect_evidence)
    within = F.col("date").between(compared.first, compared.last)
    topology = ctx.read(TOPOLOGY)
    up = spans(topology, "transformer", "feeder")
    since = f"{compared.first:%Y-%m}"
    curves = (
        ctx.read(LOAD_CURVES)
        .where((F.col("month") >= since) & within)
        .select("meter_id", "date", "kwh")
        .transform(as_installed, ctx.read(METERS))
        .transform(on_the_day, spans(topology, "meter", "transformer"), "meter")
        .transform(on_the_day, up, "transformer")
    )
    measured = ctx.read(FEEDER_LOAD).where(F.col("month") >= since).transform(hourly_supply, ctx.settings.utility_clock)
    return topology_suspects(curves, measured.where(within).transform(on_the_day, up, "transformer"), compared)


def asset_frames(ctx: JobContext) -> dict[str, DataFrame]:
    """Silver rows of the kinds of asset that are there, by kind."""
    kind_of = {table.name: kind for kind, table in ASSETS.items()}
    return {kind_of[name]: frame for name, frame in present(ctx, ASSETS.values()).items()}
