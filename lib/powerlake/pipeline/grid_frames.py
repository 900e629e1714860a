"""What the grid's jobs work on: the frames of a run's tables, as of the last day that has curves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from powerlake.grid.line_loss import line_loss
from powerlake.grid.links import on_the_day, spans
from powerlake.grid.registers import monthly_advances, multipliers
from powerlake.grid.sold import meter_months
from powerlake.grid.supply import area_months, hourly_supply
from powerlake.grid.topology_suspects import Comparison, topology_suspects
from powerlake.pipeline.inputs import present
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
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
OF_LOSS = (DAILY_LOAD_FEATURES, FEEDER_LOAD, TOPOLOGY, METERS, TRANSFORMERS)
OF_TOPOLOGY = (LOAD_CURVES, FEEDER_LOAD, TOPOLOGY, METERS)


def as_of(ctx: JobContext) -> date:
    """The last day asked for, or else the last with a curve, or else the day of the run."""
    return ctx.window.end or last_date(ctx, DAILY_LOAD_FEATURES) or ctx.started_at.date()


def last_date(ctx: JobContext, table: Table) -> date | None:
    """The last `date` of a table that is cut into months; None where it holds nothing."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    months = [file.partition["month"] for file in ctx.files(table)]
    if not months:
        return None
    found: date | None = ctx.read(table).where(F.col("month") == max(months)).agg(F.max("date")).collect()[0][0]
    return found


def missing(ctx: JobContext, tables: tuple[Table, ...]) -> str:
    """Names of those tables that hold no row; empty where all do."""
    return ", ".join(table.name for table in tables if not ctx.files(table))


def losses(ctx: JobContext) -> DataFrame:
    """Rows of gold.line_loss less the run.

    OF_LOSS must hold something; register reads and suspect meters are used where they do.
    """
    rules, clock = ctx.settings.grid, ctx.settings.utility_clock
    meters = ctx.read(METERS)
    links = spans(ctx.read(TOPOLOGY), "meter", "transformer")
    areas = ctx.read(FEEDER_LOAD).transform(hourly_supply, clock).transform(area_months)
    reads = ctx.read(REGISTER_READS) if ctx.files(REGISTER_READS) else ctx.lake.empty_frame(REGISTER_READS)
    advances = monthly_advances(reads, meters, clock)
    sold = meter_months(areas, links, ctx.read(DAILY_LOAD_FEATURES), advances, meters)
    suspects = ctx.read(TOPOLOGY_SUSPECTS) if ctx.files(TOPOLOGY_SUSPECTS) else None
    return line_loss(areas, sold, ctx.read(TRANSFORMERS), rules, suspects)


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
        .join(multipliers(ctx.read(METERS)), on="meter_id", how="inner")
        .transform(on_the_day, spans(topology, "meter", "transformer"), "meter")
        .transform(on_the_day, up, "transformer")
    )
    measured = ctx.read(FEEDER_LOAD).where(F.col("month") >= since).transform(hourly_supply, ctx.settings.utility_clock)
    return topology_suspects(curves, measured.where(within).transform(on_the_day, up, "transformer"), compared)


def asset_frames(ctx: JobContext) -> dict[str, DataFrame]:
    """Silver rows of the kinds of asset that are there, by kind."""
    kind_of = {table.name: kind for kind, table in ASSETS.items()}
    return {kind_of[name]: frame for name, frame in present(ctx, ASSETS.values()).items()}
