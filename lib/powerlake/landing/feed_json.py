"""Blocks of a feed's JSON lines: each line an object, its values as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.feed_cells import CellBlock, Others, map_array, refused_rows, trimmed
from powerlake.landing.feed_columns import MOST_NAMED, check_required, names_of
from powerlake.landing.json_lines import Record, TornLine, records_of
from powerlake.landing.refusals import FileRefused, RefusedRows
from powerlake.landing.text_file import Block
from powerlake.tables.feeds.model import Feed


def open_feed_json(blocks: Iterator[Block], feed: Feed) -> Iterator[CellBlock]:
    """The file's rows, block by block.

    Raises FileRefused where the first block has no object, or none that has a required key.
    """
    first = lay(next(blocks), 1, feed)
    _check_keys(first, feed)
    return _laid(first, blocks, feed)


def _laid(first: CellBlock, blocks: Iterator[Block], feed: Feed) -> Iterator[CellBlock]:
    yield first
    row = 1 + len(first) + len(first.torn)
    for block in blocks:
        laid = lay(block, row, feed)
        row += len(laid) + len(laid.torn)
        yield laid


def _check_keys(block: CellBlock, feed: Feed) -> None:
    """Raises FileRefused. Where all rows take others away, the feed's key is all that is required."""
    if not len(block):
        raise FileRefused("wrong_format", "no line at its start is a JSON object")
    is_deletion = pc.fill_null(pc.equal(pc.utf8_lower(block.column("change")), "delete"), False)
    check_required(block.cells, feed, feed.key if pc.all(is_deletion).as_py() else None)


def lay(block: Block, first_row: int, feed: Feed) -> CellBlock:
    """The block's lines, numbered from `first_row`, by the keys of the contract. Blank lines are no rows."""
    lines = [line for line in block.data.decode().split("\n") if line.strip(" \t")]
    row_number = np.arange(first_row, first_row + len(lines), dtype=np.int32)
    known = names_of(feed)
    found = records_of(lines, known)
    is_torn = np.fromiter((isinstance(line, TornLine) for line in found), np.bool_, len(found))
    whole, torn = np.flatnonzero(~is_torn), np.flatnonzero(is_torn)
    records = [record for record in found if isinstance(record, dict)]
    keys: set[str] = set().union(*records)
    return CellBlock(
        cells={key: trimmed(_texts([record.get(key) for record in records])) for key in sorted(keys & known)},
        others=_others(records, known) if keys - known else pa.nulls(len(records), Others),
        row_number=row_number[whole],
        record_of=lambda rows: _chosen(lines, whole[rows]),
        torn=_torn([line for line in found if isinstance(line, TornLine)], row_number[torn], _chosen(lines, torn)),
        new_columns=tuple(sorted(keys - known)[:MOST_NAMED]),
    )


def _chosen(lines: Sequence[str], rows: npt.NDArray[np.intp]) -> pa.Array:
    return pa.array([lines[row] for row in rows], pa.string())


def _torn(lines: Sequence[TornLine], row_number: npt.NDArray[np.int32], record: pa.Array) -> RefusedRows:
    reason, detail = ([getattr(line, name) for line in lines] for name in ("reason", "detail"))
    return refused_rows(row_number, pa.array(reason, pa.string()), pa.array(detail, pa.string()), record)


def _others(records: Sequence[Record], known: frozenset[str]) -> pa.MapArray:
    """What the contract has no column for. An empty value is left out."""
    entries = [
        (row, key, value) for row, record in enumerate(records) for key, value in record.items() if key not in known
    ]
    row, key, value = zip(*entries, strict=True)
    texts = trimmed(_texts(value))
    filled = texts.is_valid()
    rows = np.asarray(row, np.int64)[np.asarray(filled)]
    return map_array(rows, pa.array(key, pa.string()).filter(filled), texts.filter(filled), len(records))


def _texts(values: Sequence[object]) -> pa.Array:
    """Values of a key: texts, or True and False among them."""
    try:
        return pa.array(values, pa.string())
    except pa.ArrowException:
        return pa.array([str(value).lower() if isinstance(value, bool) else value for value in values], pa.string())
