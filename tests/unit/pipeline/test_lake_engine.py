"""The engine's ledgers: one record a job, packed when they have grown to many files."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from powerlake.lake.publication import append, publish
from powerlake.lake.staging import Stamp, stage_rows
from powerlake.lake.store import Lake
from powerlake.pipeline import lake_engine
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.tables.model import Table
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.waiting_rows import WAITING_ROWS

ROOT = Path(__file__).parents[3]


def no_session() -> None:
    raise AssertionError("a session was asked for")


@pytest.fixture
def engine_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`engine_of("run-1")`: an engine on one lake."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.setattr(lake_engine, "LEDGER_FILES", 4)
    settings, lake = load_settings(Project(ROOT), "local"), Lake(tmp_path, no_session)
    return lambda run_id: LakeEngine(lake, settings, ROOT / "jobs", run_id, "daily", Window())


def recorded(engine: LakeEngine, *jobs: str) -> None:
    for name in jobs:
        job = JobSpec(job=name, owner="metering", writes=("silver.load_curves",))
        engine.record(job, JobState("done"), RunReport(read_versions={"bronze.meters": 3}))


def put(lake: Lake, table: Table, rows: pa.Table) -> None:
    staged = stage_rows(table, lake.home, rows, Stamp("run-0", 1, datetime.now(UTC)))
    publish(lake, [append(lake, table, staged)], "run-0")


def runs_of(lake: Lake) -> list[tuple[str, str]]:
    return sorted((row["run_id"], row["job"]) for row in lake.rows(JOB_RUNS).to_pylist())


def test_many_small_files_of_a_ledger_become_one(engine_of) -> None:
    engine = engine_of("run-1")
    lake = engine._lake
    recorded(engine, "a.one", "a.two", "a.three")
    engine.tidy()
    assert len(lake.files(JOB_RUNS)) == 3
    recorded(engine, "a.four")
    before = runs_of(lake)
    engine.tidy()
    assert len(lake.files(JOB_RUNS)) == 1
    assert runs_of(lake) == before
    assert len(before) == 4


def test_a_ledger_that_another_run_writes_to_is_left_as_it_is(engine_of, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = engine_of("run-1")
    lake = engine._lake
    recorded(engine, "a.one", "a.two", "a.three", "a.four")
    real = lake_engine.stage_rows

    def overtaken(*given, **named):
        monkeypatch.setattr(lake_engine, "stage_rows", real)
        recorded(engine_of("run-2"), "b.one")
        return real(*given, **named)

    monkeypatch.setattr(lake_engine, "stage_rows", overtaken)
    engine.tidy()
    assert runs_of(lake) == [
        *(("run-1", name) for name in ("a.four", "a.one", "a.three", "a.two")),
        ("run-2", "b.one"),
    ]
    assert len(lake.files(JOB_RUNS)) == 5


@pytest.mark.parametrize("ledger", [LANDING_FILES, WAITING_ROWS])
def test_the_ledgers_of_files_and_of_waiting_rows_are_packed_too(engine_of, rows, ledger: Table) -> None:
    engine = engine_of("run-1")
    lake = engine._lake
    for number in range(4):
        put(lake, ledger, rows(ledger, {"feed": "f", "file": str(number)}))
    engine.tidy()
    assert len(lake.files(ledger)) == 1
    assert sorted(lake.rows(ledger)["file"].to_pylist()) == ["0", "1", "2", "3"]


def test_a_ledger_is_left_as_it_is_where_packing_would_lose_a_row(
    engine_of, rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_of("run-1")
    lake = engine._lake
    for number in range(4):
        put(lake, LANDING_FILES, rows(LANDING_FILES, {"feed": "f", "file": str(number)}))
    monkeypatch.setattr(
        lake_engine, "stage_rows", lambda table, home, all_, *rest: stage_rows(table, home, all_[1:], *rest)
    )
    engine.tidy()
    assert len(lake.files(LANDING_FILES)) == len(lake.rows(LANDING_FILES)) == 4
