"""What tests of every folder use: rows that fit a declaration, the repository, and one Spark session for them all.

The session starts with the first test that asks for it, so a run of the unit tests needs no JVM.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from powerlake.lake.staging import Stamp
from powerlake.tables.derive import arrow_schema
from powerlake.tables.model import Column, Table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Rows = Callable[..., pa.Table]

BY_TYPE: Mapping[pa.DataType, object] = {
    pa.string(): "x",
    pa.bool_(): False,
    pa.int8(): 1,
    pa.int16(): 1,
    pa.int32(): 1,
    pa.int64(): 1,
    pa.float32(): 0.5,
    pa.float64(): 0.5,
    pa.date32(): date(2024, 3, 1),
    pa.timestamp("us", tz="UTC"): datetime(2024, 3, 1, 4, 5, 6, 789, tzinfo=UTC),
}
BY_NAME = {
    "month": "2024-03",
    "bucket": 0,
    "interval_minutes": 30,
    "rows_quarantined": 0,
    "day_type": "weekday",
    "season": "winter",
    "mean_kwh": [0.5] * 48,
    "capped_mean_kwh": [0.5] * 48,
}
"""Where a check or a partition asks for more than the type does."""


def fitting(column: Column) -> object:
    """A value with which a row of the column's table fits its declaration."""
    usual, named = _of_type(column.type), BY_NAME.get(column.name)
    return named if type(named) is type(usual) else usual


def _of_type(dtype: pa.DataType) -> object:
    if pa.types.is_list(dtype):
        return [_of_type(dtype.value_type)]
    if pa.types.is_map(dtype):
        return [(_of_type(dtype.key_type), _of_type(dtype.item_type))]
    return BY_TYPE[dtype]


def rows_of(table: Table, *given: Mapping[str, Any]) -> pa.Table:
    """A row of `table` for each mapping; what it does not give has a fitting value. No column is NOT NULL yet.

    Raises KeyError for a column the table does not have.
    """
    for unknown in {name for row in given for name in row} - set(table.column_names):
        table.column(unknown)
    default = {column.name: fitting(column) for column in table.columns}
    schema = pa.schema([field.with_nullable(True) for field in arrow_schema(table)])
    return pa.Table.from_pylist([{**default, **row} for row in given], schema)


@pytest.fixture(scope="session")
def rows() -> Rows:
    """`rows(TABLE, {"meter_id": "m1"}, …)`: an Arrow table, one row for each mapping."""
    return rows_of


@pytest.fixture
def stamp() -> Stamp:
    return Stamp("run-1", 1, datetime(2024, 3, 2, tzinfo=UTC))


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).parents[1]


LEAN = {
    "spark.master": "local[2]",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.ui.enabled": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.driver.memory": "1g",
    # Compiling hot code pays in long work only: 35/59 → 28/32 s of wall/CPU for one cold cycle on small tables.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture(scope="session")
def event_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the run's session writes down its plans and tasks."""
    return tmp_path_factory.mktemp("events")


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory, event_log: Path) -> "Iterator[SparkSession]":
    scratch: Mapping[str, str] = {
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.compress": "false",
        "spark.eventLog.dir": event_log.as_uri(),
    }
    from powerlake.lake.session import open_session  # noqa: PLC0415 - unit tests do not wait for Spark

    session = open_session({**LEAN, **scratch})
    yield session
    session.stop()
