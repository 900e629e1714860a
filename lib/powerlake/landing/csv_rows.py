"""Rows of a CSV block: a typed parse of the whole block, or, where that fails, one text at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from powerlake.landing.layouts import Columns, recognise
from powerlake.landing.refusals import FileRefused, RefusedRows
from powerlake.landing.rows import (
    RowBlock,
    SortedRows,
    encode_meters,
    numbers_of_text,
    side_by_side,
    sort_out,
    to_floats,
)
from powerlake.landing.text_file import Block, TextFile, count_lines
from powerlake.landing.times import Labels, format_of, labels_of_timestamps, parse

SEPARATOR = "\x1f"
"""Stands for the comma between cells once quotes are resolved; a row that has one of its own is refused."""
FORBIDDEN = (b"\0", SEPARATOR.encode())
SAMPLE_ROWS = 1000
"""Rows of the first block that decide the form of a file's times."""


def open_csv(file: TextFile) -> tuple[Columns, Iterator[SortedRows]]:
    """The file's columns and its rows, block by block. Raises FileRefused for its header."""
    blocks = file.blocks()
    try:
        header, rest = _split_header(blocks)
        columns = recognise(header)
    except FileRefused as refusal:
        raise FileRefused(refusal.reason, refusal.detail, file.rows) from refusal
    return columns, _sorted_blocks(columns, rest, blocks)


def _split_header(blocks: Iterator[Block]) -> tuple[tuple[str, ...], Block]:
    """Names in the first line that is not blank, and what its block holds after it."""
    for block in blocks:
        lines = block.data.splitlines(keepends=True)
        for place, line in enumerate(lines):
            if line.strip():
                after = block.data[sum(map(len, lines[: place + 1])) :]
                return _names(line.decode().rstrip("\n")), Block(after, block.is_cut)
    raise FileRefused("empty_file", "blank lines only")


def _names(line: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], strict=True)))
    except (csv.Error, StopIteration) as error:
        raise FileRefused("wrong_header", "the first line is no list of names") from error


def _sorted_blocks(columns: Columns, first: Block, blocks: Iterator[Block]) -> Iterator[SortedRows]:
    parser, row = None, 1
    for block in _chain(first, blocks):
        parser = parser or BlockParser(columns, _form(columns, block))
        found = parser.sorted_rows(block, row)
        row += found.received
        yield found


def _chain(first: Block, blocks: Iterator[Block]) -> Iterator[Block]:
    if first.data:
        yield first
    yield from blocks


def _form(columns: Columns, block: Block) -> str:
    """The form of the file's times, from the first rows that have as many cells as the header."""
    lines = _lines(block).slice(0, SAMPLE_ROWS)
    cells = _cells(lines)
    sound = cells.filter(pc.equal(pc.list_value_length(cells), len(columns.names)))
    return format_of(_column(sound, len(columns.names), columns.time))


