"""Rows of a Parquet file, batch by batch; damage is found before the first batch is given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.layouts import Columns, recognise
from powerlake.landing.parquet_batches import batches_of, checked, is_text, open_coded, plain
from powerlake.landing.refusals import FileRefused
from powerlake.landing.rows import (
    RowBlock,
    SortedRows,
    Values,
    encode_meters,
    is_sound,
    numbers_of_column,
    numbers_of_text,
    readings_of,
    side_by_side,
    sort_out,
    to_floats,
)
from powerlake.landing.text_file import Limits
from powerlake.landing.times import Labels, format_of, labels_of_timestamps, parse

PARQUET_MAGIC = b"PAR1"
EXACT_BELOW = 2.0**53
"""Whole numbers below it are what a double says."""
BATCH_BYTES = 64 << 20
"""Decoded size aimed at for a batch; wide rows then come in fewer at a time than long ones."""


def open_parquet(path: Path, limits: Limits) -> tuple[Columns, Iterator[SortedRows]]:
    """The file's columns and its rows. Raises FileRefused; a file within `limits.held_bytes` is decoded only once."""
    rows = 0
    try:
        file = open_coded(path)
        rows = file.metadata.num_rows
        columns = recognise(tuple(file.schema_arrow.names))
        _check_types(file.schema_arrow, columns)
        return columns, _sorted_batches(columns, checked(lambda: batches_of(file, BATCH_BYTES, limits), limits))
    except FileRefused as refusal:
        raise FileRefused(refusal.reason, refusal.detail, refusal.rows or rows) from refusal
    except PermissionError as error:
        raise FileRefused("not_readable", error.strerror or "no permission") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRefused("damaged", f"Parquet: {type(error).__name__}", rows) from error


def _check_types(schema: pa.Schema, columns: Columns) -> None:
    is_right = {columns.meter: _is_meter, columns.time: _is_time} | dict.fromkeys(columns.values, _is_value)
    for place, accepts in is_right.items():
        if not accepts(plain(schema.field(place).type)):
            raise FileRefused("wrong_type", f"column {columns.names[place]} is {schema.field(place).type}")


def _is_meter(type_: pa.DataType) -> bool:
    return is_text(type_) or bool(pa.types.is_integer(type_))


def _is_time(type_: pa.DataType) -> bool:
    return is_text(type_) or bool(pa.types.is_timestamp(type_) or pa.types.is_date(type_))


def _is_value(type_: pa.DataType) -> bool:
    is_number = pa.types.is_floating(type_) or pa.types.is_integer(type_) or pa.types.is_decimal(type_)
    return is_text(type_) or bool(is_number)


def _sorted_batches(columns: Columns, batches: Iterator[pa.RecordBatch]) -> Iterator[SortedRows]:
    row, form = 1, None
    for batch in batches:
        cells = batch.columns
        if form is None and is_text(cells[columns.time].type):
            form = format_of(_text(cells[columns.time]).slice(0, 1000))
        yield _sort_batch(columns, cells, batch, row, form)
        row += batch.num_rows


def _text(column: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), ""))


def _sort_batch(
    columns: Columns, cells: list[pa.Array], batch: pa.RecordBatch, first_row: int, form: str | None
) -> SortedRows:
    energy = [cells[place] for place in columns.values]
    row_number = np.arange(first_row, first_row + batch.num_rows, dtype=np.int32)
    others = {columns.names[place]: as_text(cells[place]) for place in columns.others}
    meter, labels = encode_meters(cells[columns.meter]), _labels(cells[columns.time], form)
    if all(pa.types.is_float64(column.type) for column in energy):
        kwh = np.column_stack([to_floats(column) for column in energy])
        if is_sound(columns, meter, labels, kwh, sum(column.null_count for column in energy)):
            return SortedRows(RowBlock(meter, labels, readings_of(kwh, columns), row_number, others), (), len(kwh))
    values = side_by_side([_values(column) for column in energy])
    block = RowBlock(meter, labels, readings_of(values.kwh, columns), row_number, others)
    return sort_out(block, values, columns, lambda rows: records(batch, rows), cut=False)


def _values(column: pa.Array) -> Values:
    return numbers_of_text(_text(column)) if is_text(column.type) else numbers_of_column(column)


def _labels(column: pa.Array, form: str | None) -> Labels:
    return labels_of_timestamps(column) if form is None else parse(_text(column), form)


def as_text(column: pa.Array) -> pa.Array:
    """A column as text, nulls kept; a nested or binary one as JSON, one that cannot be shown as its type."""
    try:
        text = column.cast(pa.string())
    except pa.ArrowException:
        return _shown(column)
    return _digits_of_whole(column, text) if pa.types.is_floating(column.type) else text


def _digits_of_whole(column: pa.Array, text: pa.Array) -> pa.Array:
    """`text`, but 13800001111 for 1.3800001111e+10: a number that names something, where nulls made it a float."""
    number = column.cast(pa.float64())
    is_whole = pc.fill_null(pc.and_(pc.equal(number, pc.trunc(number)), pc.less(pc.abs(number), EXACT_BELOW)), False)
    return pc.if_else(is_whole, pc.if_else(is_whole, number, 0.0).cast(pa.int64()).cast(pa.string()), text)


def _shown(column: pa.Array) -> pa.Array:
    try:
        items = column.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError, KeyError):  # a time beyond the year 9999, an unknown zone
        return pa.repeat(pa.scalar(f"<{column.type}>"), len(column))
    return pa.array([None if item is None else _json(item) for item in items], pa.string())


def records(batch: pa.RecordBatch, rows: npt.NDArray[np.intp]) -> pa.Array:
    """The chosen rows as JSON objects of texts."""
    place = pa.array(rows)
    texts = {name: _chosen_text(column, place) for name, column in zip(batch.schema.names, batch.columns, strict=True)}
    return pa.array([_json(record) for record in pa.table(texts).to_pylist()], pa.string())


def _chosen_text(column: pa.Array, place: pa.Array) -> pa.Array:
    try:
        return as_text(column.take(place))
    except pa.ArrowNotImplementedError:  # such as of a list of views
        return as_text(column).take(place)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
