"""Schemas, properties and merge conditions that follow from a declaration."""

import pyarrow as pa
import pytest

from powerlake.tables.derive import (
    arrow_schema,
    described_schema,
    empty,
    file_schema,
    full_comment,
    merge_condition,
    properties,
    sql_type,
)
from powerlake.tables.model import PII, Column, Table
from powerlake.tables.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    SMALLINT,
    STRING,
    TIMESTAMP,
    TINYINT,
    array_of,
    map_of,
)

METERS = Table(
    "silver.meters",
    grain="one row per meter and month",
    key=("meter_id", "month"),
    owner="metering",
    comment="The utility's meters",
    columns=(
        Column("meter_id", STRING, "Meter's number, \\ included", pii=PII.PSEUDONYM, nullable=False),
        Column("use_kwh", array_of(FLOAT), "Energy", unit="kWh", pii=PII.INDIRECT),
        Column("month", STRING, "Month", nullable=False),
    ),
    checks={"not_the_test_meter": "meter_id <> 'TEST'"},
    partitioned_by=("month",),
)


@pytest.mark.parametrize(
    ("dtype", "name"),
    [
        (STRING, "STRING"), (BOOLEAN, "BOOLEAN"), (TINYINT, "TINYINT"), (SMALLINT, "SMALLINT"), (INT, "INT"),
        (LONG, "BIGINT"), (FLOAT, "FLOAT"), (DOUBLE, "DOUBLE"), (DATE, "DATE"), (TIMESTAMP, "TIMESTAMP"),
        (array_of(TINYINT), "ARRAY<TINYINT>"),
        (map_of(STRING, array_of(DOUBLE)), "MAP<STRING, ARRAY<DOUBLE>>"),
    ],
)  # fmt: skip
def test_every_column_type_has_a_sql_name(dtype: pa.DataType, name: str) -> None:
    assert sql_type(dtype) == name


@pytest.mark.parametrize(
    "dtype", [pa.uint8(), pa.timestamp("us"), pa.timestamp("ns", tz="UTC"), array_of(pa.time32("s"))]
)
def test_a_type_no_table_uses_is_refused(dtype: pa.DataType) -> None:
    with pytest.raises(ValueError, match="no Spark SQL type"):
        sql_type(dtype)


def test_delta_is_told_every_comment_and_every_rule() -> None:
    comments = {field.name: field.metadata[b"comment"].decode() for field in described_schema(METERS)}
    assert comments == {
        "meter_id": "Meter's number, \\ included (PII: pseudonym)",
        "use_kwh": "Energy [kWh] (PII: indirect)",
        "month": "Month",
    }
    assert described_schema(METERS).remove_metadata() == arrow_schema(METERS)
    assert properties(METERS) == {
        "delta.minReaderVersion": "1",
        "delta.minWriterVersion": "3",
        "delta.enableDeletionVectors": "false",
        "powerlake.owner": "metering",
        "powerlake.grain": "one row per meter and month",
        "delta.constraints.not_the_test_meter": "meter_id <> 'TEST'",
    }


def test_a_table_without_checks_asks_writers_for_no_more() -> None:
    whole = Table("gold.x", "g", ("a",), "o", "c", (Column("a", STRING, "A"),))
    assert properties(whole)["delta.minWriterVersion"] == "2"


def test_a_comment_without_unit_or_person_stands_alone() -> None:
    assert full_comment(Column("run_id", STRING, "The run")) == "The run"


def test_merge_condition_compares_the_whole_key_null_safely() -> None:
    assert merge_condition(METERS, "t", "s") == "t.`meter_id` <=> s.`meter_id` AND t.`month` <=> s.`month`"


def test_files_hold_all_but_the_partition_columns() -> None:
    assert arrow_schema(METERS).names == ["meter_id", "use_kwh", "month"]
    assert file_schema(METERS).names == ["meter_id", "use_kwh"]
    assert not arrow_schema(METERS).field("meter_id").nullable
    assert arrow_schema(METERS).field("use_kwh").nullable


def test_an_empty_table_has_the_columns() -> None:
    assert empty(METERS).schema == arrow_schema(METERS)
    assert empty(METERS).num_rows == 0