@dataclass(frozen=True)
class BlockParser:
    """Parses the blocks of one file, whose columns and form of time are known."""

    columns: Columns
    form: str

    def sorted_rows(self, block: Block, first_row: int) -> SortedRows:
        """The block's rows, numbered from `first_row`. Both ways of parsing agree on every row the first accepts."""
        kept = None if block.is_cut else self._typed(block.data, first_row)
        return SortedRows(kept, (), len(kept)) if kept is not None else self._by_text(block, first_row)

    def _typed(self, data: bytes, first_row: int) -> RowBlock | None:
        """All rows of the block, or None when any of them needs a closer look."""
        if any(byte in data for byte in FORBIDDEN):
            return None
        try:
            table = self._read(data)
        except pa.ArrowException:
            return None
        if table.num_rows != count_lines(data):  # a blank line, or a quote that swallowed a line end
            return None
        cells = [column.combine_chunks() for column in table.columns]
        labels = self._labels(cells[self.columns.time])
        meter = encode_meters(cells[self.columns.meter])
        try:
            numbers = [cells[place].cast(pa.float64()) for place in self.columns.values]
        except pa.ArrowInvalid:
            return None
        kwh = np.column_stack([to_floats(column) for column in numbers])
        if not self._is_sound(meter, labels, kwh, sum(column.null_count for column in numbers)):
            return None
        return self._rows(meter, labels, kwh, first_row, cells)

    def _read(self, data: bytes) -> pa.Table:
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(
                use_threads=False, block_size=len(data) + 1, column_names=list(map(str, range(len(self.columns.names))))
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=self._types(),
                null_values=[""],
                strings_can_be_null=False,
                check_utf8=False,  # the whole file was checked before
                timestamp_parsers=[arrow_csv.ISO8601],
            ),
        )

    def _types(self) -> dict[str, pa.DataType]:
        types = dict.fromkeys(map(str, range(len(self.columns.names))), pa.string())
        numbers = set(self.columns.values) - set(self.columns.others)  # the parts of a sum are kept as text too
        types |= dict.fromkeys(map(str, numbers), pa.float64())
        if self.form == "iso":
            types[str(self.columns.time)] = pa.timestamp("s")
        return types

    def _labels(self, column: pa.Array) -> Labels:
        return labels_of_timestamps(column) if pa.types.is_timestamp(column.type) else parse(column, self.form)

    def _is_sound(
        self, meter: pa.DictionaryArray, labels: Labels, kwh: npt.NDArray[np.float64], nulls: int
    ) -> bool:
        """Whether every row is one to keep: the checks of `rows.judge`, for all rows at once."""
        if not (labels.is_valid.all() and labels.in_range.all()) or "" in meter.dictionary.to_pylist():
            return False
        unfinished = kwh.size - int(np.isfinite(kwh).sum())
        if not self.columns.layout.is_wide:
            return unfinished == 0
        is_filled = unfinished == nulls and not (nulls and np.isnan(kwh).all(axis=1).any())
        return is_filled and not labels.second.any()

    def _by_text(self, block: Block, first_row: int) -> SortedRows:
        """The block's rows, each judged; the refused ones with their text."""
        lines = _lines(block)
        row_number = np.arange(first_row, first_row + len(lines), dtype=np.int32)
        is_forbidden = np.asarray(pc.match_substring_regex(lines, f"[\\x00{SEPARATOR}]"), bool)
        cells = _cells(lines)
        width = len(self.columns.names)
        is_whole = np.asarray(pc.equal(pc.list_value_length(cells), width), bool) & ~is_forbidden
        torn = self._torn(lines, cells, row_number, np.flatnonzero(~is_whole), is_forbidden)
        whole = pa.array(np.flatnonzero(is_whole))
        found = self._judged(cells.take(whole), lines.take(whole), row_number[is_whole], block.is_cut and is_whole[-1:].any())
        return SortedRows(found.kept, (_in_order(torn, *found.refused),), len(lines))

    def _judged(
        self, cells: pa.ListArray, lines: pa.Array, row_number: npt.NDArray[np.int32], has_open_end: bool
    ) -> SortedRows:
        """Rows with the right number of cells."""
        columns, width = self.columns, len(self.columns.names)
        text = {place: _column(cells, width, place) for place in range(width)}
        values = side_by_side([numbers_of_text(pc.utf8_trim_whitespace(text[place])) for place in columns.values])
        labels = parse(pc.utf8_trim_whitespace(text[columns.time]), self.form)
        rows = self._rows(encode_meters(text[columns.meter]), labels, values.kwh, 0, text, row_number)
        cut = has_open_end and not (columns.values[-1] == width - 1 and _is_provably_whole(text[width - 1]))
        return sort_out(rows, values, columns, lambda chosen: lines.take(pa.array(chosen)), cut)

    def _rows(
        self,
        meter: pa.DictionaryArray,
        labels: Labels,
        kwh: npt.NDArray[np.float64],
        first_row: int,
        cells: list[pa.Array] | dict[int, pa.Array],
        row_number: npt.NDArray[np.int32] | None = None,
    ) -> RowBlock:
        if row_number is None:
            row_number = np.arange(first_row, first_row + len(kwh), dtype=np.int32)
        total = kwh if self.columns.layout.is_wide else kwh.sum(axis=1, keepdims=True)
        others = {self.columns.names[place]: cells[place] for place in self.columns.others}
        return RowBlock(meter, labels, total, row_number, others)

    def _torn(
        self,
        lines: pa.Array,
        cells: pa.ListArray,
        row_number: npt.NDArray[np.int32],
        rows: npt.NDArray[np.intp],
        is_forbidden: npt.NDArray[np.bool_],
    ) -> RefusedRows:
        """Rows that cannot be laid under the header. Of a wide row each filled cell but two counts as a reading."""
        place = pa.array(rows)
        torn = cells.take(place)
        counts = pc.list_value_length(torn).cast(pa.string())
        detail = pc.binary_join_element_wise(counts, f" cells; the header has {len(self.columns.names)}", "")
        owner = np.asarray(pc.list_parent_indices(torn))[np.asarray(pc.not_equal(pc.list_flatten(torn), ""), bool)]
        filled = np.bincount(owner.astype(np.intp), minlength=len(rows))
        readings = np.maximum(filled - 2, 0) if self.columns.layout.is_wide else np.ones(len(rows), np.int64)
        forbidden = pa.array(is_forbidden[rows])
        return RefusedRows(
            row_number=pa.array(row_number[rows]),
            reason=pc.if_else(forbidden, "control_character", "wrong_cell_count"),
            detail=pc.if_else(forbidden, None, detail),
            record=lines.take(place),
            readings=pa.array(readings.astype(np.int64)),
        )


def _in_order(one: RefusedRows, other: RefusedRows) -> RefusedRows:
    """Both, in the order of the file."""
    parts = {
        name: pa.concat_arrays([getattr(one, name), getattr(other, name)]) for name in RefusedRows.__dataclass_fields__
    }
    order = pc.sort_indices(parts["row_number"])
    return RefusedRows(**{name: part.take(order) for name, part in parts.items()})


def _lines(block: Block) -> pa.Array:
    """The block's lines that are not blank, as strings."""
    lines = pa.array(block.data.split(b"\n"), pa.binary()).cast(pa.string())
    return lines.filter(pc.not_equal(pc.utf8_trim(lines, " \t"), ""))


def _cells(lines: pa.Array) -> pa.ListArray:
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


def _column(cells: pa.ListArray, width: int, place: int) -> pa.Array:
    """One column of lines that all have `width` cells."""
    return pc.list_flatten(cells).take(pa.array(np.arange(len(cells)) * width + place))


def _is_provably_whole(column: pa.Array) -> bool:
    """Whether the last of these values lost no digit: all of them have the same number of decimals, and some."""
    point = np.asarray(pc.find_substring(column, "."))
    decimals = np.where(point >= 0, np.asarray(pc.utf8_length(column)) - point - 1, 0)
    return len(decimals) > 1 and decimals[0] > 0 and bool((decimals == decimals[0]).all())
