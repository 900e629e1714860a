"""Batches of a feed's Parquet file as text; damage is found before the first batch is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.csv_text import SEPARATOR
from powerlake.landing.feed_cells import Bools, CellBlock, map_of_columns, no_rows, trimmed
from powerlake.landing.feed_columns import CHANGED_AT, FeedColumns, recognise
from powerlake.landing.parquet_batches import batches_of, checked, is_text, open_coded, plain
from powerlake.landing.parquet_rows import as_text, records
from powerlake.landing.refusals import FileRefused
from powerlake.landing.text_file import Limits
from powerlake.tables.feeds.model import Feed, Kind

BATCH_BYTES = 16 << 20
"""Text aimed at for a batch."""
_Is = Callable[[pa.DataType], bool]
_NUMBERS: tuple[_Is, ...] = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal)
_DAYS: tuple[_Is, ...] = (pa.types.is_date, pa.types.is_timestamp)
_HOLDS: dict[Kind, tuple[_Is, ...]] = {
    Kind.TEXT: (*_NUMBERS, *_DAYS, pa.types.is_boolean),
    Kind.CODE: (*_NUMBERS, pa.types.is_boolean),
    Kind.INTEGER: _NUMBERS,
    Kind.DECIMAL: _NUMBERS,
    Kind.BOOLEAN: (pa.types.is_boolean, pa.types.is_integer),
    Kind.DATE: (*_DAYS, pa.types.is_integer),
    Kind.INSTANT: (*_DAYS, pa.types.is_integer),
}
"""Types a column may have beside text, which holds everything."""


def open_feed_parquet(path: Path, feed: Feed, limits: Limits) -> tuple[FeedColumns, Iterator[CellBlock]]:
    """The file's columns and its rows. Raises FileRefused; a file within `limits.held_bytes` is decoded only once."""
    rows = 0
    try:
        file = open_coded(path)
        schema, rows = file.schema_arrow, file.metadata.num_rows
        columns = recognise(tuple(schema.names), feed)
        _check_types(schema, columns, feed)
        return columns, _laid(columns, checked(lambda: batches_of(file, BATCH_BYTES, limits), limits))
    except FileRefused as refusal:
        raise FileRefused(refusal.reason, refusal.detail, refusal.rows or rows) from refusal
    except PermissionError as error:
        raise FileRefused("not_readable", error.strerror or "no permission") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileRefused("damaged", f"Parquet: {type(error).__name__}", rows) from error


def _check_types(schema: pa.Schema, columns: FeedColumns, feed: Feed) -> None:
    kinds = {field.name: field.kind for field in (*feed.fields, CHANGED_AT)} | {"change": Kind.TEXT}
    for name, place in columns.places.items():
        type_ = plain(schema.field(place).type)
        is_held = any(holds(type_) for holds in (is_text, pa.types.is_null, *_HOLDS[kinds[name]]))
        if not is_held:
            raise FileRefused("wrong_type", f"column {name} is {schema.field(place).type}")


def _laid(columns: FeedColumns, batches: Iterator[pa.RecordBatch]) -> Iterator[CellBlock]:
    row = 1
    for batch in batches:
        yield _lay(columns, batch, row)
        row += batch.num_rows


def _lay(columns: FeedColumns, batch: pa.RecordBatch, first_row: int) -> CellBlock:
    cells = {name: _text(batch.column(place)) for name, place in columns.places.items()}
    others = [_text(batch.column(place)) for place in columns.others]
    return CellBlock(
        cells=cells,
        others=map_of_columns([columns.names[place] for place in columns.others], others, batch.num_rows),
        row_number=np.arange(first_row, first_row + batch.num_rows, dtype=np.int32),
        record_of=lambda rows: records(batch, rows),
        torn=no_rows(),
        has_control=_has_control([*cells.values(), *others]),
        new_columns=columns.new,
    )


def _text(column: pa.Array) -> pa.Array:
    """The column as trimmed text, null where empty: ISO dates and times, numbers in their shortest form."""
    text = as_text(column)
    if pa.types.is_timestamp(column.type):
        text = pc.replace_substring_regex(text, r"\.0+($|[+-]|Z)", r"\1")
    return trimmed(text)


def _has_control(columns: list[pa.Array]) -> Bools | None:
    """True where a row has a NUL or a unit separator; None where none has."""
    found = None
    for column in columns:
        held = pc.fill_null(pc.match_substring_regex(column, f"[\\x00{SEPARATOR}]"), False)
        if pc.any(held).as_py():
            found = np.asarray(held) if found is None else found | np.asarray(held)
    return found
