"""A utility in small: a landing folder to drop files into, and the daily pipeline to run on it."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from powerlake.lake.store import Lake
from powerlake.landing.synthetic import Sample, write_sample
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.runner import Runner, new_run, selected
from powerlake.pipeline.spec import read_pipelines
from powerlake.pipeline.state import RunState, StateStore
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.run import simulate
from powerlake.simulate.utility import Utility as Simulation
from powerlake.tables import TABLES
from powerlake.tables.model import Table

VILLAGE = Simulation(customers=60, days=62, seed=3, first_date=date(2024, 5, 1))
"""One feeder with its transformers, and two months in which every department delivers; made in a second."""
POINTS = 48
CURVES = ("bronze.load_curves_raw", "silver.load_curves", "gold.daily_load_features")
DATA_TABLES = tuple(name for name, table in TABLES.items() if table.layer != "ops")
OF_A_RUN = {"run_id", "ingested_at", "quarantined_at"}
"""Columns that tell runs apart and say nothing of the utility."""


def readings(
    meters: Iterable[str], days: Iterable[date], value: Callable[[int, int], float] | None = None
) -> list[str]:
    """CSV lines `meter,time,kwh`, half-hourly; `value(meter number, point)` in kWh."""
    given = value or (lambda meter, point: 0.1 + 0.01 * meter + 0.005 * point)
    return [
        f"{meter},{day} {point // 2:02d}:{point % 2 * 30:02d}:00,{given(number, point):.3f}"
        for number, meter in enumerate(meters)
        for day in days
        for point in range(POINTS)
    ]


def days_from(first: str, count: int) -> list[date]:
    """`count` dates from `first` on."""
    return [date.fromisoformat(first) + timedelta(days=number) for number in range(count)]


@dataclass
class Utility:
    """A lake in a folder of the test's own."""

    home: Path
    lake: Lake
    runs: list[RunState] = field(default_factory=list)
    sample: Sample | None = None
    """What was planted, where the readings are synthetic."""

    def drop(self, name: str, lines: Iterable[str], header: str = "meter_id,reading_at,kwh") -> Path:
        """Put a long CSV file into landing; a name that ends in .gz is compressed."""
        return self.drop_bytes(name, ("\n".join([header, *lines]) + "\n").encode())

    def drop_bytes(self, name: str, content: bytes) -> Path:
        """Put a file into landing as it is; content is compressed where the name ends in .gz."""
        path = self.lake.landing / "metering" / "load_curves" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
        return path

    def run(
        self, *only: str, window: Window | None = None, is_forced: bool = False, pipeline: str = "daily"
    ) -> RunState:
        """Run the pipeline, or only the named jobs of it. Fails the test where a job fails."""
        project = find_project()
        settings = load_settings(project).model_copy(update={"home": self.home})
        spec = read_pipelines(project.pipelines)[pipeline]
        state = new_run(
            spec, selected(spec, only=only), window or Window(), "local", datetime.now(UTC), force=is_forced
        )
        engine = LakeEngine(
            self.lake, settings, project.jobs, state.run_id, spec.name, state.window, is_forced=is_forced
        )
        state = Runner(spec, engine, StateStore(self.home)).run(state)
        failed = {name: job.error for name, job in state.jobs.items() if job.outcome in {"failed", "not_run"}}
        assert not failed
        self.runs.append(state)
        return state

    def rows(self, table: Table) -> list[dict[str, object]]:
        """The table's rows by key, without the columns that only tell runs apart."""
        return comparable(self.lake.rows(table), table)

    def versions(self) -> Mapping[str, int | None]:
        """The Delta version of every table but ops'."""
        return {name: self.lake.version(TABLES[name]) for name in DATA_TABLES}


def comparable(rows: pa.Table, table: Table) -> list[dict[str, object]]:
    """Rows by key without the columns of a run."""
    names = [name for name in table.column_names if name not in OF_A_RUN]
    return sorted(rows.select(names).to_pylist(), key=lambda row: [str(row[name]) for name in table.key])


@pytest.fixture(scope="session")
def utility_at(request: pytest.FixtureRequest) -> Callable[[Path], Utility]:
    """An empty utility in a folder."""
    return lambda home: Utility(home, Lake(home, lambda: request.getfixturevalue("session")))


@pytest.fixture
def utility(tmp_path: Path, utility_at: Callable[[Path], Utility]) -> Utility:
    return utility_at(tmp_path)


@pytest.fixture(scope="session")
def readings_of() -> Callable[..., list[str]]:
    """`readings`, for tests to call."""
    return readings


@pytest.fixture(scope="session")
def comparable_rows() -> Callable[[pa.Table, Table], list[dict[str, object]]]:
    """`comparable`, for tests to call."""
    return comparable


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, utility_at: Callable[[Path], Utility]) -> Utility:
    """The synthetic sample after a whole daily run. Tests read it, or run again what must change nothing."""
    made = utility_at(tmp_path_factory.mktemp("town"))
    made.sample = write_sample(made.lake.landing, meters=36, days=90)
    made.run()
    return made


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landing folder of VILLAGE. Tests copy it."""
    out = tmp_path_factory.mktemp("village") / "utility"
    simulate(VILLAGE, out)
    return out / "landing"
