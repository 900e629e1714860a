"""Daily curves between Arrow and numpy: a list column of a shard as matrices of days × points, and back."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Lists: TypeAlias = "pa.Array | pa.ChunkedArray"
Rows = npt.NDArray[np.int64]
Matrix = npt.NDArray[Any]

UNKNOWN = np.float32("nan")
"""What a null item of an Arrow list is in a matrix."""
LARGEST = float(np.finfo(np.float32).max)
"""The largest value that a curve can hold: what is above would become infinite in it."""


def contiguous(column: Lists) -> pa.Array:
    """The column as one Arrow array; copies only when it has several chunks."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def lengths(column: Lists) -> npt.NDArray[np.int64]:
    """(rows,) items of each list; −1 where the list itself is null."""
    array = contiguous(column)
    # numpy differences of the offsets: Arrow's list_value_length costs ten times as much.
    counts: npt.NDArray[np.int64] = np.diff(array.offsets.to_numpy()).astype(np.int64)
    if array.null_count:
        counts[array.is_null().to_numpy(zero_copy_only=False)] = -1
    return counts


def items(column: Lists, dtype: npt.DTypeLike = np.float32) -> Matrix:
    """All items of the lists one after another; null items as NaN. No copy where type and validity allow.

    A column of integers must hold no null item: there is no NaN to stand for it, so it would raise ValueError.
    """
    values = contiguous(column).flatten()
    if values.null_count and not np.issubdtype(np.dtype(dtype), np.floating):
        raise ValueError(f"{values.null_count} null items do not fit {np.dtype(dtype)}")
    return np.asarray(values.to_numpy(zero_copy_only=False)).astype(dtype, copy=False)


def matrices(column: Lists, dtype: npt.DTypeLike = np.float32) -> list[tuple[Rows, Matrix]]:
    """The lists as matrices, one for each list length: pairs of (row numbers (n,), matrix (n, points)).

    Lengths ascend and rows keep their order; null items are NaN; rows whose list is null are in no pair. Most
    shards have one length: their matrix is a view of Arrow's memory, so it may be read-only.
    """
    array = contiguous(column)
    counts = lengths(array)
    if not len(counts):
        return []
    flat = items(array, dtype)
    if counts[0] >= 0 and (counts == counts[0]).all():
        return [(np.arange(len(counts)), flat.reshape(len(counts), counts[0]))]
    starts = np.cumsum(np.maximum(counts, 0)) - np.maximum(counts, 0)
    found = []
    for length in np.unique(counts[counts >= 0]):
        rows = np.flatnonzero(counts == length)
        found.append((rows, flat[starts[rows, None] + np.arange(length)]))
    return found


def to_lists(matrix: Matrix) -> pa.ListArray:
    """One Arrow list for each row of the matrix, NaN as null. The numbers are not copied when they lie in order."""
    rows, points = matrix.shape
    offsets = pa.array(np.arange(rows + 1, dtype=np.int32) * np.int32(points))
    # from_pandas: NaN becomes null.
    return pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(matrix).reshape(-1), from_pandas=True))


def lists_of(flat: Matrix, counts: npt.NDArray[np.int64]) -> pa.ListArray:
    """One Arrow list for each count, cut from `flat` in order; NaN as null; the list itself null where count < 0."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int32)
    np.cumsum(np.maximum(counts, 0), out=offsets[1:])
    absent = pa.array(counts < 0) if (counts < 0).any() else None
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, from_pandas=True), mask=absent)
