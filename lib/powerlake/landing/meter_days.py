"""Rows of a file, gathered into bronze rows: one a meter-day, readings in the order received."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.landing.layouts import Columns
from powerlake.landing.refusals import Delivery, schema_of
from powerlake.landing.rows import RowBlock, pick
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW

BRONZE_SCHEMA = schema_of(LOAD_CURVES_RAW)
_RADIX_LIMIT = 1 << 16
"""numpy sorts 16-bit integers by radix, ten times faster than wider ones."""


def bronze_rows(block: RowBlock, columns: Columns, delivery: Delivery) -> pa.Table:
    """The block in the schema of bronze.load_curves_raw.

    A long file gives one row a meter-day; a wide file one a file row, so two where it repeats a meter-day.
    """
    if not len(block):
        return BRONZE_SCHEMA.empty_table()
    if columns.layout.is_wide:
        starts = np.arange(len(block))
        arrays = _wide_arrays(block, columns.usual_points)
    else:
        block, starts = gather(block)
        arrays = _long_arrays(block, starts)
    arrays |= _identity(block, starts, delivery.bucket_count)
    arrays["others"] = _others(block, starts)
    constants = {"layout": columns.layout.name} | {
        name: getattr(delivery, name) for name in ("file", "file_sha256", "batch", "ingested_at", "run_id")
    }
    arrays |= {
        name: pa.repeat(pa.scalar(value, BRONZE_SCHEMA.field(name).type), len(starts))
        for name, value in constants.items()
    }
    return pa.Table.from_arrays([arrays[name] for name in BRONZE_SCHEMA.names], schema=BRONZE_SCHEMA)


def gather(block: RowBlock) -> tuple[RowBlock, npt.NDArray[np.intp]]:
    """The rows with each meter-day's together, else in the order received, and where each meter-day starts.

    Nothing moves when the file has its meter-days together already.
    """
    meter, day = block.meter.indices.to_numpy(), block.labels.day
    starts = _starts(meter, day)
    keys = meter[starts].astype(np.int64) << 32 | day[starts].astype(np.int64)
    if len(np.unique(keys)) == len(keys):
        return block, starts
    block = pick(_stable_order(meter, day), block)
    return block, _starts(block.meter.indices.to_numpy(), block.labels.day)


def _starts(meter: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    changes = (meter[1:] != meter[:-1]) | (day[1:] != day[:-1])
    return np.concatenate(([0], np.flatnonzero(changes) + 1))


def _stable_order(meter: npt.NDArray[np.int32], day: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Places of the rows by meter, then day, then order received."""
    by_day = np.argsort(_narrow(day - day.min()), kind="stable")
    return by_day[np.argsort(_narrow(meter)[by_day], kind="stable")]


def _narrow(codes: npt.NDArray[np.int32]) -> npt.NDArray[np.integer]:
    return codes.astype(np.uint16) if codes.max() < _RADIX_LIMIT else codes


def _identity(block: RowBlock, starts: npt.NDArray[np.intp], bucket_count: int) -> dict[str, pa.Array]:
    """Meter, date and the shard they fall in."""
    codes = block.meter.indices.to_numpy()[starts]
    meters = block.meter.dictionary
    buckets = np.array([zlib.crc32(meter.encode()) % bucket_count for meter in meters.to_pylist()], np.int32)
    days = block.labels.day[starts]
    months, month_codes = np.unique(days.astype("datetime64[D]").astype("datetime64[M]"), return_inverse=True)
    return {
        "meter_id": meters.take(pa.array(codes)),
        "date": pa.array(days, pa.int32()).cast(pa.date32()),
        "month": pa.array(np.datetime_as_string(months).tolist(), pa.string()).take(pa.array(month_codes)),
        "bucket": pa.array(buckets[codes]),
    }


def _long_arrays(block: RowBlock, starts: npt.NDArray[np.intp]) -> dict[str, pa.Array]:
    bounds = np.append(starts, len(block)).astype(np.int32)
    offset = block.labels.offset
    return {
        "second_of_day": _lists(bounds, pa.array(block.labels.second)),
        "utc_offset_minutes": _nulls("utc_offset_minutes", len(starts))
        if offset is None
        else _lists(bounds, pa.array(offset)),
        "kwh": _lists(bounds, pa.array(block.kwh[:, 0])),
        "row_number": _lists(bounds, pa.array(block.row_number)),
        "readings": pa.array(np.diff(bounds)),
    }


def _wide_arrays(block: RowBlock, usual_points: int) -> dict[str, pa.Array]:
    """A row has its file's usual number of points, or all columns where one beyond the usual is filled."""
    count, width = block.kwh.shape
    is_filled = ~np.isnan(block.kwh)
    if width <= usual_points:
        return _wide_lists(block, block.kwh.reshape(-1), np.full(count, width), is_filled)
    has_more = is_filled[:, usual_points:].any(axis=1)
    lengths = np.where(has_more, width, usual_points)
    return _wide_lists(block, block.kwh[np.arange(width) < lengths[:, None]], lengths, is_filled)


def _wide_lists(
    block: RowBlock, flat: npt.NDArray[np.float64], lengths: npt.NDArray[np.int64], is_filled: npt.NDArray[np.bool_]
) -> dict[str, pa.Array]:
    """The columns of wide rows whose values lie in `flat`, `lengths` of each row."""
    count = len(block)
    bounds = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    return {
        "second_of_day": _nulls("second_of_day", count),
        "utc_offset_minutes": _nulls("utc_offset_minutes", count),
        "kwh": _lists(bounds, pa.array(flat, from_pandas=True)),
        "row_number": _lists(np.arange(count + 1, dtype=np.int32), pa.array(block.row_number)),
        "readings": pa.array(is_filled.sum(axis=1).astype(np.int32)),
    }


def _others(block: RowBlock, starts: npt.NDArray[np.intp]) -> pa.Array:
    """Extra columns as {name: [text of each reading]}; null where the file has none."""
    rows, names = len(starts), list(block.others)
    if not names:
        return _nulls("others", rows)
    bounds = np.append(starts, len(block)).astype(np.int64)
    shifted = [bounds[:-1] + place * len(block) for place in range(len(names))]
    lists = _lists(
        np.append(np.concatenate(shifted), len(names) * len(block)).astype(np.int32),
        pa.concat_arrays(list(block.others.values())),
    )
    by_row = np.arange(rows * len(names)).reshape(len(names), rows).T.ravel()
    keys = pa.array(names).take(pa.array(np.tile(np.arange(len(names)), rows)))
    each = pa.array(np.arange(rows + 1, dtype=np.int32) * len(names))
    return pa.MapArray.from_arrays(each, keys, lists.take(pa.array(by_row)))


def _lists(bounds: npt.NDArray[np.int32], items: pa.Array) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(bounds), items)


def _nulls(column: str, count: int) -> pa.Array:
    return pa.nulls(count, BRONZE_SCHEMA.field(column).type)
