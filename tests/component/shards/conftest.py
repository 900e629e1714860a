"""A utility whose departments deliver, and their jobs run in this process: no session, no worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.shards.feed_intake import take_in
from powerlake.tables import TABLES


class LocalContext(JobContext):
    """A context whose tasks are done here, one after the other."""

    def spread(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        return [work(task) for task in tasks]


def no_session() -> None:
    raise AssertionError("a session was asked for")


@dataclass
class Departments:
    """A lake and its landing folder."""

    home: Path
    repository: Path

    def __post_init__(self) -> None:
        self.lake = Lake(self.home, no_session)
        self.runs = 0

    def drop(self, file: str, content: str | bytes) -> Path:
        """Put a file into landing; `file` is department/feed/name."""
        path = self.lake.landing / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, department: str) -> RunReport:
        """Take in what is new of a department."""
        self.runs += 1
        settings = load_settings(Project(self.repository)).model_copy(update={"home": self.home})
        at = datetime(2024, 3, 2, self.runs, tzinfo=UTC)
        return take_in(LocalContext(self.lake, settings, f"run-{self.runs}", started_at=at), department)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The rows of a table, in the order of file and row."""
        rows = self.lake.rows(TABLES[name]).to_pylist()
        return sorted(rows, key=lambda row: (row["batch"], row["file"], row.get("row_number") or 0))

    def versions(self) -> dict[str, int | None]:
        """The version of every table."""
        return {name: self.lake.version(table) for name, table in TABLES.items()}


@pytest.fixture
def departments(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Departments:
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.delenv("POWERLAKE_HOME", raising=False)
    return Departments(tmp_path / "lake", repository)
