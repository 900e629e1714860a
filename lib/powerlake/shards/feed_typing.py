"""New bronze rows of a feed, typed and put down by month, for the tasks that settle each month."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.conformed.references import checked
from powerlake.conformed.typed import REASON, bronze_columns, typed
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.shards.files import read_files
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.conform import RECORD_LIMIT
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.feeds.references import Target
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.of_feed import silver_of

NO_MONTH = ""
"""Where rows lie that say no month: all of a feed without months, and deletions that give their key alone."""


@dataclass(frozen=True)
class TypingTask:
    """Data files of bronze to type. `waiting` (file_sha256, row_number) are those of their rows that wait.

    With `waiting_only` no other row is read. `is_again` says that the files' refused rows are in quarantine already.
    `known` are the files in which the numbers of each reference are found.
    """

    home: Path
    feed: str
    files: tuple[DataFile, ...]
    waiting: pa.Table | None
    waiting_only: bool
    is_again: bool
    known: Mapping[Target, tuple[DataFile, ...]]
    timezone: str
    aliases: Mapping[str, Mapping[str, str]]
    folder: Path
    stamp: Stamp


@dataclass(frozen=True)
class TypedFiles:
    """Where the rows of data files lie now, by month; what was refused of them is staged.

    `deletions` are those without a month, `unknown` the codes beyond the contract by column.
    """

    parts: Mapping[str, Path]
    staged: Staged
    deletions: int = 0
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def type_files(task: TypingTask) -> TypedFiles:
    """Type the rows of the files, look up what they point at, and put them down."""
    feed = FEEDS[task.feed]
    rows = pa.concat_tables(_rows_of(task, file) for file in task.files)
    made = typed(feed, rows, task.timezone, task.aliases)
    known = {target: _numbers(target, files) for target, files in task.known.items()}
    good = checked(feed, made.rows, known)
    refused = refused_rows(made.refused, task.stamp).slice(0, 0 if task.is_again else None)
    staged = stage_rows(quarantine_of(silver_of(feed)), task.home, refused, task.stamp)
    waited = pc.sum(rows["was_waiting"]).as_py() or 0
    counts = {"received": len(rows), "quarantined": len(made.refused), "waited": waited}
    parts = _put_down(feed, good, task.folder)
    deletions = pc.sum(pc.is_null(good["month"])).as_py() or 0 if feed.month_of else 0
    return TypedFiles(parts, replace(staged, counts=counts), deletions, made.unknown)


def refused_rows(refused: pa.Table, stamp: Stamp) -> pa.Table:
    """Rows of quarantine; `refused` has file, row_number, batch, reason, detail and record, a struct of cells."""
    records = [json.dumps(record, default=str, ensure_ascii=False) for record in refused["record"].to_pylist()]
    same = {"level": "row", "readings": 0, "quarantined_at": stamp.at, "run_id": stamp.run_id}
    schema = arrow_schema(quarantine_of(silver_of(next(iter(FEEDS.values())))))
    columns = {name: pa.repeat(pa.scalar(value, schema.field(name).type), len(refused)) for name, value in same.items()}
    columns |= {name: refused[name] for name in ("file", "row_number", "batch", "detail", REASON)}
    columns["record"] = pa.array([record[:RECORD_LIMIT] for record in records], pa.string())
    return pa.table([columns[item.name].cast(item.type) for item in schema], schema=schema)


def row_names(rows: pa.Table) -> pa.ChunkedArray:
    """Each row's identity in landing, `<SHA-256 of the file>:<row number>`."""
    return pc.binary_join_element_wise(rows["file_sha256"], rows["row_number"].cast(pa.string()), ":")


def _rows_of(task: TypingTask, file: DataFile) -> pa.Table:
    """The rows of a file that are asked for, with `bronze_file` and `was_waiting`."""
    feed = FEEDS[task.feed]
    rows = read_files(bronze_of(feed), [file], bronze_columns(feed))
    waits = _waits(rows, task.waiting)
    source = pa.repeat(pa.scalar(file.relative), len(rows))
    rows = rows.append_column("bronze_file", source).append_column("was_waiting", waits)
    return rows.filter(waits) if task.waiting_only else rows


def _waits(rows: pa.Table, waiting: pa.Table | None) -> pa.ChunkedArray:
    if waiting is None:
        return pa.chunked_array([pa.repeat(pa.scalar(False), len(rows))])
    return pc.is_in(row_names(rows), row_names(waiting).combine_chunks())


def _put_down(feed: Feed, rows: pa.Table, folder: Path) -> dict[str, Path]:
    """A file for each month of the rows."""
    if not len(rows):
        return {}
    folder.mkdir(parents=True, exist_ok=True)
    months = pc.fill_null(rows["month"], NO_MONTH) if feed.month_of else pa.repeat(pa.scalar(NO_MONTH), len(rows))
    parts = {}
    for month in pc.unique(months).to_pylist():
        parts[month] = folder / f"{month or 'all'}-{uuid.uuid4()}.parquet"
        pq.write_table(rows.filter(pc.equal(months, month)), parts[month], compression="zstd", compression_level=1)
    return parts


@lru_cache(maxsize=16)
def _numbers_in(column: str, feed: str, paths: tuple[str, ...]) -> pa.Array:
    found = [pq.read_table(path, columns=[column], partitioning=None)[column] for path in paths]
    chunks = [chunk for column_ in found for chunk in column_.chunks]
    return pc.unique(pc.drop_null(pa.chunked_array(chunks, pa.string())))


def _numbers(target: Target, files: tuple[DataFile, ...]) -> pa.Array:
    """The numbers delivered; a worker reads them once for all its tasks."""
    return _numbers_in(target.column, target.feed, tuple(file.path for file in files))
