"""Daily features: the job itself against SQL and frames over the same list columns; and bare sums of days."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from benchlib import tasks
from benchlib.contest import OURS, Contest, Contestant
from benchlib.site import Site
from benchlib.works.common import check_close, floors, month_parts, rows
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES

KEY = ("meter_id", "date")
COMPARED = (
    "energy_kwh",
    "peak_kw",
    "peak_minute",
    "mean_kw",
    "load_factor",
    "base_load_kw",
    "night_share",
    "day_share",
    "evening_share",
    "ramp_up_kw",
    "ramp_down_kw",
    "zero_share",
    "peak_hours",
)
TIE_KWH = 1e-6
"""Taken off an hour for each hour before it, so that of equal hours the earlier ranks first."""
SEASONS = ("winter", "winter", *["spring"] * 3, *["summer"] * 3, *["autumn"] * 3, "winter")


def sums(site: Site) -> Contest:
    """Sum, greatest and least reading of each meter-day."""

    def duck(out: Path) -> str:
        select = "meter_id, date, list_sum(kwh) energy, list_max(kwh) greatest, list_min(kwh) least"
        return _copy(site, f"select {select} from silver", out)

    def polars(out: Path) -> str:
        kwh = pl.col("kwh").list
        chosen = ("meter_id", "date", kwh.sum().alias("energy"), kwh.max().alias("greatest"), kwh.min().alias("least"))
        return _sink(pl.scan_parquet(site.silver_glob).select(*chosen), out)

    return Contest(
        "daily_sums",
        "sum, greatest and least reading of each meter-day, written as Parquet",
        (
            Contestant(OURS, "ours", lambda t: site.spark(tasks.daily_sums, t), lambda: month_parts(site, "ours")),
            Contestant("DuckDB", "peer", duck, lambda: site.scratch("duckdb")),
            Contestant("Polars", "peer", polars, lambda: site.scratch("polars")),
            *floors(site, tasks.daily_sums, month_parts),
        ),
        lambda results: _agree(results, ("energy", "greatest", "least")),
        limit=_limit(site),
    )


def features(site: Site) -> Contest:
    """All columns of gold.daily_load_features: ours is the job, with conformance, audit and Delta's commit."""

    def ours(_: None) -> list[str]:
        site.run_job(DAILY_LOAD_FEATURES.name, site.lake, forced=True)
        return [file.path for file in site.lake.files(DAILY_LOAD_FEATURES)]

    return Contest(
        "daily_features",
        "all columns of gold.daily_load_features, written; ours is the job, with checks, audit and commit",
        (
            Contestant(OURS, "ours", ours),
            Contestant("DuckDB", "peer", lambda out: _copy(site, _sql(site), out), lambda: site.scratch("duckdb")),
            Contestant("Polars", "peer", lambda out: _sink(_frame(site), out), lambda: site.scratch("polars")),
            *floors(site, tasks.features, month_parts),
        ),
        lambda results: _agree(results, COMPARED),
        limit=_limit(site),
    )


def _limit(site: Site) -> float:
    """Below 5,000 meters a year, the fixed cost of a job shows."""
    return 1.0 if site.town.meters * site.town.days >= 5000 * 365 else 2.0


