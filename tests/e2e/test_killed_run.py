"""Kill -9 in the middle of a run, then `run --resume`: the tables equal those of a run that nothing disturbed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from powerlake.lake.store import Lake
from powerlake.landing.synthetic import write_sample
from powerlake.tables import TABLES

METERS, DAYS = 12, 45  # too few customers to judge a challenger on, which would take most of the time
PATIENCE_S = 240
GOLD_AND_BELOW = [name for name, table in TABLES.items() if table.layer != "ops"]
OF_THE_CLOCK = {"observed", "judged", "broken"}
"""Columns of gold.data_quality that say when and how often it was judged: days since a delivery, tries."""
LEAN = {
    "POWERLAKE_SPARK": json.dumps(
        {
            "spark.master": "local[2]",
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "1",
            "spark.databricks.delta.snapshotPartitions": "1",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        }
    )
}


def has_files(home: Path, table: str) -> bool:
    """Files are staged or published in the table's folder."""
    return any((home / table).rglob("*.parquet"))


POINTS: dict[str, Callable[[Path], bool]] = {
    "bronze files are being staged": lambda home: has_files(home, "bronze/load_curves_raw"),
    "curves are being staged": lambda home: has_files(home, "silver/load_curves"),
    "segments are being worked out": lambda home: has_files(home, "gold/monthly_shape_codes"),
}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "powerlake.cli", "run", "daily", *arguments]


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, **LEAN, "POWERLAKE_HOME": str(home)}


def run(home: Path, *arguments: str) -> None:
    done = subprocess.run(
        command(*arguments), env=environment(home), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def kill_at(home: Path, reached: Callable[[Path], bool]) -> None:
    """Start a run and kill its whole process group, JVM and workers too, as soon as the point is reached."""
    process = subprocess.Popen(
        command(), env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + PATIENCE_S
    while not reached(home):
        assert process.poll() is None, "the run ended before the point was reached"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def contents(home: Path, comparable: Callable) -> dict[str, list]:
    lake = Lake(home, lambda: pytest.fail("no session is needed to read"))
    found = {name: comparable(lake.rows(TABLES[name]), TABLES[name]) for name in GOLD_AND_BELOW}
    judged = [{name: row[name] for name in row.keys() - OF_THE_CLOCK} for row in found["gold.data_quality"]]
    return found | {"gold.data_quality": judged}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, comparable_rows) -> dict[str, list]:
    home = tmp_path_factory.mktemp("undisturbed")
    write_sample(home / "landing", METERS, DAYS)
    run(home)
    return contents(home, comparable_rows)


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_run_is_resumed_to_the_same_tables(point, tmp_path, undisturbed, comparable_rows):
    write_sample(tmp_path / "landing", METERS, DAYS)
    kill_at(tmp_path, POINTS[point])
    run(tmp_path, "--resume")
    found = contents(tmp_path, comparable_rows)
    assert found["gold.customer_segments"]
    for name, rows in undisturbed.items():
        assert found[name] == rows, name
    assert not list((tmp_path / "state/publications").glob("*.json"))
