"""A lake without Spark: tables are made by deltalake, and asking for the session is a failure."""

from collections.abc import Callable
from pathlib import Path

import pytest
from deltalake import DeltaTable

from powerlake.lake.store import Lake
from powerlake.tables.derive import arrow_schema
from powerlake.tables.model import Table

Create = Callable[[Table], DeltaTable]


def no_session() -> None:
    raise AssertionError("a session was asked for")


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return Lake(tmp_path, no_session)


@pytest.fixture
def create(lake: Lake) -> Create:
    """`create(TABLE)`: the table in version 0, without rows."""

    def made(table: Table) -> DeltaTable:
        return DeltaTable.create(
            lake.path(table), arrow_schema(table), partition_by=list(table.partitioned_by), name=table.short_name
        )

    return made
