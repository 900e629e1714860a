"""The shared real data, where they are there, and lakes made of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from powerlake.lake.store import Lake
from powerlake.landing.adapters import adapt
from powerlake.landing.adapters.write import Adapted
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.runner import Runner, new_run, selected
from powerlake.pipeline.spec import read_pipelines
from powerlake.pipeline.state import RunState, StateStore
from powerlake.project import find_project
from powerlake.settings import load_settings

SHARED = Path(os.environ.get("POWERLAKE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
WINDOWS = {"lcl_london": Window(date(2013, 1, 1), date(2013, 12, 31))}
"""The year of the dynamic tariff, so that customers are seen as on its last day."""


@dataclass(frozen=True)
class Trial:
    """A public set in a lake of its own, after one run of the pipeline `daily`."""

    source: Path
    adapted: Adapted
    lake: Lake
    run: RunState


@pytest.fixture(scope="session")
def sgsc() -> Path:
    """Half-hourly readings of 79 households; without them the test is skipped, and says so."""
    return folder_of("sgsc_households")


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """The folder of a public set by its name; without it the test is skipped, and says so."""
    return folder_of


def folder_of(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; POWERLAKE_SHARED_DATA names another place")
    return folder


@pytest.fixture(scope="session")
def trial_of(tmp_path_factory, session) -> Callable[[str], Trial]:
    """What `powerlake adapt NAME` and `powerlake run daily` make of a set, by its clock; made at first use."""

    @cache
    def made(name: str) -> Trial:
        source, home = folder_of(name), tmp_path_factory.mktemp(name)
        adapted = adapt(name, source, home)
        project = find_project()
        settings = load_settings(project).model_copy(update={"home": home, "utility_clock": adapted.clock})
        lake = Lake(home, lambda: session)
        pipeline = read_pipelines(project.pipelines)["daily"]
        window = WINDOWS.get(name, Window())
        state = new_run(pipeline, selected(pipeline), window, "local", datetime.now(UTC))
        engine = LakeEngine(lake, settings, project.jobs, state.run_id, pipeline.name, window)
        return Trial(source, adapted, lake, Runner(pipeline, engine, StateStore(home)).run(state))

    return made
