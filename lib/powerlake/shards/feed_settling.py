"""silver of a feed, one month at a time: the rows that stand after new ones came."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.conformed.merge import Fate, Merged
from powerlake.conformed.settle import settled, standing
from powerlake.conformed.typed import ORIGIN, REASON, typed_schema
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.shards.feed_typing import refused_rows
from powerlake.shards.files import read_files
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.model import Table
from powerlake.tables.ops.waiting_rows import WAITING_ROWS
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.of_feed import silver_of

_FATES = {
    "published": Fate.PUBLISHED,
    "duplicates": Fate.DUPLICATE,
    "superseded": Fate.SUPERSEDED,
    "deleted": Fate.DELETED,
    "quarantined": Fate.WAITING,
}


@dataclass(frozen=True)
class SettlingTask:
    """A month of a feed, or the whole of one that is not cut: its files, and those of the typed rows for it.

    `deletions` are typed rows that may delete in any month.
    """

    home: Path
    feed: str
    month: str
    existing: tuple[DataFile, ...]
    incoming: tuple[Path, ...]
    deletions: tuple[Path, ...]
    as_of: date
    stamp: Stamp


@dataclass(frozen=True)
class SettledMonth:
    """What was staged for a month; its files give way to it where the month `is_replaced`."""

    month: str
    staged: Staged
    is_replaced: bool


def settle_month(task: SettlingTask) -> SettledMonth:
    """Merge, close periods and stage; a month in which the same rows stand as before is left alone."""
    feed = FEEDS[task.feed]
    table = silver_of(feed)
    incoming = _read(feed, task.incoming)
    deletions = _read(feed, task.deletions)
    existing = _existing(feed, table, task.existing) if len(incoming) or _deletes(feed, task, deletions) else None
    if existing is None:
        return SettledMonth(task.month, Staged(), False)
    result, incoming = settled(feed, existing, pa.concat_tables([incoming, deletions]))
    own = np.arange(len(incoming)) < len(incoming) - len(
        deletions
    )  # a deletion without month is counted once, not here
    parts = [_waiting(table, task, incoming, result), Staged(counts=_counts(result, own))]
    if result.is_changed:
        parts.append(_stage(table, task, standing(feed, result, task.as_of)))
    return SettledMonth(task.month, combine(parts), result.is_changed)


def key_text(feed: Feed, rows: pa.Table) -> pa.ChunkedArray:
    """Each row's key as one text."""
    return pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in feed.key), "\x1f")


def _read(feed: Feed, paths: tuple[Path, ...]) -> pa.Table:
    schema = typed_schema(feed)
    return pa.concat_tables([schema.empty_table(), *(pq.read_table(path).cast(schema) for path in paths)])


def _existing(feed: Feed, table: Table, files: tuple[DataFile, ...]) -> pa.Table:
    """The rows that stand, without an origin: their batch says how late they came."""
    rows = read_files(table, files)
    schema = typed_schema(feed)
    none = {item.name: pa.nulls(len(rows), item.type) for item in ORIGIN}
    none["is_deletion"] = pa.repeat(pa.scalar(False), len(rows))
    columns = [none[name] if name in none else rows[name].cast(schema.field(name).type) for name in schema.names]
    return pa.table(columns, schema=schema)


def _deletes(feed: Feed, task: SettlingTask, deletions: pa.Table) -> bool:
    """Whether one of the deletions is of a row of this month; only the keys are read for it."""
    if not len(deletions):
        return False
    keys = key_text(feed, read_files(silver_of(feed), task.existing, feed.key))
    return bool(pc.any(pc.is_in(keys, key_text(feed, deletions).combine_chunks())).as_py())


def _counts(result: Merged, own: np.ndarray) -> dict[str, int]:
    counts = {name: int((result.fate[own] == fate).sum()) for name, fate in _FATES.items()}
    return counts | {"replaced": result.replaced, "withdrawn": result.withdrawn}


def _stage(table: Table, task: SettlingTask, rows: pa.Table) -> Staged:
    """The month's rows. One that conforming still refuses was counted as published, and is not."""
    rows = rows.append_column("run_id", pa.repeat(pa.scalar(task.stamp.run_id), len(rows)))
    staged = stage_rows(table, task.home, rows.select(arrow_schema(table).names), task.stamp)
    refused = len(rows) - staged.rows(table)
    return replace(staged, counts={"published": -refused, "quarantined": refused})


def _waiting(table: Table, task: SettlingTask, incoming: pa.Table, result: Merged) -> Staged:
    """The rows that begin to wait, in quarantine and in the ledger, and those that cease to."""
    waits, waited = result.fate == Fate.WAITING, np.asarray(pc.fill_null(incoming["was_waiting"], False))
    begin = incoming.filter(pa.array(waits & ~waited))
    cease = incoming.filter(pa.array(waited & ~waits))
    if not len(begin) and not len(cease):
        return Staged()
    steps = pa.concat_tables([_steps(task, begin, 1), _steps(task, cease, -1)])
    cells = begin.select([name for name in begin.column_names if name not in ORIGIN.names])
    detail = pc.replace_substring_regex(begin[REASON], "^dangling_", "column ")
    refused = begin.select(["file", "row_number", "batch", REASON])
    refused = refused.append_column("detail", detail).append_column("record", cells.to_struct_array())
    return combine(
        [
            stage_rows(WAITING_ROWS, task.home, steps, task.stamp),
            stage_rows(quarantine_of(table), task.home, refused_rows(refused, task.stamp), task.stamp),
        ]
    )


def _steps(task: SettlingTask, rows: pa.Table, step: int) -> pa.Table:
    same = {"feed": task.feed, "step": step, "noted_at": task.stamp.at, "run_id": task.stamp.run_id}
    schema = arrow_schema(WAITING_ROWS)
    columns = {name: pa.repeat(pa.scalar(value, schema.field(name).type), len(rows)) for name, value in same.items()}
    columns |= {name: rows[name] for name in schema.names if name not in columns}
    return pa.table([columns[item.name].cast(item.type) for item in schema], schema=schema)
