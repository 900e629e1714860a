"""Who sees what, and when: Spark, deltalake, Polars and DuckDB before and after publication."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from powerlake.lake.publication import append, publish, replace
from powerlake.lake.reader import Reader
from powerlake.lake.staging import stage_frame, stage_rows
from powerlake.lake.store import Lake
from powerlake.tables import TABLES
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.model import Table
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

Read = Callable[[Path], pa.Table]


def by_deltalake(path: Path) -> pa.Table:
    return DeltaTable(path).to_pyarrow_table()


def by_polars(path: Path) -> pa.Table:
    return pl.read_delta(str(path)).to_arrow()


def by_duckdb(path: Path) -> pa.Table:
    dataset = DeltaTable(path).to_pyarrow_dataset()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.register("rows", dataset).execute("FROM rows").to_arrow_table()


WITHOUT_SPARK = {"deltalake": by_deltalake, "polars": by_polars, "duckdb": by_duckdb}


def counted_by_all(lake: Lake, table: Table) -> set[int]:
    """How many rows each reader sees: one number where they agree."""
    path = lake.path(table)
    spark = lake.session.read.format("delta").load(str(path)).count()
    return {spark, *(read(path).num_rows for read in WITHOUT_SPARK.values())}


def test_staged_rows_are_seen_by_nobody_until_they_are_published(lake: Lake, rows, stamp) -> None:
    lake.ensure(LOAD_CURVES)
    staged = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "m1"}, {"meter_id": "m2"}), stamp)
    assert staged.rows(LOAD_CURVES) == 2
    assert counted_by_all(lake, LOAD_CURVES) == {0}
    publish(lake, [append(lake, LOAD_CURVES, staged)], "run-1")
    assert counted_by_all(lake, LOAD_CURVES) == {2}
    assert lake.read(LOAD_CURVES, version=0).isEmpty()


def test_a_replacement_is_seen_whole_by_everybody(lake: Lake, rows, stamp) -> None:
    first = rows(LOAD_CURVES, *({"meter_id": f"m{n}", "month": "2024-02"} for n in range(3)), {"meter_id": "m9"})
    publish(lake, [append(lake, LOAD_CURVES, stage_rows(LOAD_CURVES, lake.home, first, stamp))], "run-1")
    february = lake.files(LOAD_CURVES, lambda partition: partition["month"] == "2024-02")
    second = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "new", "month": "2024-02"}), stamp)
    publish(lake, [replace(lake, LOAD_CURVES, second, february)], "run-2")
    assert counted_by_all(lake, LOAD_CURVES) == {2}
    assert lake.read(LOAD_CURVES, version=1).count() == 4


def test_a_spark_frame_is_staged_by_the_workers_and_its_wrong_rows_quarantined(lake: Lake, frame, stamp) -> None:
    quarantine = quarantine_of(LOAD_CURVES)
    mixed = frame(LOAD_CURVES, {"meter_id": "m1"}, {"meter_id": "m2"}, {"meter_id": "m3", "points": 9}).repartition(2)
    staged = stage_frame(LOAD_CURVES, lake.home, mixed, stamp)
    assert (staged.rows(LOAD_CURVES), staged.rows(quarantine)) == (2, 1)
    publish(lake, [append(lake, quarantine, staged), append(lake, LOAD_CURVES, staged)], "run-1")
    assert {row["meter_id"] for row in lake.read(LOAD_CURVES).collect()} == {"m1", "m2"}
    assert [row["reason"] for row in lake.read(quarantine).collect()] == ["as_many_codes_as_points"]


def test_spark_skips_files_by_the_statistics_of_staging_and_loses_no_row(lake: Lake, rows, stamp) -> None:
    for meter in ("m1", "m2", "zähler-3"):
        staged = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": meter}), stamp)
        publish(lake, [append(lake, LOAD_CURVES, staged)], "run-1")
    for meter in ("m1", "zähler-3"):
        assert lake.read(LOAD_CURVES).where(f"meter_id = '{meter}' and date = '2024-03-01'").count() == 1


@pytest.mark.parametrize("name", [name for name in TABLES if name.startswith("gold.")])
def test_gold_reads_the_same_without_spark(name: str, lake: Lake, rows, stamp) -> None:
    """Every value of every type: arrays, dates, timestamps in UTC, nulls and Chinese text."""
    table = TABLES[name]
    text = next(key for key in table.key if table.column(key).type == pa.string())
    nulls = {
        column.name: None
        for column in table.columns
        if column.nullable and column.name not in "".join(table.checks.values())
    }
    written = rows(table, {text: "居民一"}, {text: "m2", **nulls})
    publish(lake, [append(lake, table, stage_rows(table, lake.home, written, stamp))], "run-1")
    expected = sorted(written.to_pylist(), key=lambda row: row[text])
    readers: dict[str, Read] = {
        **WITHOUT_SPARK,
        "powerlake query": lambda path: Reader(lake.home).query(f"FROM {name}"),
    }
    for reader, read in readers.items():
        found = read(lake.path(table)).select(table.column_names).to_pylist()
        assert sorted(found, key=lambda row: row[text]) == expected, reader
    spark = lake.read(table).toArrow().to_pylist()
    assert sorted(spark, key=lambda row: row[text]) == expected


def test_timestamps_carry_utc_for_every_reader(lake: Lake, rows, stamp) -> None:
    staged = stage_rows(DAILY_LOAD_FEATURES, lake.home, rows(DAILY_LOAD_FEATURES, {}), stamp)
    publish(lake, [append(lake, DAILY_LOAD_FEATURES, staged)], "run-1")
    path = lake.path(DAILY_LOAD_FEATURES)
    assert {read(path).schema.field("peak_at").type.tz for read in WITHOUT_SPARK.values()} == {"UTC"}
    assert lake.read(DAILY_LOAD_FEATURES).selectExpr("string(peak_at)").first()[0] == "2024-03-01 04:05:06.000789"
