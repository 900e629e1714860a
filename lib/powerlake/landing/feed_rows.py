"""Files of a feed, read by its contract: each data row is kept as received or refused, none twice and none lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from powerlake.landing.feed_cells import CellBlock, in_order
from powerlake.landing.feed_columns import MOST_NAMED, missing_optional
from powerlake.landing.feed_csv import open_feed_csv
from powerlake.landing.feed_form import Form, form_of, open_blocks
from powerlake.landing.feed_json import open_feed_json
from powerlake.landing.feed_judge import JudgedRows, judge, received_schema
from powerlake.landing.feed_parquet import open_feed_parquet
from powerlake.landing.refusals import FileRefused, RefusedRows, refused_file
from powerlake.landing.text_file import Limits, open_text
from powerlake.tables.feeds.model import Feed

DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Received:
    """A part of a file, or all of it.

    `rows` has the schema of `received_schema`: cells in clear, trimmed, null where empty. Of the `rows_received` data
    rows, `rows_kept` are in `rows` and `refused` has the others, one entry a row; where the file is refused as a
    whole `rejected` is the reason, and one entry stands for it. `new_columns` are the first columns beyond the
    contract, `missing_optional` those of the contract that the part has not.
    """

    rows: pa.Table
    refused: RefusedRows
    rows_received: int
    rows_kept: int
    rejected: str | None = None
    new_columns: tuple[str, ...] = ()
    missing_optional: tuple[str, ...] = ()


def read_feed(path: Path, feed: Feed, limits: Limits = DEFAULT_LIMITS) -> Iterator[Received]:
    """Read one file of a feed: CSV or JSON lines (plain or gzip), or Parquet; its content tells which.

    Gives one `Received` for a file within `limits.held_bytes`, else several. A bad file is never an exception: it
    gives one `Received` that is `rejected`.
    """
    try:
        yield from _parts(_open(path, feed, limits), feed, limits)
    except FileRefused as refusal:
        none = received_schema(feed).empty_table()
        yield Received(none, refused_file(refusal), refusal.rows, 0, rejected=refusal.reason)


def _open(path: Path, feed: Feed, limits: Limits) -> Iterator[CellBlock]:
    if form_of(path) is Form.PARQUET:
        return open_feed_parquet(path, feed, limits)[1]
    file = open_text(path, limits)
    is_json = False
    try:
        form, blocks = open_blocks(file)
        is_json = form is Form.JSON_LINES
        return open_feed_json(blocks, feed) if is_json else open_feed_csv(blocks, feed)[1]
    except FileRefused as refusal:
        rows = 0 if refusal.reason == "empty_file" else file.rows + is_json
        raise FileRefused(refusal.reason, refusal.detail, rows) from refusal


def _parts(blocks: Iterator[CellBlock], feed: Feed, limits: Limits) -> Iterator[Received]:
    """Blocks judged and gathered until they fill the limit, so that a file becomes few parts."""
    waiting: list[JudgedRows] = []
    size, received = 0, 0
    for block in blocks:
        judged = judge(block, feed)
        waiting.append(judged)
        received += judged.received
        size += judged.rows.nbytes + judged.refused.record.nbytes
        if size > limits.held_bytes:
            yield _received(waiting, feed)
            waiting, size = [], 0
    if not received:
        raise FileRefused("empty_file", "a header without rows")
    if waiting:
        yield _received(waiting, feed)


def _received(parts: list[JudgedRows], feed: Feed) -> Received:
    rows = pa.concat_tables([part.rows for part in parts])
    new = dict.fromkeys(name for part in parts for name in part.new_columns)
    return Received(
        rows,
        in_order([part.refused for part in parts]),
        rows_received=sum(part.received for part in parts),
        rows_kept=len(rows),
        new_columns=tuple(new)[:MOST_NAMED],
        missing_optional=missing_optional(frozenset().union(*(part.columns for part in parts)), feed),
    )
