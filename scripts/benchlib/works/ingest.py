"""Landing files → silver.load_curves: our two jobs against the curves alone, made by an engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from benchlib.contest import OURS, Contest, Contestant
from benchlib.site import Site
from benchlib.works.common import check_close, rows
from powerlake.lake.store import Lake
from powerlake.tables import TABLES
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.silver.load_curves import LOAD_CURVES

READINGS = 36_000_000
"""Readings that land, about: a year of 1,000 meters. A year of 10,000 as long CSV would be 13 GB."""
KEY = ("meter_id", "date")


def wide_csv(site: Site) -> Contest:
    return _contest(site, "wide_csv", limit=2.0)


def long_csv(site: Site) -> Contest:
    return _contest(site, "long_csv", limit=2.5)


def parquet(site: Site) -> Contest:
    return _contest(site, "parquet", limit=2.0)


def fresh_lake(site: Site, files: list[Path], name: str) -> Lake:
    """A lake of empty tables with these files in landing: a lake makes its tables once in its life."""
    lake = Lake(site.scratch(name), lambda: site.session)
    for table in TABLES.values():
        lake.ensure(table)
    feed = lake.landing / "metering" / "load_curves"
    feed.mkdir(parents=True)
    for file in files:
        os.link(file, feed / file.name)
    return lake


def _contest(site: Site, layout: str, limit: float) -> Contest:
    days = min(site.town.days, READINGS // (site.town.meters * site.town.points))
    landed = sorted(p for p in site.landing(layout, days).iterdir() if p.suffix in (".csv", ".parquet"))

    def ours(lake: Lake) -> list[str]:
        site.run_job(LOAD_CURVES_RAW.name, lake)
        site.run_job(LOAD_CURVES.name, lake)
        return [file.path for file in lake.files(LOAD_CURVES)]

    def duck(out: Path) -> str:
        with site.duckdb() as connection:
            select = _DUCKDB[layout](site, str(landed[0].parent))
            connection.execute(f"copy ({select}) to '{out}/rows.parquet' (format parquet, compression zstd)")
        return f"{out}/rows.parquet"

    def polars(out: Path) -> str:
        _POLARS[layout](site, str(landed[0].parent)).sink_parquet(out / "rows.parquet", compression="zstd")
        return str(out / "rows.parquet")

    return Contest(
        f"ingest_{layout}",
        f"{days} days of {layout.replace('_', ' ')} → curves by meter and day; ours keeps bronze, validates and audits",
        (
            Contestant(OURS, "ours", ours, lambda: fresh_lake(site, landed, "ours")),
            Contestant("DuckDB", "peer", duck, lambda: site.scratch("duckdb")),
            Contestant("Polars", "peer", polars, lambda: site.scratch("polars")),
        ),
        _agree,
        limit=limit,
        against="DuckDB",
    )


def _agree(results: Mapping[str, Any]) -> str:
    check_close({name: rows(result, KEY) for name, result in results.items()}, ("kwh",), 0.0)
    return "every value equal in single precision"


def _duck_wide(site: Site, source: str) -> str:
    points = ", ".join(f"P{n}" for n in range(1, site.town.points + 1))
    return f"select meter_id, date::date date, [{points}]::float[] kwh from {source} order by meter_id, date"


def _duck_long(_: Site, source: str) -> str:
    return f"""select meter_id, reading_at::date date, list(kwh::float order by reading_at) kwh
        from read_csv('{source}/*.csv') group by all order by meter_id, date"""


def _polars_wide(site: Site, frame: pl.LazyFrame) -> pl.LazyFrame:
    points = [pl.col(f"P{n}").cast(pl.Float32) for n in range(1, site.town.points + 1)]
    return frame.select("meter_id", pl.col("date").cast(pl.Date), pl.concat_list(points).alias("kwh")).sort(KEY)


def _polars_long(_: Site, source: str) -> pl.LazyFrame:
    read = pl.scan_csv(f"{source}/*.csv", try_parse_dates=True)
    day = pl.col("reading_at").dt.date().alias("date")
    curve = pl.col("kwh").cast(pl.Float32).sort_by("reading_at")
    return read.group_by("meter_id", day).agg(curve).sort(KEY)


_DUCKDB: dict[str, Callable[[Site, str], str]] = {
    "wide_csv": lambda site, folder: _duck_wide(site, f"read_csv('{folder}/*.csv')"),
    "long_csv": _duck_long,
    "parquet": lambda site, folder: _duck_wide(site, f"read_parquet('{folder}/*.parquet')"),
}
_POLARS: dict[str, Callable[[Site, str], pl.LazyFrame]] = {
    "wide_csv": lambda site, folder: _polars_wide(site, pl.scan_csv(f"{folder}/*.csv", try_parse_dates=True)),
    "long_csv": _polars_long,
    "parquet": lambda site, folder: _polars_wide(site, pl.scan_parquet(f"{folder}/*.parquet")),
}
