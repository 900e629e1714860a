"""Batches of a Parquet file, of a bounded size and known to decode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.landing.refusals import FileRefused
from powerlake.landing.text_file import Limits


def open_coded(path: Path) -> pq.ParquetFile:
    """The file, its texts to be read as codes: see `batches_of`. Raises what pyarrow does."""
    texts = [field.name for field in pq.read_schema(path) if is_text(field.type)]
    return pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=True)


def checked(batches: Callable[[], Iterator[pa.RecordBatch]], limits: Limits) -> Iterator[pa.RecordBatch]:
    """What `batches` gives, decoded to the last before the first is handed on.

    They are read a second time where all of them are more than `limits.held_bytes`. Raises FileRefused for more than
    `limits.decoded_bytes`, and what decoding raises.
    """
    held: list[pa.RecordBatch] | None = []
    size = 0
    for batch in batches():
        batch.validate(full=True)  # a flipped bit may leave text that is no UTF-8
        size += batch.nbytes
        if size > limits.decoded_bytes:
            raise FileRefused("too_large", f"more than {limits.decoded_bytes} bytes decoded")
        if size > limits.held_bytes:
            held = None
        elif held is not None:
            held.append(batch)
    return iter(held) if held is not None else batches()


def batches_of(file: pq.ParquetFile, batch_bytes: int, limits: Limits) -> Iterator[pa.RecordBatch]:
    """Batches of about `batch_bytes` decoded each. Raises FileRefused for a row of more text than a line may have.

    Texts stay coded until here: a few long ones, each said in a million rows, would not fit in memory decoded.
    """
    rows_at_a_time = max(batch_bytes // (8 * len(file.schema_arrow)), 1)
    for batch in file.iter_batches(rows_at_a_time, use_threads=False):
        sizes = _text_sizes(batch)
        if sizes.max(initial=0) > limits.line_bytes:
            raise FileRefused("line_too_long", f"more than {limits.line_bytes} bytes in a row")
        ends = np.cumsum(sizes)
        first = 0
        while first < batch.num_rows:
            begun = ends[first - 1] if first else 0
            end = max(int(np.searchsorted(ends, begun + batch_bytes, "right")), first + 1)
            part = batch.slice(first, end - first)
            yield pa.RecordBatch.from_arrays([decoded(column) for column in part.columns], names=batch.schema.names)
            first = end


def _text_sizes(batch: pa.RecordBatch) -> npt.NDArray[np.int64]:
    """Bytes of each row's texts."""
    sizes = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        if pa.types.is_dictionary(column.type) and is_text(column.type.value_type):
            lengths = pc.binary_length(column.dictionary).take(column.indices)
            sizes += np.asarray(pc.fill_null(lengths, 0), np.int64)
    return sizes


def plain(type_: pa.DataType) -> pa.DataType:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def is_text(type_: pa.DataType) -> bool:
    return bool(pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_string_view(type_))


def decoded(column: pa.Array) -> pa.Array:
    """The column's values as such: not coded, no views, and times of a zone that nobody knows in UTC."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    if pa.types.is_binary_view(column.type):
        return column.cast(pa.binary())
    if pa.types.is_timestamp(column.type) and not _has_known_zone(column.type):
        return column.cast(pa.timestamp(column.type.unit, "UTC"))
    return column


def _has_known_zone(type_: pa.TimestampType) -> bool:
    """Whether local times can be told: not of "China Standard Time", as some systems name the zone."""
    try:
        pc.local_timestamp(pa.array([0], type_))
    except pa.ArrowInvalid:
        return type_.tz is None
    return True
