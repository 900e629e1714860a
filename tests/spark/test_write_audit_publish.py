"""A job's one way to publish: nobody sees a row that the audit refuses, and what it warns of is kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from deltalake import DeltaTable

from powerlake.errors import ExpectationFailed
from powerlake.lake.staging import stage_rows
from powerlake.lake.store import Lake
from powerlake.pipeline import lake_engine
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

QUARANTINE = quarantine_of(CUSTOMER_SEGMENTS)
SEGMENTS_JOB = JobSpec(job="ml.customer_segments", owner="o", writes=(CUSTOMER_SEGMENTS.name,))


@pytest.fixture
def ctx(lake: Lake, repository: Path) -> JobContext:
    return JobContext(lake, load_settings(Project(repository), "local"), "run-1")


@contextmanager
def watched(path: Path) -> Iterator[list[tuple[str, ...]]]:
    """The customers that a reader who looks all the time has seen, each state once, in order."""
    seen: list[tuple[str, ...]] = []
    done = threading.Event()

    def look() -> None:
        while True:
            last = done.is_set()
            state = tuple(sorted(DeltaTable(path).to_pyarrow_table()["customer_id"].to_pylist()))
            if state not in seen[-1:]:
                seen.append(state)
            if last:
                return

    reader = threading.Thread(target=look)
    reader.start()
    try:
        yield seen
    finally:
        done.set()
        reader.join()


def test_rows_an_expectation_refuses_are_never_seen(ctx: JobContext, frame) -> None:
    ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "old"}))
    with watched(ctx.lake.path(CUSTOMER_SEGMENTS)) as seen, pytest.raises(ExpectationFailed) as caught:
        ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "new", "days": 0}))
    assert seen == [("old",)]
    assert caught.value.facts["table"] == "gold.customer_segments"
    assert caught.value.facts["failed"] == (
        "between(column=days, low=1, high=None, mostly=0.5): 100.00 % of values do not",
    )


@pytest.fixture
def execute(lake: Lake, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., JobState]:
    """`execute(run)`: the engine does a job whose `run(ctx)` is given, and records how it ended."""

    def executed(run: Callable[[JobContext], RunReport]) -> JobState:
        monkeypatch.setattr(lake_engine, "load_job", lambda job, jobs: SimpleNamespace(run=run))
        settings = load_settings(Project(repository), "local")
        engine = LakeEngine(lake, settings, repository / "jobs", "run-7", "daily", Window())
        report, state = None, JobState("done", 1)
        try:
            report = engine.execute(SEGMENTS_JOB, 1)
        except ExpectationFailed as error:
            state = JobState("failed", 1, error=str(error))
        engine.record(SEGMENTS_JOB, state, report)
        return state

    return executed


def test_a_verdict_that_stops_publication_is_on_record_though_no_reader_saw_a_row(
    lake: Lake, execute: Callable[..., JobState], frame
) -> None:
    def publishing(*rows: dict[str, object]) -> Callable[[JobContext], RunReport]:
        made = frame(CUSTOMER_SEGMENTS, *rows).coalesce(1)  # the row rule sees a key twice within a task
        return lambda ctx: ctx.report(counts={"customers": ctx.publish_frame(CUSTOMER_SEGMENTS, made)})

    assert execute(publishing({"customer_id": "old"})).outcome == "done"
    bad = [{"customer_id": f"bad{number % 40}", "days": 0} for number in range(60)]
    mixed = [*bad, {"customer_id": "odd", "distance": -1.0}]
    with watched(lake.path(CUSTOMER_SEGMENTS)) as seen:
        assert execute(publishing(*mixed)).outcome == "failed"
    assert seen == [("old",)]
    assert not len(lake.rows(QUARANTINE))
    rows = lake.rows(QUALITY_CHECKS).sort_by("checked_at").to_pylist()
    last = {row["rule"]: row for row in rows}
    between = last["between(column=days, low=1, high=None, mostly=0.5)"]
    assert (between["outcome"], between["severity"], between["failing"]) == ("failed", "error", between["checked"])
    assert (between["observed"], between["expected_low"]) == (0.0, 0.5)
    assert between["found"] == "100.00 % of values do not"
    assert (last["distance_not_negative"]["outcome"], last["distance_not_negative"]["failing"]) == ("warned", 1)
    assert (last["key_repeated"]["outcome"], last["key_repeated"]["failing"]) == ("warned", 20)
    assert {last[rule]["outcome"] for rule in ("has_rows(at_least=1)", "unique(columns=('customer_id',))")} == {"held"}
    assert {(row["job"], row["run_id"], row["dataset"]) for row in rows} == {
        ("ml.customer_segments", "run-7", "gold.customer_segments")
    }
    assert sorted(lake.rows(JOB_RUNS)["outcome"].to_pylist()) == ["done", "failed"]


def test_a_job_that_publishes_nothing_judges_nothing(lake: Lake, execute: Callable[..., JobState]) -> None:
    assert execute(lambda ctx: ctx.report("unchanged")).outcome == "done"
    assert lake.version(QUALITY_CHECKS) is None
    assert len(lake.rows(JOB_RUNS)) == 1


def test_a_frame_takes_the_place_of_the_rows_at_one_moment(ctx: JobContext, frame) -> None:
    ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "old"}))
    new = frame(CUSTOMER_SEGMENTS, *({"customer_id": f"c{number}"} for number in range(4))).repartition(2)
    with watched(ctx.lake.path(CUSTOMER_SEGMENTS)) as seen:
        assert ctx.publish_frame(CUSTOMER_SEGMENTS, new) == 4
    assert seen == [("old",), ("c0", "c1", "c2", "c3")]


def test_no_rows_at_all_do_not_pass_has_rows(ctx: JobContext, frame) -> None:
    """A job that comes out empty must not empty its table."""
    ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "old"}))
    with pytest.raises(ExpectationFailed, match="has_rows"):
        ctx.publish_frame(CUSTOMER_SEGMENTS, ctx.lake.empty_frame(CUSTOMER_SEGMENTS))
    assert ctx.lake.read(CUSTOMER_SEGMENTS).count() == 1


def test_wrong_rows_are_published_to_quarantine_beside_the_right_ones(ctx: JobContext, frame) -> None:
    mixed = frame(CUSTOMER_SEGMENTS, {"customer_id": "c1"}, {"customer_id": "c2", "distance": -1.0})
    assert ctx.publish_frame(CUSTOMER_SEGMENTS, mixed) == 1
    assert [row["customer_id"] for row in ctx.read(CUSTOMER_SEGMENTS).collect()] == ["c1"]
    (refused,) = ctx.read(QUARANTINE).collect()
    assert (refused["reason"], refused["run_id"]) == ("distance_not_negative", "run-1")
    report = ctx.report()
    assert report.written_versions == {CUSTOMER_SEGMENTS.name: 1, QUARANTINE.name: 1}
    assert report.read_versions == {CUSTOMER_SEGMENTS.name: 1, QUARANTINE.name: 1}


def test_a_warning_is_kept_with_what_was_found_and_stops_nothing(ctx: JobContext, rows) -> None:
    gaps = {"kwh": [0.5] * 48, "quality": [1] * 48, "points": 48, "missing_points": 30}
    ctx.publish(LOAD_CURVES, stage_rows(LOAD_CURVES, ctx.lake.home, rows(LOAD_CURVES, gaps), ctx.stamp(1)))
    assert ctx.lake.read(LOAD_CURVES).count() == 1
    assert ctx.report().warnings == {"mean_between(column=missing_points, low=0.0, high=24.0)": "found 30.0"}


def test_a_ledger_is_published_in_the_same_step(ctx: JobContext, rows) -> None:
    curves = stage_rows(LOAD_CURVES, ctx.lake.home, rows(LOAD_CURVES, {}), ctx.stamp(1))
    ledger = stage_rows(LANDING_FILES, ctx.lake.home, rows(LANDING_FILES, {}), ctx.stamp(1))
    ctx.publish(LOAD_CURVES, curves, watermarks={"bronze.load_curves_raw": 4}, alongside=[(LANDING_FILES, ledger)])
    assert ctx.lake.read(LANDING_FILES).count() == 1
    assert ctx.lake.watermark(LOAD_CURVES, "bronze.load_curves_raw") == 4


def test_a_job_remembers_the_version_it_read_though_the_table_moved_on(ctx: JobContext, frame) -> None:
    ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "c1"}))
    ctx.read(CUSTOMER_SEGMENTS)
    ctx.publish_frame(CUSTOMER_SEGMENTS, frame(CUSTOMER_SEGMENTS, {"customer_id": "c2"}))
    version = ctx.report().read_versions[CUSTOMER_SEGMENTS.name]
    rows = ctx.lake.read(CUSTOMER_SEGMENTS, version).collect()
    assert [row["customer_id"] for row in rows] == ["c1"]
