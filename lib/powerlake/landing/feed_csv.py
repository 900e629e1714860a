"""Blocks of a feed's CSV file: parsed as a whole, or, where a line does not fit the header, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from powerlake.landing.csv_rows import chain, split_header
from powerlake.landing.csv_text import SEPARATOR, cells_of, is_read_otherwise, lines_of
from powerlake.landing.feed_cells import Bools, CellBlock, map_of_columns, no_rows, refused_rows, trimmed
from powerlake.landing.feed_columns import FeedColumns, recognise
from powerlake.landing.refusals import RefusedRows
from powerlake.landing.text_file import Block, count_lines
from powerlake.tables.feeds.model import Feed


def open_feed_csv(blocks: Iterator[Block], feed: Feed) -> tuple[FeedColumns, Iterator[CellBlock]]:
    """The file's columns and its rows, block by block. Raises FileRefused for its header."""
    header, rest = split_header(blocks)
    columns = recognise(header, feed)
    return columns, _laid(columns, chain(rest, blocks))


def _laid(columns: FeedColumns, blocks: Iterator[Block]) -> Iterator[CellBlock]:
    row = 1
    for block in blocks:
        laid = lay(block, row, columns)
        row += len(laid) + len(laid.torn)
        yield laid


def lay(block: Block, first_row: int, columns: FeedColumns) -> CellBlock:
    """The block's lines under the header, numbered from `first_row`. A line is a row; blank lines are not.

    Both ways of parsing agree on every line.
    """
    cells = None if block.is_cut else _parsed(block.data, len(columns.names))
    if cells is None:
        return _lay_lines(block, first_row, columns)
    row_number = np.arange(first_row, first_row + len(cells[0]), dtype=np.int32)
    return _cell_block(cells, columns, row_number, lambda rows: lines_of(block.data).take(pa.array(rows)), no_rows())


def _parsed(data: bytes, width: int) -> list[pa.Array] | None:
    """The cells by column, or None where a line needs a closer look."""
    if is_read_otherwise(data):
        return None
    names = list(map(str, range(width)))
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[],
                strings_can_be_null=False,
                check_utf8=False,  # the whole file was checked before
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != count_lines(data):  # a blank line, or a quote that swallowed a line end
        return None
    return [column.combine_chunks() for column in table.columns]


def _cell_block(
    cells: Sequence[pa.Array],
    columns: FeedColumns,
    row_number: npt.NDArray[np.int32],
    record_of: Callable[[npt.NDArray[np.intp]], pa.Array],
    torn: RefusedRows,
) -> CellBlock:
    """`cells` by column of the file, laid under the contract."""
    others = [trimmed(cells[place]) for place in columns.others]
    return CellBlock(
        cells={name: trimmed(cells[place]) for name, place in columns.places.items()},
        others=map_of_columns([columns.names[place] for place in columns.others], others, len(row_number)),
        row_number=row_number,
        record_of=record_of,
        torn=torn,
        new_columns=columns.new,
    )


def _lay_lines(block: Block, first_row: int, columns: FeedColumns) -> CellBlock:
    lines = lines_of(block.data)
    width = len(columns.names)
    row_number = np.arange(first_row, first_row + len(lines), dtype=np.int32)
    is_forbidden = np.asarray(pc.match_substring_regex(lines, f"[\\x00{SEPARATOR}]"), bool)
    cells = cells_of(lines)
    counts = pc.list_value_length(cells)
    is_whole = np.asarray(pc.equal(counts, width), bool) & ~is_forbidden
    whole, torn = np.flatnonzero(is_whole), np.flatnonzero(~is_whole)
    flat = pc.list_flatten(cells.take(pa.array(whole)))
    laid = [flat.take(pa.array(np.arange(len(whole)) * width + place)) for place in range(width)]
    found = _cell_block(
        laid,
        columns,
        row_number[whole],
        lambda rows: lines.take(pa.array(whole[rows])),
        _torn(lines.take(pa.array(torn)), counts.take(pa.array(torn)), row_number[torn], is_forbidden[torn], width),
    )
    is_open = block.is_cut and bool(is_whole[-1:].any()) and not _is_provably_whole(laid[-1], lines[-1].as_py())
    return replace(found, has_open_end=is_open)


def _torn(
    lines: pa.Array, counts: pa.Array, row_number: npt.NDArray[np.int32], is_forbidden: Bools, width: int
) -> RefusedRows:
    """Lines that cannot be laid under the header."""
    forbidden = pa.array(is_forbidden)
    detail = pc.binary_join_element_wise(counts.cast(pa.string()), f" cells; the header has {width}", "")
    reason = pc.if_else(forbidden, "control_character", "wrong_cell_count")
    return refused_rows(row_number, reason, pc.if_else(forbidden, None, detail), lines)


def _is_provably_whole(column: pa.Array, line: str) -> bool:
    """Whether the last cell of a line without end lost nothing: it closes a quote, or is as long as all before it.

    Of decimals the part after the point counts.
    """
    if line.endswith('"'):
        return True
    sizes = np.asarray(pc.utf8_length(column), np.int64)
    point = np.asarray(pc.find_substring(column, "."), np.int64)
    if (point >= 0).all():
        sizes = sizes - point - 1
    return len(sizes) > 1 and bool((sizes == sizes[0]).all())
