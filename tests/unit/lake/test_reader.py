"""The reader without Spark: Delta tables by their declared names, read only."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from powerlake.errors import PowerlakeError, TableMissing, UnknownTable
from powerlake.lake.reader import QueryFailed, Reader

CURVES = pa.table(
    {
        "meter_id": ["m1", "m2", "m2"],
        "date": pa.array([date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 1)]),
        "kwh": pa.array([[0.5, None], [1.0, 2.0], [3.0, 4.0]], pa.list_(pa.float32())),
        "month": ["2026-01", "2026-01", "2026-02"],
        "bucket": pa.array([0, 1, 1], pa.int32()),
    }
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lake")
    write_deltalake(folder / "silver" / "load_curves", CURVES, partition_by=["month", "bucket"])
    return folder


def test_tables_are_queried_by_their_names(home: Path) -> None:
    answer = Reader(home).query(
        "WITH first AS (SELECT * FROM silver.load_curves WHERE month = '2026-01') "
        'SELECT meter_id, kwh, date FROM first JOIN Silver."load_curves" USING (meter_id, kwh, date) ORDER BY meter_id'
    )
    assert answer.to_pylist() == [
        {"meter_id": "m1", "kwh": [0.5, None], "date": date(2026, 1, 31)},
        {"meter_id": "m2", "kwh": [1.0, 2.0], "date": date(2026, 1, 31)},
    ]


def test_describes_a_table(home: Path) -> None:
    names = Reader(home).query("DESCRIBE silver.load_curves")["column_name"].to_pylist()
    assert names == CURVES.column_names


def test_state_comes_from_the_log(home: Path) -> None:
    state = Reader(home).state("silver.load_curves")
    assert (state.version, state.rows) == (0, 3)
    assert state.bytes == sum(path.stat().st_size for path in (home / "silver").rglob("*.parquet"))
    assert abs(datetime.now(UTC) - state.changed_at) < timedelta(minutes=5)
    assert (Reader(home).tables(), Reader(home).version("silver.load_curves")) == (("silver.load_curves",), 0)


def test_a_limit_on_many_files_ends_the_process_well(tmp_path: Path) -> None:
    """Threads that still read ahead must not call Python while it shuts down; three times, for it is a race."""
    buckets = pa.array(np.arange(100_000, dtype=np.int32) % 64)
    curves = pa.FixedSizeListArray.from_arrays(np.random.default_rng(0).random(4_800_000, np.float32), 48)
    table = pa.table({"kwh": curves.cast(pa.list_(pa.float32())), "bucket": buckets})
    write_deltalake(tmp_path / "silver" / "load_curves", table, partition_by=["bucket"])
    asked = "from pathlib import Path; from powerlake.lake.reader import Reader; "
    asked += f"print(Reader(Path({str(tmp_path)!r})).query('select bucket from silver.load_curves limit 3').num_rows)"
    for _ in range(3):
        ended = subprocess.run([sys.executable, "-c", asked], check=False, capture_output=True, text=True, timeout=60)
        assert (ended.returncode, ended.stdout) == (0, "3\n")


def test_one_reader_sees_what_is_written_between_its_questions(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    with pytest.raises(TableMissing):
        reader.query("SELECT count(*) AS days FROM silver.load_curves")
    for days in (3, 6):
        write_deltalake(tmp_path / "silver" / "load_curves", CURVES, mode="append", partition_by=["month", "bucket"])
        assert reader.query("SELECT count(*) AS days FROM silver.load_curves")["days"].to_pylist() == [days]


def test_only_active_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "silver" / "load_curves"
    write_deltalake(path, CURVES, partition_by=["month", "bucket"])
    write_deltalake(path, CURVES.slice(2), mode="overwrite", predicate="month = '2026-02'")
    DeltaTable(path).delete("meter_id = 'm1'")
    answer = Reader(tmp_path).query("SELECT count(*) AS days, max(date) AS latest FROM silver.load_curves")
    assert answer.to_pylist() == [{"days": 2, "latest": date(2026, 2, 1)}]


def test_a_missing_and_an_unknown_table_are_told_apart(home: Path) -> None:
    with pytest.raises(TableMissing, match=r"table gold.customer_segments holds nothing yet"):
        Reader(home).query("SELECT c.segment FROM silver.load_curves JOIN gold.customer_segments AS c USING (segment)")
    with pytest.raises(UnknownTable, match=r"table gold.segments is not declared"):
        Reader(home).query("SELECT * FROM gold.segments")


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE a AS SELECT 1", "SELECT 1; SELECT 2", "COPY silver.load_curves TO 'x.csv'", "", "SET threads = 1"],
)
def test_anything_but_one_select_is_refused(home: Path, sql: str) -> None:
    with pytest.raises(QueryFailed, match="a query is one SELECT; only pipelines write tables"):
        Reader(home).query(sql)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT nix FROM silver.load_curves", "Binder Error: Referenced column \"nix\" not found"),
        ("SELECT * FROM read_csv('/etc/passwd')", "Permission Error"),
        ("SELECT * FROM CURVES", "Catalog Error: Table with name CURVES does not exist"),
    ],
)  # fmt: skip
def test_what_duckdb_refuses_is_one_line(home: Path, sql: str, words: str) -> None:
    with pytest.raises(QueryFailed) as caught:
        Reader(home).query(sql)
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


def test_a_table_with_column_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silver" / "load_curves"
    write_deltalake(path, CURVES)
    log = path / "_delta_log" / "00000000000000000000.json"
    log.write_text(log.read_text().replace('"configuration":{}', '"configuration":{"delta.columnMapping.mode":"name"}'))
    with pytest.raises(PowerlakeError, match=r"silver\.load_curves uses columnMapping"):
        Reader(tmp_path).version("silver.load_curves")