def _agree(results: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    # Order of addition: single precision, and with it the rank of hours that are equal but for rounding.
    check_close({name: rows(result, KEY) for name, result in results.items()}, columns, 2e-5, share=0.999)
    return "2e-5 relative in 99.9 % of values (ties of hours by rounding)"


def _copy(site: Site, select: str, out: Path) -> str:
    with site.duckdb() as connection:
        connection.execute(f"create view silver as from read_parquet('{site.silver_glob}', hive_partitioning = true)")
        connection.execute(f"copy ({select}) to '{out}/rows.parquet' (format parquet, compression zstd)")
    return f"{out}/rows.parquet"


def _sink(frame: pl.LazyFrame, out: Path) -> str:
    frame.sink_parquet(out / "rows.parquet", compression="zstd")
    return str(out / "rows.parquet")


def _sql(site: Site) -> str:
    """DuckDB's own list functions; faster here than unnesting into long rows."""
    points, minutes = site.town.points, site.town.interval_minutes
    an_hour, per_hour = points // 24, 60 / minutes
    earlier_first = f"list_transform(hourly, lambda kwh, h: kwh - h * {TIE_KWH})"
    seasons = ", ".join(f"'{season}'" for season in SEASONS)
    return f"""
        with measured as (
            select *, list_sum(kwh) energy, list_max(kwh) peak, list_position(kwh, list_max(kwh)) - 1 peak_point,
                list_transform(range(1, {points}), lambda i: kwh[i + 1] - kwh[i]) steps,
                list_transform(range(24), lambda h: round(list_sum(kwh[h * {an_hour} + 1 : (h + 1) * {an_hour}]), 4))
                    hourly
            from silver)
        select meter_id, date, energy energy_kwh, (peak * {per_hour})::float peak_kw,
            (date::timestamp + to_minutes(peak_point * {minutes})) - interval 8 hours peak_at,
            (peak_point * {minutes})::smallint peak_minute, (energy / points * {per_hour})::float mean_kw,
            (energy / points / nullif(peak, 0))::float load_factor,
            (list_aggregate(kwh, 'quantile_cont', 0.1) * {per_hour})::float base_load_kw,
            (list_sum(hourly[1:6]) / nullif(energy, 0))::float night_share,
            (list_sum(hourly[7:17]) / nullif(energy, 0))::float day_share,
            (list_sum(hourly[18:24]) / nullif(energy, 0))::float evening_share,
            (greatest(list_max(steps), 0) * {per_hour})::float ramp_up_kw,
            (greatest(-list_min(steps), 0) * {per_hour})::float ramp_down_kw,
            (len(list_filter(kwh, lambda x: x = 0)) / points)::float zero_share,
            case when energy > 0 then
                list_transform(list_grade_up({earlier_first}, 'DESC')[1:3], lambda h: (h - 1)::tinyint) end peak_hours,
            isodow(date) > 5 is_weekend, [{seasons}][month(date)] season, points,
            1::float known_share, (estimated_points / points)::float estimated_share, 'bench' run_id, month, bucket
        from measured"""


def _frame(site: Site) -> pl.LazyFrame:
    """Polars' own list expressions."""
    points, minutes = site.town.points, site.town.interval_minutes
    an_hour, per_hour = points // 24, 60 / minutes
    kwh = pl.col("kwh").list
    energy, peak, hourly = pl.col("energy_kwh"), pl.col("peak"), pl.col("hourly")
    wanted = ["meter_id", "date", "kwh", "points", "estimated_points", "month", "bucket"]
    earlier_first = pl.int_range(pl.len()) * TIE_KWH
    measured = (
        pl.scan_parquet(site.silver_glob, hive_partitioning=True)
        .select(wanted)
        .with_columns(
            kwh.sum().cast(pl.Float64).alias("energy_kwh"),
            kwh.max().alias("peak"),
            kwh.arg_max().alias("peak_point"),
            kwh.diff().alias("steps"),
            pl.concat_list(
                [kwh.slice(an_hour * hour, an_hour).list.sum().cast(pl.Float64).round(4) for hour in range(24)]
            ).alias("hourly"),
        )
    )
    share = pl.when(energy > 0).then(energy)
    minute = (pl.col("peak_point") * minutes).cast(pl.Int16)
    return measured.select(
        "meter_id",
        "date",
        energy,
        (peak * per_hour).alias("peak_kw"),
        (pl.col("date").cast(pl.Datetime("us")) + pl.duration(minutes=minute - 480)).alias("peak_at"),
        minute.alias("peak_minute"),
        (energy / points * per_hour).cast(pl.Float32).alias("mean_kw"),
        (energy / points / pl.when(peak > 0).then(peak)).cast(pl.Float32).alias("load_factor"),
        (kwh.eval(pl.element().quantile(0.1, "linear")).list.first() * per_hour).alias("base_load_kw"),
        (hourly.list.slice(0, 6).list.sum() / share).cast(pl.Float32).alias("night_share"),
        (hourly.list.slice(6, 11).list.sum() / share).cast(pl.Float32).alias("day_share"),
        (hourly.list.slice(17, 7).list.sum() / share).cast(pl.Float32).alias("evening_share"),
        (pl.col("steps").list.max().clip(lower_bound=0) * per_hour).alias("ramp_up_kw"),
        (-pl.col("steps").list.min().clip(upper_bound=0) * per_hour).alias("ramp_down_kw"),
        (kwh.count_matches(0.0) / points).cast(pl.Float32).alias("zero_share"),
        pl.when(energy > 0)
        .then(hourly.list.eval((pl.element() - earlier_first).arg_sort(descending=True).head(3)))
        .cast(pl.List(pl.Int8))
        .alias("peak_hours"),
        (pl.col("date").dt.weekday() > 5).alias("is_weekend"),
        pl.lit(pl.Series(SEASONS)).gather(pl.col("date").dt.month().cast(pl.Int32) - 1).alias("season"),
        "points",
        pl.lit(1.0, pl.Float32).alias("known_share"),
        (pl.col("estimated_points") / points).cast(pl.Float32).alias("estimated_share"),
        pl.lit("bench").alias("run_id"),
        "month",
        "bucket",
    )
