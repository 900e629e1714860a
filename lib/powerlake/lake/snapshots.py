"""Delta tables as their logs stand, opened anew only where a log has moved on.

Opening a table replays its log: 2 to 40 ms, and a day's run asks some fifteen hundred times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from pyarrow.dataset import Dataset
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from powerlake.errors import PowerlakeError

_UNREADABLE = frozenset({"deletionVectors", "columnMapping"})


@dataclass(frozen=True)
class DataFile:
    """One active Parquet file of a table: path, partition values as text, rows and bytes."""

    path: str
    relative: str
    partition: Mapping[str, str]
    rows: int
    bytes: int


class Snapshot:
    """A table at one version. Read only: who commits opens the table for itself."""

    def __init__(self, root: Path, delta: DeltaTable) -> None:
        self.delta = delta
        self.version = delta.version()
        self._root = root
        self._commit = self._identity()

    def is_current(self) -> bool:
        """Whether the log ends with the commit it ended with when this was opened, and that is the same file."""
        is_last = not _commit_file(self._root, self.version + 1).exists()
        return is_last and self._commit is not None and self._commit == self._identity()

    def _identity(self) -> tuple[int, int] | None:
        try:
            stat = _commit_file(self._root, self.version).stat()
        except FileNotFoundError:  # cleaned away behind a checkpoint
            return None
        return stat.st_ino, stat.st_mtime_ns

    def refuse_unreadable(self, name: str) -> None:
        """Raises PowerlakeError where the table uses a feature under which its files are not its rows."""
        if self._unreadable:
            raise PowerlakeError(
                f"{name} uses {', '.join(sorted(self._unreadable))}, so its files are not its rows",
                remedy="rewrite the table with the feature off",
            )

    @cached_property
    def _unreadable(self) -> frozenset[str]:
        """Also under the older protocol, which did not list column mapping as a feature."""
        mapping = self.delta.metadata().configuration.get("delta.columnMapping.mode", "none")
        features = set(self.delta.protocol().reader_features or ()) | (
            {"columnMapping"} if mapping != "none" else set()
        )
        return _UNREADABLE & features

    @cached_property
    def files(self) -> tuple[DataFile, ...]:
        """The active files, by path."""
        found = self._actions("path", "partition", "num_records", "size_bytes")
        files = (
            DataFile(
                str(self._root / action["path"]),
                action["path"],
                {key: str(value) for key, value in (action.get("partition") or {}).items()},
                action["num_records"] or 0,
                action["size_bytes"],
            )
            for action in found
        )
        return tuple(sorted(files, key=lambda file: file.relative))

    def dataset(self) -> Dataset:
        """The rows as an Arrow dataset, read by Arrow's own file system.

        By default they come through deltalake's, which is Python: threads that read ahead when a LIMIT is reached then
        call an interpreter that shuts down, which crashes or never ends.
        """
        return self.delta.to_pyarrow_dataset(filesystem=SubTreeFileSystem(str(self._root.resolve()), LocalFileSystem()))

    def highest(self, column: str) -> list[Any]:
        """What the log says is highest in each active file that has a value; None where it does not say."""
        return [
            (one.get("max") or {}).get(column)
            for one in self._bounds
            if one["num_records"] is None or (one.get("null_count") or {}).get(column) != one["num_records"]
        ]

    @cached_property
    def _bounds(self) -> list[dict[str, Any]]:
        return self._actions("max", "null_count", "num_records")

    def _actions(self, *names: str) -> list[dict[str, Any]]:
        actions = pa.table(self.delta.get_add_actions(flatten=False))
        there = [name for name in names if name in actions.column_names]
        rows: list[dict[str, Any]] = actions.select(there).to_pylist()
        return rows


class Snapshots:
    """The tables opened so far, by their folders."""

    def __init__(self) -> None:
        self._held: dict[Path, Snapshot] = {}

    def now(self, root: Path) -> Snapshot | None:
        """The table in that folder as it stands, None where there is none."""
        held = self._held.get(root)
        if held is not None and held.is_current():
            return held
        if not (root / "_delta_log").is_dir():
            self._held.pop(root, None)
            return None
        try:
            self._held[root] = Snapshot(root, DeltaTable(root))
        except TableNotFoundError:
            return None
        return self._held[root]


def at(root: Path, version: int) -> Snapshot:
    """The table as it stood at a version. Raises DeltaError where the log no longer says."""
    return Snapshot(root, DeltaTable(root, version=version))


def _commit_file(root: Path, version: int) -> Path:
    return root / "_delta_log" / f"{version:020d}.json"
