"""The files of the day after a lake's last: the last day's rows again, a day later and with numbers of their own."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from powerlake.lake.store import Lake
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed, Kind
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.silver.of_feed import local_date_of, silver_of

DAY = timedelta(days=1)


def last_day(lake: Lake) -> date:
    """The last local date with a load curve."""
    month = max(file.partition["month"] for file in lake.files(LOAD_CURVES))
    found: date = pc.max(lake.rows(LOAD_CURVES, pc.field("month") == month)["date"]).as_py()
    return found


def deliver_next_day(lake: Lake, day: date) -> int:
    """Put the files of `day` into landing, for every feed that grows day by day; returns the rows."""
    rows = _curves(lake, day)
    for feed in FEEDS.values():
        if feed.month_of and lake.files(silver_of(feed)):
            rows += _rows(lake, feed, day)
    return rows


def _curves(lake: Lake, day: date) -> int:
    """One wide file an interval length."""
    before = day - DAY
    wanted = (pc.field("month") == f"{before:%Y-%m}") & (pc.field("date") == before)
    curves = lake.rows(LOAD_CURVES, wanted)
    for points in pc.unique(curves["points"]).to_pylist():
        part = curves.filter(pc.equal(curves["points"], points))
        kwh = part["kwh"].combine_chunks().flatten().to_numpy(zero_copy_only=False).reshape(len(part), points)
        columns = {f"P{n + 1}": pa.array(np.round(kwh[:, n].astype(float), 3), from_pandas=True) for n in range(points)}
        wide = pa.table({"meter_id": part["meter_id"], "date": pa.repeat(day, len(part)), **columns})
        path = _place(lake, "metering/load_curves", f"day_{day}_{points}.parquet")
        pq.write_table(wide, path)
    return len(curves)


def _rows(lake: Lake, feed: Feed, day: date) -> int:
    field = feed.field(feed.month_of)
    column = local_date_of(field) if field.kind is Kind.INSTANT else field.name
    before = day - DAY
    found = lake.rows(silver_of(feed), (pc.field("month") == f"{before:%Y-%m}") & (pc.field(column) == before))
    if not len(found):
        return 0
    columns = {item.name: _later(feed, item.name, found[item.name]) for item in feed.fields if not item.is_direct}
    pacsv.write_csv(pa.table(columns), _place(lake, feed.path, f"day_{day}.csv"))
    return len(found)


def _later(feed: Feed, name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = feed.field(name).kind
    if kind is Kind.DATE:
        return pc.add(values, pa.scalar(DAY)).cast(pa.date32())
    if kind is Kind.INSTANT:
        return pc.strftime(pc.add(values.cast(pa.timestamp("s", "UTC")), pa.scalar(DAY)), "%Y-%m-%d %H:%M:%SZ")
    return pc.binary_join_element_wise(values, "n", "") if feed.key == (name,) else values


def _place(lake: Lake, feed: str, name: str) -> Path:
    folder = lake.landing / feed / "next_days"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
