"""Tables held as their logs stand."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from powerlake.lake.snapshots import Snapshots, at

ROWS = pa.table({"meter_id": ["m1", "m2"], "kwh": [1.0, 2.0]})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_deltalake(tmp_path / "table", ROWS)
    return tmp_path / "table"


def test_a_table_is_opened_once_while_its_log_stands_still(root: Path) -> None:
    snapshots = Snapshots()
    assert snapshots.now(root) is snapshots.now(root)


def test_a_commit_of_somebody_else_is_seen(root: Path) -> None:
    snapshots = Snapshots()
    before = snapshots.now(root)
    write_deltalake(root, ROWS, mode="append")
    now = snapshots.now(root)
    assert before is not None
    assert now is not None
    assert (before.version, now.version) == (0, 1)
    assert (len(before.files), len(now.files)) == (1, 2)
    assert [file.rows for file in now.files] == [2, 2]


def test_a_table_made_anew_in_the_same_folder_is_seen(root: Path) -> None:
    snapshots = Snapshots()
    before = snapshots.now(root)
    assert before is not None
    shutil.rmtree(root)
    assert snapshots.now(root) is None
    write_deltalake(root, ROWS.slice(1))
    now = snapshots.now(root)
    assert now is not None
    assert (now.version, [file.rows for file in now.files]) == (before.version, [1])


def test_a_log_cleaned_behind_a_checkpoint_is_read_anew_each_time(root: Path) -> None:
    DeltaTable(root).create_checkpoint()
    (root / "_delta_log" / f"{0:020d}.json").unlink()
    snapshots = Snapshots()
    now = snapshots.now(root)
    assert now is not None
    assert [file.rows for file in now.files] == [2]
    assert snapshots.now(root) is not now


def test_an_earlier_version_has_its_own_files(root: Path) -> None:
    write_deltalake(root, ROWS.slice(1), mode="overwrite")
    assert [file.rows for file in at(root, 0).files] == [2]
    assert [file.rows for file in at(root, 1).files] == [1]


def test_a_file_without_a_value_says_nothing_of_the_highest(root: Path) -> None:
    nothing = pa.table({"meter_id": ["m3"], "kwh": pa.array([None], pa.float64())})
    write_deltalake(root, nothing, mode="append")
    assert at(root, 1).highest("kwh") == [2.0]
    assert sorted(at(root, 1).highest("meter_id")) == ["m2", "m3"]
