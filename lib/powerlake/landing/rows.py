"""Rows of one block: judged cell by cell where that is needed, kept as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.layouts import Columns
from powerlake.landing.refusals import ROW_REASONS, RefusedRows
from powerlake.landing.times import Labels

MeterCodes = pa.dictionary(pa.int32(), pa.string())
NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?$"
NOT_FINITE = r"(?i)^[+-]?(nan(\(\w*\))?|inf|infinity)$"
REASONS = ("", *ROW_REASONS)
"""Verdicts are places in this tuple; 0 is a row to keep."""


@dataclass(frozen=True)
class RowBlock:
    """Rows kept, parallel arrays in the order received.

    `meter` is a dictionary array; `kwh` is (rows, values), NaN for an empty point of a wide row; `others` maps a
    column's name to its text.
    """

    meter: pa.DictionaryArray
    labels: Labels
    kwh: npt.NDArray[np.float64]
    row_number: npt.NDArray[np.int32]
    others: dict[str, pa.Array]

    def __len__(self) -> int:
        return len(self.row_number)


@dataclass(frozen=True)
class Values:
    """Energy cells of a block, each array (rows, values): the number, whether the cell is empty, whether it is one."""

    kwh: npt.NDArray[np.float64]
    is_empty: npt.NDArray[np.bool_]
    is_number: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SortedRows:
    """Rows of one block, sorted: kept, refused, and how many there were (always the sum of both)."""

    kept: RowBlock
    refused: tuple[RefusedRows, ...]
    received: int


def verdict_of(reason: str) -> int:
    """The code of a row reason in an array of verdicts."""
    return REASONS.index(reason)


def judge(meter: pa.DictionaryArray, labels: Labels, values: Values, is_wide: bool) -> npt.NDArray[np.int8]:
    """Verdict on each row: the first reason in the order below that holds, else 0.

    A wide row may have empty points, but not only such, and its label must be a date.
    """
    is_absent = values.is_empty.all(axis=1) if is_wide else values.is_empty.any(axis=1)
    is_finite = np.isfinite(values.kwh) | values.is_empty | ~values.is_number
    checks = (
        ("missing_meter", is_missing(meter)),
        ("bad_time", ~labels.is_valid | (is_wide & (labels.second != 0))),
        ("date_out_of_range", ~labels.in_range),
        ("empty_value", is_absent),
        ("not_a_number", ~(values.is_number | values.is_empty).all(axis=1)),
        ("not_finite", ~is_finite.all(axis=1)),
    )
    verdicts = np.select([holds for _, holds in checks], [verdict_of(reason) for reason, _ in checks], 0)
    return verdicts.astype(np.int8)


def is_sound(
    columns: Columns, meter: pa.DictionaryArray, labels: Labels, kwh: npt.NDArray[np.float64], nulls: int
) -> bool:
    """Whether every row is one to keep: the checks of `judge` for all rows at once, on numbers with `nulls` empty."""
    if not (labels.is_valid.all() and labels.in_range.all()) or "" in meter.dictionary.to_pylist():
        return False
    unfinished = kwh.size - int(np.isfinite(kwh).sum())
    if not columns.layout.is_wide:
        return unfinished == 0
    is_filled = unfinished == nulls and not (nulls and np.isnan(kwh).all(axis=1).any())
    return is_filled and not labels.second.any()


def sort_out(
    block: RowBlock, values: Values, columns: Columns, record_of: Callable[[npt.NDArray[np.intp]], pa.Array], cut: bool
) -> SortedRows:
    """The rows of a block, kept or refused by `judge`; with `cut` an otherwise good last row is refused as well.

    `record_of` gives the text of chosen rows, as received.
    """
    verdicts = judge(block.meter, block.labels, values, columns.layout.is_wide)
    if cut and len(verdicts) and verdicts[-1] == 0:
        verdicts[-1] = verdict_of("cut_line")
    bad = np.flatnonzero(verdicts)
    names = [columns.names[place] for place in columns.values]
    filled = (~values.is_empty[bad]).sum(axis=1) if columns.layout.is_wide else ~values.is_empty[bad].any(axis=1)
    refused = RefusedRows(
        row_number=pa.array(block.row_number[bad]),
        reason=pa.array(REASONS).take(pa.array(verdicts[bad])),
        detail=_detail(values, names, bad, verdicts[bad]),
        record=record_of(bad),
        readings=pa.array(filled.astype(np.int64)),
    )
    kept = pick(np.flatnonzero(verdicts == 0), block) if len(bad) else block
    return SortedRows(kept, (refused,), len(verdicts))


def _detail(
    values: Values, names: Sequence[str], rows: npt.NDArray[np.intp], verdicts: npt.NDArray[np.int8]
) -> pa.Array:
    """The first energy column at fault, where one is."""
    bad = ~values.is_number[rows] | ~np.isfinite(values.kwh[rows])
    if bad.shape[1] > 1:
        bad &= ~(values.is_empty[rows] & (verdicts != verdict_of("empty_value"))[:, None])
    column = pa.array(np.asarray(names, dtype=object)[bad.argmax(axis=1)], pa.string())
    is_value = np.isin(verdicts, [verdict_of(reason) for reason in ("empty_value", "not_a_number", "not_finite")])
    return pc.if_else(pa.array(is_value), pc.binary_join_element_wise("column ", column, ""), None)


def numbers_of_text(text: pa.Array) -> Values:
    """One column of trimmed text as numbers: decimal, with exponent or without. (rows, 1).

    NaN and infinity count as numbers that are not finite.
    """
    is_decimal = pc.match_substring_regex(text, NUMBER)
    number = pc.cast(pc.if_else(is_decimal, text, None), pa.float64())
    is_number = pc.or_(is_decimal, pc.match_substring_regex(text, NOT_FINITE))
    return Values(
        to_floats(number)[:, None],
        np.asarray(pc.equal(text, ""))[:, None],
        np.asarray(is_number)[:, None],
    )


def numbers_of_column(column: pa.Array) -> Values:
    """One numeric column, null for empty. (rows, 1). A decimal128 becomes the nearest double."""
    number = column.cast(pa.float64(), safe=False)
    is_empty = np.asarray(number.is_null())[:, None]
    return Values(to_floats(number)[:, None], is_empty, ~is_empty)


def side_by_side(columns: Sequence[Values]) -> Values:
    """The columns as one (rows, columns) block."""
    return Values(
        np.hstack([column.kwh for column in columns]),
        np.hstack([column.is_empty for column in columns]),
        np.hstack([column.is_number for column in columns]),
    )


def readings_of(kwh: npt.NDArray[np.float64], columns: Columns) -> npt.NDArray[np.float64]:
    """Energy columns (rows, columns) as readings: the sum of a long row's parts (rows, 1), a wide row as it is."""
    return kwh if len(columns.layout.values) <= 1 else kwh.sum(axis=1, keepdims=True)


