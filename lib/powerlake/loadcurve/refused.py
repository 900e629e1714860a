"""Refused readings as rows of quarantine.load_curves."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.loadcurve.bronze_rows import BronzeRows
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.days import contiguous, lengths
from powerlake.loadcurve.quality import Refusal
from powerlake.loadcurve.readings import Readings
from powerlake.tables.derive import arrow_schema
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

SCHEMA = arrow_schema(quarantine_of(LOAD_CURVES))
_OF_WHOLE_ROW = (Refusal.WRONG_POINT_COUNT, Refusal.OTHER_INTERVAL)
_REASONS = pa.array([refusal.reason for refusal in Refusal])


def refused_table(refused: Readings, run_id: str, at: datetime) -> pa.Table:
    """One row per refused reading, or per wide row refused as a whole, in the order of meter, file and row.

    `readings` adds up to the refused readings. `record` is JSON: meter_id, date, second_of_day (labelled readings)
    or point (wide rows, 1 = first), kwh (text where it is no number), file.
    """
    rows = refused.rows
    is_whole = np.isin(refused.refusal, _OF_WHOLE_ROW)
    single = np.flatnonzero(~is_whole)
    whole, first, count = np.unique(refused.row[is_whole], return_index=True, return_counts=True)
    whole_reading = np.flatnonzero(is_whole)[first]
    reading = np.concatenate([single, whole_reading])
    row, item = refused.row[reading], refused.item[reading]
    records = [_reading_records(refused, row[: len(single)], item[: len(single)]), _row_records(rows, whole)]
    detail = [pa.nulls(len(single), pa.string()), _place_details(rows, whole)]
    take = pa.array(row)
    table = pa.table(
        {
            "level": pa.array(["reading", "row"]).take(pa.array((np.arange(len(row)) >= len(single)).astype(np.int8))),
            "reason": _REASONS.take(pa.array(refused.refusal[reading])),
            "detail": pa.concat_arrays(detail),
            "file": contiguous(rows.table["file"]).take(take),
            "row_number": pa.array(rows.row_numbers(row, item)),
            "record": pa.concat_arrays(records),
            "readings": pa.array(np.concatenate([np.ones(len(single), dtype=np.int64), count])),
            "batch": contiguous(rows.table["batch"]).take(take),
            "quarantined_at": pa.repeat(pa.scalar(at, pa.timestamp("us", tz="UTC")), len(row)),
            "run_id": pa.repeat(pa.scalar(run_id), len(row)),
        }
    ).cast(SCHEMA)
    order = np.lexsort((item, rows.row_numbers(row, item), rows.order[row], rows.meter[row]))
    return table.take(pa.array(order))


def _reading_records(refused: Readings, row: Ints, item: Ints) -> pa.Array:
    rows = refused.rows
    second = refused.second[item].astype(np.int64)
    point = item - rows.first_item[row] + 1
    kwh = contiguous(rows.table["kwh"]).flatten().take(pa.array(item))
    return pc.binary_join_element_wise(
        *_row_start(rows, row),
        pa.array(["second_of_day", "point"]).take(pa.array((second < 0).astype(np.int8))),
        '": ',
        pa.array(np.where(rows.is_labelled[row], second, point)).cast(pa.string()),
        ', "kwh": ',
        _json_numbers(kwh),
        *_row_end(rows, row),
        "",
    )


def _row_records(rows: BronzeRows, row: Ints) -> pa.Array:
    lists = contiguous(rows.table["kwh"]).take(pa.array(row))
    numbers = _json_numbers(lists.flatten())
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths(lists))]).astype(np.int32))
    values = pc.binary_join(pa.ListArray.from_arrays(offsets, numbers), ", ")
    return pc.binary_join_element_wise(*_row_start(rows, row), 'kwh": [', values, "]", *_row_end(rows, row), "")


def _json_numbers(kwh: pa.Array) -> pa.Array:
    """The values as JSON; NaN and infinity, for which it has no number, as text."""
    number = kwh.cast(pa.string())
    text = pc.binary_join_element_wise('"', number, '"', "")
    return pc.if_else(pc.is_finite(kwh), number, text).fill_null("null")


def _row_start(rows: BronzeRows, row: Ints) -> tuple[str | pa.Array, ...]:
    date = pa.array(rows.date[row]).cast(pa.string())
    return '{"meter_id": ', _json_text(rows.table["meter_id"], row), ', "date": "', date, '", "'


def _row_end(rows: BronzeRows, row: Ints) -> tuple[str | pa.Array, ...]:
    return ', "file": ', _json_text(rows.table["file"], row), "}"


def _json_text(column: pa.ChunkedArray, row: Ints) -> pa.Array:
    """The texts of the rows as JSON strings; each distinct one is escaped once."""
    encoded = contiguous(column).take(pa.array(row)).dictionary_encode()
    escaped = [json.dumps(text, ensure_ascii=False) for text in encoded.dictionary.to_pylist()]
    return pa.array(escaped, pa.string()).take(encoded.indices)


def _place_details(rows: BronzeRows, row: Ints) -> pa.Array:
    places = pa.array(lengths(rows.table["kwh"])[row]).cast(pa.string())
    return pc.binary_join_element_wise(places, "places", " ")
