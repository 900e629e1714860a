"""Ten equal bins of each meter's readings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchlib import tasks
from benchlib.contest import OURS, Contest, Contestant, DisagreementError
from benchlib.site import Site
from benchlib.works.common import check_close, floors, meter_parts, numbers, rows

BIN = "least(floor((kwh - low) * 10 / (high - low)), 9)"


def contest(site: Site) -> Contest:
    """The histogram of every meter's year."""

    def duck(out: Path) -> str:
        with site.duckdb() as connection:
            connection.execute(f"create view silver as select meter_id, kwh from read_parquet('{site.silver_glob}')")
            bounds = "select meter_id, min(list_min(kwh))::double low, max(list_max(kwh))::double high from silver"
            connection.execute(f"create temp table bounds as {bounds} group by meter_id")
            readings = "select meter_id, unnest(kwh)::double kwh from silver"
            per_bin = ", ".join(f"count(*) filter (bin = {n})" for n in range(10))
            connection.execute(
                f"""copy (
                    select meter_id, any_value(low) low, any_value(high) high, [{per_bin}] counts
                    from (select meter_id, low, high, {BIN} bin from ({readings}) join bounds using (meter_id))
                    group by meter_id) to '{out}/rows.parquet' (format parquet, compression zstd)"""
            )
        return f"{out}/rows.parquet"

    def polars(out: Path) -> str:
        silver = pl.scan_parquet(site.silver_glob).select("meter_id", "kwh")
        kwh, low, high = pl.col("kwh").cast(pl.Float64), pl.col("low"), pl.col("high")
        bounds = silver.group_by("meter_id").agg(
            pl.col("kwh").list.min().min().cast(pl.Float64).alias("low"),
            pl.col("kwh").list.max().max().cast(pl.Float64).alias("high"),
        )
        place = ((kwh - low) * 10 / (high - low)).floor().clip(0, 9).cast(pl.Int8)
        counts = pl.concat_list([(pl.col("bin") == n).sum().cast(pl.Int64) for n in range(10)])
        (
            silver.explode("kwh")
            .join(bounds, on="meter_id")
            .with_columns(place.alias("bin"))
            .group_by("meter_id")
            .agg(low.first(), high.first(), counts.alias("counts"))
            .with_columns(pl.col("counts").list.eval(pl.element().explode()))
            .sink_parquet(out / "rows.parquet")
        )
        return str(out / "rows.parquet")

    return Contest(
        "histogram",
        "10 equal-width bins of each meter's readings, written",
        (
            Contestant(OURS, "ours", lambda t: site.spark(tasks.histograms, t), lambda: meter_parts(site, "ours")),
            Contestant("DuckDB", "peer", duck, lambda: site.scratch("duckdb")),
            Contestant("Polars", "peer", polars, lambda: site.scratch("polars")),
            *floors(site, tasks.histograms, meter_parts),
        ),
        _agree,
        limit=1.0,
    )


def _agree(results: Mapping[str, Any]) -> str:
    tables = {name: rows(result) for name, result in results.items()}
    check_close(tables, ("low", "high"), 0.0)
    expected = numbers(tables[OURS], "counts")
    for name, table in tables.items():
        moved = np.abs(numbers(table, "counts") - expected).sum() / 2 / expected.sum()
        if moved > 1e-3:
            raise DisagreementError(f"counts: {moved:.3%} of the readings lie in another bin at {name}")
    return "bounds equal; at most 0.1 % of readings in the next bin (division against exact edges)"
