"""gold.monthly_load_shapes out of daily curves, and typical shapes out of its rows."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.month_shapes import DAY_TYPES, INPUT_COLUMNS, MONTH_SHAPES, month_shapes
from powerlake.customers.shapes import SEASONS, seasons_of, typical_of_seasons
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES

CURVE_COLUMNS = (*INPUT_COLUMNS, "layout")
"""What is needed of silver.load_curves."""
SHAPE_COLUMNS = ("meter_id", "month", "day_type", "season", "days", "mean_kwh", "capped_mean_kwh")
"""What is needed of gold.monthly_load_shapes."""


def monthly_load_shapes(curves: pa.Table, southern: Collection[str], bucket: int, run_id: str) -> pa.Table:
    """One row per meter, month and day type of a bucket's curves, in the schema of gold.monthly_load_shapes.

    `southern` are the layouts of meters south of the equator. A meter that has days of both sides is where its latest
    day is.
    """
    months = month_shapes(curves)
    season = seasons_of(months["month"], _is_south(curves, months["meter_id"], southern))
    columns = {
        "meter_id": months["meter_id"],
        "day_type": pa.array(DAY_TYPES).take(months["day_type"].combine_chunks()),
        "season": pa.array(SEASONS).take(pa.array(season)),
        "days": months["days"],
        "mean_kwh": months["kwh"],
        "capped_mean_kwh": months["capped_kwh"],
        "run_id": pa.repeat(pa.scalar(run_id), len(months)),
        "month": months["month"],
        "bucket": pa.repeat(pa.scalar(bucket, pa.int32()), len(months)),
    }
    return pa.table(columns).cast(arrow_schema(MONTHLY_LOAD_SHAPES))


def typical_of_rows(rows: pa.Table) -> pa.Table:
    """One row per meter of `rows` (SHAPE_COLUMNS, any number of shards): see `shapes.typical_of_seasons`."""
    months = pa.table(
        [
            rows["meter_id"],
            rows["month"],
            pc.index_in(rows["day_type"], pa.array(DAY_TYPES)).cast(pa.int8()),
            rows["days"],
            rows["mean_kwh"],
            rows["capped_mean_kwh"],
        ],
        names=MONTH_SHAPES.names,
    ).cast(MONTH_SHAPES)
    season = pc.index_in(rows["season"], pa.array(SEASONS)).to_numpy().astype(np.int64)
    return typical_of_seasons(months, season)


def _is_south(curves: pa.Table, meter_ids: pa.ChunkedArray, southern: Collection[str]) -> npt.NDArray[np.bool_]:
    """(rows,) whether the latest day of each of these meters has a southern layout."""
    by_date = curves.select(["meter_id", "date", "layout"]).sort_by("date")
    latest = by_date.group_by("meter_id", use_threads=False).aggregate([("layout", "last")])
    is_south = pc.is_in(latest["layout_last"], pa.array(sorted(southern), pa.string()))
    place = pc.index_in(meter_ids, latest["meter_id"].combine_chunks())
    return np.asarray(is_south.take(place).to_numpy().astype(bool))