def to_floats(column: pa.Array) -> npt.NDArray[np.float64]:
    """A double column as numpy, NaN for null."""
    floats: npt.NDArray[np.float64] = column.to_numpy(zero_copy_only=False)
    return floats


def encode_meters(column: pa.Array) -> pa.DictionaryArray:
    """Meter numbers as a dictionary array, blanks around them gone, "" for null.

    Rows of a meter mostly stand together, so runs are found first and only their values are hashed: 1.4 times the
    rows a second of hashing each.
    """
    text = pc.fill_null(column.cast(pa.string()), "") if column.null_count else column.cast(pa.string())
    if len(text) == 0:
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    runs = pc.run_end_encode(text, run_end_type=pa.int32())
    distinct = pc.utf8_trim_whitespace(runs.values).dictionary_encode()
    ends = runs.run_ends.to_numpy()
    codes = np.repeat(distinct.indices.to_numpy(), np.diff(ends, prepend=0))
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), distinct.dictionary)


def is_missing(meter: pa.DictionaryArray) -> npt.NDArray[np.bool_]:
    """True where the meter number is empty."""
    is_empty: npt.NDArray[np.bool_] = np.asarray(pc.equal(meter.dictionary, ""), bool)
    missing: npt.NDArray[np.bool_] = is_empty[meter.indices.to_numpy()]
    return missing


def pick(rows: npt.NDArray[np.intp], block: RowBlock) -> RowBlock:
    """The chosen rows of a block, in the order chosen."""
    place = pa.array(rows)
    labels = block.labels
    return RowBlock(
        block.meter.take(place),
        Labels(
            labels.day[rows],
            labels.second[rows],
            labels.is_valid[rows],
            None if labels.offset is None else labels.offset[rows],
        ),
        block.kwh[rows],
        block.row_number[rows],
        {name: column.take(place) for name, column in block.others.items()},
    )


def join(blocks: Sequence[RowBlock]) -> RowBlock:
    """Blocks of one file, one after another. All have the same columns; labels of a file have offsets or none has."""
    if len(blocks) == 1:
        return blocks[0]
    meter = pa.chunked_array([block.meter for block in blocks], MeterCodes).unify_dictionaries().combine_chunks()
    offsets = [block.labels.offset for block in blocks if block.labels.offset is not None]
    return RowBlock(
        meter,
        Labels(
            np.concatenate([block.labels.day for block in blocks]),
            np.concatenate([block.labels.second for block in blocks]),
            np.concatenate([block.labels.is_valid for block in blocks]),
            np.concatenate(offsets) if offsets else None,
        ),
        np.concatenate([block.kwh for block in blocks]),
        np.concatenate([block.row_number for block in blocks]),
        {
            name: pa.chunked_array([block.others[name] for block in blocks]).combine_chunks()
            for name in blocks[0].others
        },
    )
