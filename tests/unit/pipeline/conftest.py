"""An engine that executes nothing, and pipelines of tables that exist."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from powerlake.pipeline.engine import Currency
from powerlake.pipeline.job import RunReport
from powerlake.pipeline.runner import Clock
from powerlake.pipeline.spec import JobSpec, PipelineSpec

BRONZE, SILVER, GOLD, SEGMENTS = (
    "bronze.load_curves_raw",
    "silver.load_curves",
    "gold.daily_load_features",
    "gold.customer_segments",
)


class FakeEngine:
    """Does what its `work` says for a job, and remembers what it was asked."""

    def __init__(self, **work: Callable[[int], RunReport]) -> None:
        self.work = {name.replace("__", "."): do for name, do in work.items()}
        self.executed: list[tuple[str, int]] = []
        self.recorded: dict[str, str] = {}
        self.cancelled: list[str] = []
        self.empty: set[str] = set()
        self.current: set[str] = set()

    def missing(self, job: JobSpec) -> tuple[str, ...]:
        if job.reads or not job.writes:
            return tuple(name for name in job.reads if name in self.empty)
        return () if set(job.inputs) - self.empty else job.inputs

    def currency(self, job: JobSpec) -> Currency:
        return Currency(job.job in self.current, "as in run 7" if job.job in self.current else "it has not run yet")

    def execute(self, job: JobSpec, attempt: int) -> RunReport:
        self.executed.append((job.job, attempt))
        return self.work.get(job.job, lambda attempt: RunReport())(attempt)

    def cancel(self, job: JobSpec) -> None:
        self.cancelled.append(job.job)

    def record(self, job: JobSpec, state: object, report: RunReport | None) -> None:
        self.recorded[job.job] = state.outcome


class FakeClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep, chance=lambda: 0.5, grace_s=0.2)


def chain(**changes: dict[str, object]) -> PipelineSpec:
    """Landing → bronze → silver → gold and segments → a page that uses what is there. `changes` by job file name."""
    keys: dict[str, dict[str, object]] = {
        "bronze.raw": {"reads": ("landing:metering/load_curves",), "writes": (BRONZE,)},
        "silver.curves": {"reads": (BRONZE,), "writes": (SILVER,)},
        "gold.features": {"reads": (SILVER,), "writes": (GOLD,)},
        "ml.segments": {"reads": (SILVER,), "writes": (SEGMENTS,)},
        "report.page": {"reads_if_there": (GOLD, SEGMENTS)},
    }
    for name, change in changes.items():
        keys[name.replace("__", ".")] |= change
    jobs = tuple(JobSpec(job=name, owner="platform", **body) for name, body in keys.items())
    return PipelineSpec(name="daily", owner="platform", description="a chain", jobs=jobs)


@pytest.fixture
def fake_engine() -> type[FakeEngine]:
    return FakeEngine


@pytest.fixture
def fake_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def pipeline_of() -> Callable[..., PipelineSpec]:
    return chain


@pytest.fixture(autouse=True)
def unforced_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out fsync, which takes most of the time of these tests and shows only in a power cut."""
    monkeypatch.setattr("os.fsync", lambda handle: None)
