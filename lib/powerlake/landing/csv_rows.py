"""Rows of a CSV file, block by block: a typed parse of the whole block, or, where that fails, its text looked at."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from powerlake.landing.csv_text import cells_of, column_of, is_read_otherwise, lines_of, sort_by_text
from powerlake.landing.layouts import Columns, recognise
from powerlake.landing.refusals import FileRefused
from powerlake.landing.rows import RowBlock, SortedRows, encode_meters, is_sound, readings_of, to_floats
from powerlake.landing.text_file import Block, TextFile, count_lines
from powerlake.landing.times import Labels, format_of, labels_of_timestamps, parse

SAMPLE_ROWS = 1000
"""Rows of the first block that decide the form of a file's times."""


def open_csv(file: TextFile) -> tuple[Columns, Iterator[SortedRows]]:
    """The file's columns and its rows, block by block. Raises FileRefused for its header."""
    blocks = file.blocks()
    try:
        header, rest = split_header(blocks)
        columns = recognise(header)
    except FileRefused as refusal:
        rows = 0 if refusal.reason == "empty_file" else file.rows
        raise FileRefused(refusal.reason, refusal.detail, rows) from refusal
    return columns, _sorted_blocks(columns, rest, blocks)


def split_header(blocks: Iterator[Block]) -> tuple[tuple[str, ...], Block]:
    """Names in the first line that is not blank, and what its block holds after it."""
    for block in blocks:
        line, _, after = block.data.lstrip(b" \t\n").partition(b"\n")
        if line:
            return _names(line.decode()), Block(after, block.is_cut)
    raise FileRefused("empty_file", "blank lines only")


def _names(line: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], strict=True)))
    except (csv.Error, StopIteration) as error:
        raise FileRefused("wrong_header", "the first line is no list of names") from error


def _sorted_blocks(columns: Columns, first: Block, blocks: Iterator[Block]) -> Iterator[SortedRows]:
    parser, row = None, 1
    for block in chain(first, blocks):
        parser = parser or BlockParser(columns, _form(columns, block))
        found = parser.sorted_rows(block, row)
        row += found.received
        yield found


def chain(first: Block, blocks: Iterator[Block]) -> Iterator[Block]:
    """The first block, unless it is empty, and those after it."""
    if first.data:
        yield first
    yield from blocks


def _form(columns: Columns, block: Block) -> str:
    """The form of the file's times, from the first rows that have as many cells as the header."""
    cells = cells_of(lines_of(block.data, SAMPLE_ROWS))
    whole = cells.filter(pc.equal(pc.list_value_length(cells), len(columns.names)))
    return format_of(pc.utf8_trim_whitespace(column_of(whole, len(columns.names), columns.time)))


@dataclass(frozen=True)
class BlockParser:
    """Parses the blocks of one file, whose columns and form of time are known."""

    columns: Columns
    form: str

    def sorted_rows(self, block: Block, first_row: int) -> SortedRows:
        """The block's rows, numbered from `first_row`. Both ways of parsing agree on every row the first accepts."""
        kept = None if block.is_cut else self._typed(block.data, first_row)
        if kept is None:
            return sort_by_text(block, first_row, self.columns, self.form)
        return SortedRows(kept, (), len(kept))

    def _typed(self, data: bytes, first_row: int) -> RowBlock | None:
        """All rows of the block, or None when any of them needs a closer look."""
        if is_read_otherwise(data):
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
        if not is_sound(self.columns, meter, labels, kwh, sum(column.null_count for column in numbers)):
            return None
        row_number = np.arange(first_row, first_row + len(kwh), dtype=np.int32)
        others = {self.columns.names[place]: cells[place] for place in self.columns.others}
        return RowBlock(meter, labels, readings_of(kwh, self.columns), row_number, others)

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
