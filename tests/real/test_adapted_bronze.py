"""The adapted public sets in bronze: one lake for them all, every row kept, each feed filled by the sets it is of."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from powerlake.lake.store import Lake
from powerlake.landing.adapters import ADAPTERS, adapt
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.runner import Runner, new_run, selected
from powerlake.pipeline.spec import read_pipelines
from powerlake.pipeline.state import RunState, StateStore
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.tables import TABLES
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.ops.landing_files import LANDING_FILES

LOAD_CURVES = "metering/load_curves"
MONTHS = ("2012-02", "2012-03")
"""Of the households' readings the first two, which are small."""


@pytest.fixture(scope="module")
def adapted(shared, tmp_path_factory) -> tuple[Path, Counter[str]]:
    """A home whose landing has all sets, and the rows written by feed."""
    home = tmp_path_factory.mktemp("adapted")
    rows: Counter[str] = Counter()
    for name in ADAPTERS:
        source = first_months(shared(name), tmp_path_factory) if name == "sgsc_households" else shared(name)
        rows.update(adapt(name, source, home).rows)
    del rows["truth"]
    return home, rows


def first_months(households: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("months")
    for month in MONTHS:
        file = f"interval_readings_{month}.csv.gz"
        (folder / file).symlink_to(households / file)
    return folder


@pytest.fixture(scope="module")
def taken(adapted, session) -> tuple[Lake, RunState]:
    """The lake after one run of the pipeline `bronze`, and the run."""
    home, _ = adapted
    project = find_project()
    settings = load_settings(project).model_copy(update={"home": home})
    lake = Lake(home, lambda: session)
    pipeline = read_pipelines(project.pipelines)["bronze"]
    state = new_run(pipeline, selected(pipeline), Window(), "local", datetime.now(UTC))
    engine = LakeEngine(lake, settings, project.jobs, state.run_id, pipeline.name, state.window)
    return lake, Runner(pipeline, engine, StateStore(home)).run(state)


def test_every_file_is_taken_and_every_row_of_it_kept(adapted, taken):
    home, rows = adapted
    lake, state = taken
    ledger = lake.rows(LANDING_FILES).to_pylist()
    assert state.outcome == "done"
    assert {row["file"] for row in ledger} == set(landed(home))
    assert {row["outcome"] for row in ledger} == {"taken"}
    received: Counter[str] = Counter()
    for row in ledger:
        received[row["feed"]] += row["rows_received"]
    assert received == rows
    assert all(row["rows_kept"] == row["rows_received"] for row in ledger)


def landed(home: Path) -> list[str]:
    landing = home / "landing"
    return [path.relative_to(landing).as_posix() for path in landing.rglob("*") if path.is_file()]


def test_bronze_has_as_many_rows_and_quarantine_none(adapted, taken):
    _, rows = adapted
    lake, _ = taken
    found = {path: count(lake, bronze_of(feed).name) for path, feed in FEEDS.items()}
    readings = sum(lake.rows(LOAD_CURVES_RAW)["readings"].to_pylist())
    assert {path: number for path, number in found.items() if number} | {LOAD_CURVES: readings} == rows
    assert [name for name in TABLES if name.startswith("quarantine.") and count(lake, name)] == []


def count(lake: Lake, name: str) -> int:
    return sum(file.rows for file in lake.files(TABLES[name]))
