"""Lakes and frames that share the run's one session (see tests/conftest.py)."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from powerlake.lake.store import Lake
from powerlake.tables.model import Table

Frame = Callable[..., DataFrame]


@pytest.fixture
def lake(tmp_path: Path, request: pytest.FixtureRequest) -> Lake:
    """An empty lake of the test's own. It asks for the session when the test first needs it."""
    return Lake(tmp_path, lambda: request.getfixturevalue("session"))


@pytest.fixture
def frame(session: SparkSession, rows) -> Frame:
    """`frame(TABLE, {"meter_id": "m1"}, …)`: as `rows`, a Spark frame."""

    def made(table: Table, *given: Mapping[str, object]) -> DataFrame:
        return session.createDataFrame(rows(table, *given))

    return made
