"""The files of a bench: the town's curves as silver.load_curves, and as a department would drop them in landing."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchlib.generator import Month, Town
from powerlake.lake.publication import append, publish
from powerlake.lake.staging import Stamp, combine, stage_rows
from powerlake.lake.store import Lake
from powerlake.loadcurve.days import to_lists
from powerlake.tables.derive import arrow_schema
from powerlake.tables.silver.load_curves import LOAD_CURVES

BUCKETS = 2
RUN = "bench"


def write_silver(town: Town, lake: Lake) -> None:
    """Fill silver.load_curves the way its job does: staged by shard, then one commit."""
    stamp = Stamp(RUN, 1, datetime.now(UTC))
    bucket_of = np.array([zlib.crc32(meter.encode()) % BUCKETS for meter in town.meter_ids])
    staged = [
        stage_rows(
            LOAD_CURVES, lake.home, _silver_rows(town, month, np.flatnonzero(bucket_of == bucket), bucket), stamp
        )
        for month in town.months()
        for bucket in range(BUCKETS)
    ]
    publish(lake, [append(lake, LOAD_CURVES, combine(staged))], RUN)


def _silver_rows(town: Town, month: Month, meters: np.ndarray, bucket: int) -> pa.Table:
    rows = len(meters) * len(month.dates)
    nothing = np.zeros(rows, dtype=np.int16)
    values = {
        **_keys(town, month, meters),
        "layout": pa.repeat("wide", rows),
        "kwh": to_lists(month.kwh[meters].reshape(rows, town.points)),
        "quality": to_lists(np.zeros((rows, town.points), dtype=np.int8)),
        "interval_minutes": pa.array(nothing + town.interval_minutes),
        "points": pa.array(nothing + town.points),
        "received_points": pa.array(nothing + town.points),
        "estimated_points": pa.array(nothing),
        "missing_points": pa.array(nothing),
        "vee_version": pa.repeat("bench", rows),
        "batch": pa.repeat(1, rows),
        "run_id": pa.repeat(RUN, rows),
        "month": pa.repeat(month.name, rows),
        "bucket": pa.repeat(bucket, rows),
    }
    schema = arrow_schema(LOAD_CURVES)
    columns = [values[field.name] if field.name in values else pa.nulls(rows, field.type) for field in schema]
    return pa.table(columns, names=schema.names).cast(schema)


def _keys(town: Town, month: Month, meters: np.ndarray) -> dict[str, pa.Array]:
    """meter_id and date of one row a meter-day, by meter, then date."""
    place = np.repeat(np.arange(len(meters)), len(month.dates))
    names = pa.array([town.meter_ids[meter] for meter in meters])
    return {"meter_id": names.take(pa.array(place)), "date": pa.array(np.tile(month.dates, len(meters)))}


def wide_rows(town: Town, month: Month) -> pa.Table:
    """meter_id, date, P1 … Pn: one row a meter-day."""
    curves = month.kwh.reshape(-1, town.points).astype(np.float64)
    points = {f"P{point + 1}": pa.array(np.round(curves[:, point], 3)) for point in range(town.points)}
    return pa.table({**_keys(town, month, np.arange(town.meters)), **points})


def long_rows(town: Town, month: Month) -> pa.Table:
    """meter_id, reading_at, kwh: one row a reading, by meter, then time."""
    minutes = np.arange(len(month.dates) * town.points) * town.interval_minutes
    times = month.dates[0].astype("datetime64[s]") + minutes.astype("timedelta64[m]")
    place = pa.array(np.repeat(np.arange(town.meters), len(times)))
    return pa.table(
        {
            "meter_id": pa.array(town.meter_ids).take(place),
            "reading_at": pa.array(np.tile(times, town.meters)),
            "kwh": pa.array(np.round(month.kwh.reshape(-1).astype(np.float64), 3)),
        }
    )


def write_landing(town: Town, folder: Path, layout: str, first_days: int | None = None) -> None:
    """A file a month in `folder`: `layout` is wide_csv, long_csv or parquet (wide)."""
    folder.mkdir(parents=True)
    for month in town.months(first_days):
        rows = long_rows(town, month) if layout == "long_csv" else wide_rows(town, month)
        if layout == "parquet":
            pq.write_table(rows, folder / f"{month.name}.parquet", compression="zstd")
        else:
            pacsv.write_csv(rows, folder / f"{month.name}.csv", pacsv.WriteOptions(quoting_style="none"))


def write_days(town: Town, folder: Path, days: int) -> None:
    """The town in wide Parquet: a file a month, and one file for each of the last `days` days, in `folder`/days."""
    (folder / "days").mkdir(parents=True)
    last = set(town.dates[-days:].tolist())
    for month in town.months():
        rows = wide_rows(town, month)
        is_last = pa.array([day in last for day in rows["date"].to_pylist()])
        for day in sorted(last & set(month.dates.tolist())):
            one = rows.filter(pa.compute.equal(rows["date"], pa.scalar(day)))
            pq.write_table(one, folder / "days" / f"{day}.parquet", compression="zstd")
        before = rows.filter(pa.compute.invert(is_last))
        if len(before):
            pq.write_table(before, folder / f"{month.name}.parquet", compression="zstd")
