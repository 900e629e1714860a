"""Rows of a CSV block that has a bad one: every cell as text, each row judged, the refused ones with their line."""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.layouts import Columns
from powerlake.landing.refusals import RefusedRows
from powerlake.landing.rows import (
    RowBlock,
    SortedRows,
    encode_meters,
    numbers_of_text,
    readings_of,
    side_by_side,
    sort_out,
)
from powerlake.landing.text_file import Block
from powerlake.landing.times import parse

SEPARATOR = "\x1f"
"""Stands for the comma between cells once quotes are resolved; a row that has one of its own is refused."""
FORBIDDEN = (b"\0", SEPARATOR.encode())
csv.field_size_limit(2**31 - 1)  # else a cell above 128 KiB is none; what a line may have is in `text_file.Limits`


def sort_by_text(block: Block, first_row: int, columns: Columns, form: str) -> SortedRows:
    """The block's rows, numbered from `first_row`, times in the form `form`. A line is a row; blank lines are not."""
    lines = lines_of(block.data)
    row_number = np.arange(first_row, first_row + len(lines), dtype=np.int32)
    is_forbidden = np.asarray(pc.match_substring_regex(lines, f"[\\x00{SEPARATOR}]"), bool)
    cells = cells_of(lines)
    is_whole = np.asarray(pc.equal(pc.list_value_length(cells), len(columns.names)), bool) & ~is_forbidden
    whole, torn = np.flatnonzero(is_whole), np.flatnonzero(~is_whole)
    every = _Lines(lines, cells, row_number)
    unlaid = _torn_rows(every.take(torn), is_forbidden[torn], columns)
    has_open_end = block.is_cut and bool(is_whole[-1:].any())
    found = _judged(every.take(whole), columns, form, has_open_end)
    return SortedRows(found.kept, (_in_order(unlaid, *found.refused),), len(lines))


@dataclass(frozen=True)
class _Lines:
    """Lines and their cells, in parallel."""

    text: pa.Array
    cells: pa.ListArray
    row_number: npt.NDArray[np.int32]

    def take(self, rows: npt.NDArray[np.intp]) -> _Lines:
        place = pa.array(rows)
        return _Lines(self.text.take(place), self.cells.take(place), self.row_number[rows])


def _judged(lines: _Lines, columns: Columns, form: str, has_open_end: bool) -> SortedRows:
    """Lines with the right number of cells, sorted out."""
    width = len(columns.names)
    cells = [column_of(lines.cells, width, place) for place in range(width)]
    values = side_by_side([numbers_of_text(pc.utf8_trim_whitespace(cells[place])) for place in columns.values])
    rows = RowBlock(
        encode_meters(cells[columns.meter]),
        parse(pc.utf8_trim_whitespace(cells[columns.time]), form),
        readings_of(values.kwh, columns),
        lines.row_number,
        {columns.names[place]: cells[place] for place in columns.others},
    )
    is_whole = width - 1 in columns.values and _is_provably_whole(cells[-1])
    return sort_out(
        rows, values, columns, lambda chosen: lines.text.take(pa.array(chosen)), has_open_end and not is_whole
    )


def _torn_rows(lines: _Lines, is_forbidden: npt.NDArray[np.bool_], columns: Columns) -> RefusedRows:
    """Lines that cannot be laid under the header. Of a wide row each filled cell but two counts as a reading."""
    counts = pc.list_value_length(lines.cells).cast(pa.string())
    detail = pc.binary_join_element_wise(counts, f" cells; the header has {len(columns.names)}", "")
    is_filled = np.asarray(pc.not_equal(pc.list_flatten(lines.cells), ""), bool)
    owner = np.asarray(pc.list_parent_indices(lines.cells), np.intp)[is_filled]
    filled = np.bincount(owner, minlength=len(lines.row_number))
    readings = np.maximum(filled - 2, 0) if columns.layout.is_wide else np.ones_like(filled)
    forbidden = pa.array(is_forbidden)
    return RefusedRows(
        row_number=pa.array(lines.row_number),
        reason=pc.if_else(forbidden, "control_character", "wrong_cell_count"),
        detail=pc.if_else(forbidden, None, detail),
        record=lines.text,
        readings=pa.array(readings.astype(np.int64)),
    )


def _in_order(one: RefusedRows, other: RefusedRows) -> RefusedRows:
    """Both, in the order of the file."""
    parts = {
        name: pa.concat_arrays([getattr(one, name), getattr(other, name)]) for name in RefusedRows.__dataclass_fields__
    }
    order = pc.sort_indices(parts["row_number"])
    return RefusedRows(**{name: part.take(order) for name, part in parts.items()})


def lines_of(data: bytes, at_most: int = -1) -> pa.Array:
    """The lines that are not blank, as strings, of the first `at_most` lines or of all."""
    lines = data.split(b"\n", at_most)
    text = pa.array(lines[:at_most] if at_most > 0 else lines, pa.binary()).cast(pa.string())
    return text.filter(pc.not_equal(pc.utf8_trim(text, " \t"), ""))


def cells_of(lines: pa.Array) -> pa.ListArray:
    """Cells of each line. Only lines with a quote are taken one by one."""
    joined = pc.replace_substring(lines, ",", SEPARATOR)
    is_quoted = pc.match_substring(lines, '"')
    if pc.any(is_quoted).as_py():
        resolved = pa.array(map(_resolve_quotes, lines.filter(is_quoted).to_pylist()), pa.string())
        joined = pc.replace_with_mask(joined, is_quoted, resolved)
    return pc.split_pattern(joined, SEPARATOR)


def _resolve_quotes(line: str) -> str:
    """The line's cells without their quotes; the line as it is, so one cell, when a quote in it never ends."""
    reader = csv.reader([line, SEPARATOR])
    try:
        cells = next(reader)
    except csv.Error:
        return line.replace(SEPARATOR, "")
    return SEPARATOR.join(cells) if reader.line_num == 1 else line.replace(SEPARATOR, "")


def is_read_otherwise(data: bytes) -> bool:
    """Whether Arrow would take lines that it does not refuse for others than they are.

    It drops a byte-order mark before the first line, which after the head of a file is a part of the cell.
    """
    return any(byte in data for byte in FORBIDDEN) or data.startswith(codecs.BOM_UTF8) or _has_open_end(data)


def _has_open_end(data: bytes) -> bool:
    """Whether a quote in the last line never ends. Arrow would take the end of the text for its end."""
    last = data[data.rfind(b"\n", 0, -1) + 1 :]
    if b'"' not in last:
        return False
    reader = csv.reader([last.decode(), SEPARATOR])
    next(reader)
    return reader.line_num > 1


def column_of(cells: pa.ListArray, width: int, place: int) -> pa.Array:
    """One column of lines that all have `width` cells."""
    return pc.list_flatten(cells).take(pa.array(np.arange(len(cells)) * width + place))


def _is_provably_whole(column: pa.Array) -> bool:
    """Whether the last of these values lost no digit: all of them have the same number of decimals, and some."""
    point = np.asarray(pc.find_substring(column, "."))
    decimals = np.where(point >= 0, np.asarray(pc.utf8_length(column)) - point - 1, 0)
    return len(decimals) > 1 and decimals[0] > 0 and bool((decimals == decimals[0]).all())
