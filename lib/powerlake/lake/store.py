"""Where a table is, what version it has and which files hold it: Delta's log, read without Spark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, Schema
from deltalake.exceptions import DeltaError
from deltalake.schema import Field

from powerlake.atomic import write_atomically
from powerlake.errors import ConfigurationError, EnvironmentProblem, PowerlakeError, TableMissing
from powerlake.lake.snapshots import DataFile, Snapshot, Snapshots, at
from powerlake.tables.derive import described_schema, empty, properties, spark_schema
from powerlake.tables.model import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

FREE_BYTES = 512 * 2**20
"""Least free disk to start writing: a disk that fills leaves the failed write's files behind."""

MOST_NAMED = 2_000
"""Files of a table up to which Spark is given their names."""

SMALL_BYTES = 16 * 2**20
"""Size of a table's files up to which it comes in one partition, so that it is grouped without a shuffle."""


class Lake:
    """A folder of Delta tables: `home`/layer/table. The session is started only when something asks for it.

    `home` must be the same path on the driver and on every worker (a local disk, or a mount on a cluster).
    """

    def __init__(self, home: Path, open_session: Callable[[], SparkSession]) -> None:
        self.home = Path(home).absolute()
        self._open_session = open_session
        self._snapshots = Snapshots()

    @cached_property
    def session(self) -> SparkSession:
        """The Spark session, started at first use."""
        return self._open_session()

    @property
    def has_session(self) -> bool:
        """Whether the session was asked for yet."""
        return "session" in self.__dict__

    @property
    def landing(self) -> Path:
        """Where departments drop their files."""
        return self.home / "landing"

    @property
    def state(self) -> Path:
        """Runs and publications under way; never read by BI."""
        return self.home / "state"

    def path(self, table: Table) -> Path:
        """The folder of a table, whether or not it exists."""
        return self.home / table.layer / table.short_name

    def delta(self, table: Table) -> DeltaTable | None:
        """Delta's own view of the table as it stands, to read; None where nothing was written."""
        now = self._snapshots.now(self.path(table))
        return None if now is None else now.delta

    def version(self, table: Table) -> int | None:
        """The table's current Delta version."""
        now = self._snapshots.now(self.path(table))
        return None if now is None else now.version

    def holds(self, table: Table) -> bool:
        """Whether the table has a row."""
        now = self._snapshots.now(self.path(table))
        return now is not None and bool(now.files)

    def watermark(self, table: Table, source: str, version: int | None = None) -> int:
        """How far into `source` the table reaches, as its own log says now or said at `version`.

        0 before the first, and where that version is gone from the log.
        """
        then = self._snapshots.now(self.path(table)) if version is None else self._at(table, version)
        return 0 if then is None else (then.delta.transaction_version(source) or 0)

    def files(self, table: Table, keep: Callable[[Mapping[str, str]], bool] = lambda partition: True) -> list[DataFile]:
        """The active files whose partition values `keep` accepts. Raises PowerlakeError under deletion vectors."""
        now = self._snapshots.now(self.path(table))
        if now is None:
            return []
        now.refuse_unreadable(table.name)
        return [file for file in now.files if keep(file.partition)]

    def highest(self, table: Table, column: str, version: int | None = None) -> Any:
        """The highest number, date or instant of a column, as the log says it, now or as of a version.

        No file is opened. None where no value is, or the version is gone. Raises PowerlakeError where the log does not
        say it of every file.
        """
        then = self._snapshots.now(self.path(table)) if version is None else self._at(table, version)
        if then is None:
            return None
        bounds = then.highest(column)
        if None in bounds:
            raise PowerlakeError(
                f"the log of {table.name} does not say how high {column} goes in each file",
                remedy="write the table again with --force",
            )
        return max(bounds, default=None)

    def changed_partitions(self, table: Table, since: int | None) -> list[dict[str, str]]:
        """Partitions whose files are not those of version `since`; all of them where that version is gone or None."""
        now = _files_by_partition(self.files(table))
        before: dict[tuple[tuple[str, str], ...], set[str]] = {}
        if since is not None:
            before = _files_by_partition(self._files_at(table, since))
        return [
            dict(partition)
            for partition in sorted(now.keys() | before.keys())
            if now.get(partition) != before.get(partition)
        ]

    def files_since(self, table: Table, since: int) -> list[DataFile]:
        """The active files that version `since` did not have; all of them where it is gone or 0."""
        before = {file.relative for file in self._files_at(table, since)} if since else set()
        return [file for file in self.files(table) if file.relative not in before]

    def _files_at(self, table: Table, version: int) -> list[DataFile]:
        then = self._at(table, version)
        return [] if then is None else list(then.files)

    def _at(self, table: Table, version: int) -> Snapshot | None:
        try:
            return at(self.path(table), version)
        except DeltaError:
            return None

    def is_readable(self, table: Table, version: int) -> bool:
        """Whether the rows of an earlier version can still be read: its log and all its files are there."""
        files = self._files_at(table, version)
        return bool(files) and all(Path(file.path).is_file() for file in files)

    def ensure(self, table: Table) -> DeltaTable:
        """The table, created from its declaration where it is missing, and widened where this has new columns.

        Raises PowerlakeError where the table cannot be what is declared now.
        """
        delta = self.delta(table)
        if delta is None:
            self._create(table)
            return DeltaTable(self.path(table))
        added = _new_columns(table, delta)
        if added:
            DeltaTable(self.path(table)).alter.add_columns(added)
            return DeltaTable(self.path(table))
        return delta

    def _create(self, table: Table) -> None:
        """Made by its log's first commit, at once, whether or not files are staged in its folder already."""
        DeltaTable.create(
            self.path(table),
            described_schema(table),
            mode="ignore",
            partition_by=list(table.partitioned_by),
            description=table.comment,
            configuration=properties(table),
            raise_if_key_not_exists=False,
        )

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """The table's rows, now or as of a version. Raises TableMissing where nothing has been written.

        Spark is given the names of the files from Delta's log: its own reading of a log that has moved on takes half a
        second a table, which a day's run pays for dozens of small tables. Of many files Delta's reader is told. A small
        table comes in one partition: what is joined and grouped of such needs no shuffle.
        """
        if self.delta(table) is None:
            raise TableMissing(table.name)
        files = self.files(table) if version is None else self._files_at(table, version)
        if len(files) <= MOST_NAMED:
            rows = self.frame(table, [file.path for file in files])
            return rows.coalesce(1) if sum(file.bytes for file in files) <= SMALL_BYTES else rows
        reader = self.session.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        return reader.load(str(self.path(table))).select(*table.column_names)

    def frame(self, table: Table, paths: Sequence[str]) -> DataFrame:
        """The rows of data files of a table, whether or not its log names them."""
        if not paths:
            return self.empty_frame(table)
        reader = self.session.read.schema(spark_schema(table)).option("basePath", str(self.path(table)))
        return reader.parquet(*paths)

    def rows(self, table: Table, keep: pc.Expression | None = None) -> pa.Table:
        """A small table's rows in the driver, without Spark; none where nothing was written."""
        now = self._snapshots.now(self.path(table))
        return empty(table) if now is None else now.dataset().to_table(filter=keep)

    def empty_frame(self, table: Table) -> DataFrame:
        """A frame of the table's columns without rows."""
        return self.session.createDataFrame([], spark_schema(table))

    def check_bucket_count(self, count: int) -> None:
        """Keep the bucket count of the first run. Raises ConfigurationError for another one.

        With another count a meter's new rows would go to other shards than its old ones.
        """
        kept = self.kept("bucket_count") or self.keep("bucket_count", str(count))
        if kept != str(count):
            raise ConfigurationError(
                f"{self.home} is cut into {kept} buckets, the configuration says {count}",
                remedy=f"set bucket_count to {kept}, or begin another lake",
            )

    def kept(self, name: str) -> str | None:
        """What `keep` was given under that name in an earlier run, None where nothing was."""
        note = self.state / name
        return note.read_text() if note.is_file() else None

    def keep(self, name: str, value: str) -> str:
        """Notes a choice that holds for as long as the lake does; returns it."""
        self.state.mkdir(parents=True, exist_ok=True)
        write_atomically(self.state / name, value)
        return value

    def check_free_space(self) -> None:
        """Raises EnvironmentProblem where the disk is too full to begin."""
        self.home.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self.home).free
        if free < FREE_BYTES:
            raise EnvironmentProblem(
                f"{free // 2**20} MiB free on the disk of {self.home}, {FREE_BYTES // 2**20} MiB are needed to start",
                remedy="free some space or set POWERLAKE_HOME to a larger disk",
            )


def _new_columns(table: Table, delta: DeltaTable) -> list[Field]:
    """The declared columns that the table in the lake does not have yet.

    Raises PowerlakeError where one of them may not be null, or where it has a column of another type, or one that is no
    longer declared: what was written then would not be what is read.
    """
    declared = {field.name: field for field in Schema.from_arrow(described_schema(table)).fields}
    stored = {field.name: field.type for field in delta.schema().fields}
    added = [field for name, field in declared.items() if name not in stored]
    differing = [name for name, kind in stored.items() if name not in declared or declared[name].type != kind]
    if differing or not all(field.nullable for field in added):
        names = sorted({*differing, *(field.name for field in added if not field.nullable)})
        raise PowerlakeError(
            f"{table.name} in the lake has other columns than are declared now: {', '.join(names)}",
            remedy="CHANGELOG says what to do; else move the table's folder away and run with --force",
            table=table.name,
            columns=names,
        )
    return added


def _files_by_partition(files: list[DataFile]) -> dict[tuple[tuple[str, str], ...], set[str]]:
    grouped: dict[tuple[tuple[str, str], ...], set[str]] = {}
    for file in files:
        grouped.setdefault(tuple(sorted(file.partition.items())), set()).add(file.relative)
    return grouped
