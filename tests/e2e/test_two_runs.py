"""Two runs on one home at once: the lock lets one go; where there is no lock, the later to publish is refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from powerlake.landing.synthetic import write_sample
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import Window
from powerlake.tables import TABLES
from powerlake.tables.ops.landing_files import LANDING_FILES

CURVES = ("bronze.load_curves_raw", "silver.load_curves", "gold.daily_load_features")
SERVICE = ("bronze.service", "silver.service")
METERS = ("m1", "m2", "m3")
MARCH = [date(2024, 3, day) for day in range(1, 11)]
FIRST, SECOND = Window(MARCH[0], MARCH[6]), Window(MARCH[4], MARCH[9])
USAGE = "usage_id,customer_id,used_at,channel"
PATIENCE_S = 240
LEAN = {
    "spark.master": "local[1]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}


@pytest.fixture
def delivered(utility, readings_of):
    """Ten days of three meters and some visits, worked up; then a correction of both that no run has seen."""
    utility.drop("a.csv", readings_of(METERS, MARCH))
    visits(utility, "a.csv", "u1,c1,2024-03-01 10:00,app", "u2,c2,2024-03-02 10:00,web")
    utility.run(*CURVES, *SERVICE)
    utility.drop("b.csv", readings_of(["m2"], MARCH[4:7], lambda meter, point: 1.0))
    visits(utility, "b.csv", "u1,c1,2024-03-01 10:00,web", "u3,c3,2024-03-03 10:00,app")
    return utility


def visits(utility, name: str, *lines: str) -> None:
    path = utility.lake.landing / "service" / "channel_usage" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([USAGE, *lines]) + "\n")


@pytest.mark.parametrize("table", [*CURVES, "bronze.channel_usage", "silver.channel_usage"])
def test_the_later_of_two_that_began_with_the_same_version_is_refused(
    delivered, utility_at, tmp_path_factory, monkeypatch, table
) -> None:
    """Both have worked out `table` when the other publishes it. A repeat gives what one run alone gives."""
    alone = utility_at(tmp_path_factory.mktemp("alone"))
    shutil.copytree(delivered.home, alone.home, dirs_exist_ok=True)
    overtaking(delivered, monkeypatch, table)
    with pytest.raises(AssertionError, match=r"was changed by another writer .* nothing of this step") as ended:
        delivered.run(*CURVES, *SERVICE, window=FIRST)
    assert table in str(ended.value)
    (other,) = delivered.runs[1:]
    assert {job.outcome for job in other.jobs.values()} <= {"done", "unchanged"}
    assert not list((delivered.home / "state" / "publications").glob("*.json"))
    assert delivered.lake.delta(TABLES[table]).history(1)[0]["run_id"] == other.run_id
    delivered.run(*CURVES, *SERVICE, window=FIRST)
    alone.run(*CURVES, *SERVICE)
    for name in (*CURVES, "bronze.channel_usage", "silver.channel_usage"):
        assert delivered.rows(TABLES[name]) == alone.rows(TABLES[name]), name
    assert taken(delivered) == taken(alone)


def taken(utility) -> list[tuple[object, ...]]:
    """The ledger: what became of each file, in which batch."""
    return [(row["file"], row["outcome"], row["batch"]) for row in utility.rows(LANDING_FILES)]


def overtaking(utility, monkeypatch, table: str) -> None:
    """Let a whole run of another window come between the work on `table` and its publication."""
    publish = JobContext.publish

    def late(ctx: JobContext, one, *given, **named) -> None:
        if one.name == table:
            monkeypatch.setattr(JobContext, "publish", publish)
            utility.run(*CURVES, *SERVICE, window=SECOND)
        publish(ctx, one, *given, **named)

    monkeypatch.setattr(JobContext, "publish", late)


def start(home: Path, window: tuple[str, str]) -> subprocess.Popen:
    jobs = [word for job in CURVES for word in ("--only", job)]
    given = {**os.environ, "POWERLAKE_SPARK": json.dumps(LEAN), "POWERLAKE_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", "powerlake.cli", "run", "daily", *jobs, "--start", window[0], "--end", window[1]],
        env=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_of_two_started_at_the_same_moment_one_goes_and_the_other_says_so(tmp_path, utility_at, tmp_path_factory):
    """Afterwards the other's window is run, and the tables are those of runs one after the other."""
    write_sample(tmp_path / "landing", meters=10, days=40)
    windows = [("2024-01-01", "2024-01-14"), ("2024-01-10", "2024-01-20")]
    runs = [start(tmp_path, window) for window in windows]
    told = [run.communicate(timeout=PATIENCE_S) for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 1], told
    loser = next(number for number, run in enumerate(runs) if run.returncode)
    (line,) = told[loser][1].splitlines()
    assert f"another run is at work in {tmp_path}: process {runs[1 - loser].pid} on " in line
    assert line.endswith("wait for it to end")
    again = start(tmp_path, windows[loser])
    again.communicate(timeout=PATIENCE_S)
    assert again.returncode == 0
    alone = utility_at(tmp_path_factory.mktemp("alone"))
    shutil.copytree(tmp_path / "landing", alone.lake.landing)
    alone.run(*CURVES)
    found = utility_at(tmp_path)
    for name in CURVES:
        assert found.rows(TABLES[name]) == alone.rows(TABLES[name]), name
