"""The runner: order, retries, time-out, what a failure stops and what it does not, resume."""

import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError, EnvironmentProblem, PowerlakeError, TableMissing
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.runner import Interrupted, Runner, new_run, reopened, selected
from powerlake.pipeline.state import RunState, StateStore
from powerlake.tables import TABLES

NOW = datetime(2026, 3, 1, 5, 30, tzinfo=UTC)
ALL = ["bronze.raw", "silver.curves", "gold.features", "ml.segments", "report.page"]


def failing(error: BaseException, times: int = 99):
    def work(attempt: int) -> RunReport:
        if attempt <= times:
            raise error
        return RunReport(counts={"published": attempt})

    return work


@pytest.fixture
def run(tmp_path: Path, fake_clock):
    """Runs a pipeline with an engine and returns the end state; `state` goes on with an earlier one."""

    def _run(pipeline, engine, state: RunState | None = None, force: bool = False) -> RunState:
        state = state or new_run(pipeline, selected(pipeline), Window(), "local", NOW, force=force)
        return Runner(pipeline, engine, StateStore(tmp_path), clock=fake_clock.clock()).run(state)

    return _run


def outcomes(state: RunState) -> dict[str, str]:
    return {name: job.outcome for name, job in state.jobs.items()}


def test_runs_every_job_in_order_and_records_it(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine(silver__curves=lambda attempt: RunReport(counts={"published": 48}))
    state = run(pipeline_of(), engine)
    assert engine.executed == [(name, 1) for name in ALL]
    assert engine.recorded == dict.fromkeys(ALL, "done")
    assert (state.outcome, state.exit_code, state.jobs["silver.curves"].counts) == ("done", 0, {"published": 48})


def test_what_is_current_is_not_done_again_unless_forced(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine()
    engine.current = {"bronze.raw", "silver.curves"}
    state = run(pipeline_of(), engine)
    assert [name for name, _ in engine.executed] == ALL[2:]
    assert (state.jobs["bronze.raw"].outcome, state.jobs["bronze.raw"].note) == ("unchanged", "as in run 7")
    assert run(pipeline_of(), engine, force=True).jobs["bronze.raw"].outcome == "done"


def test_retries_with_waits_that_double(run, pipeline_of, fake_engine, fake_clock) -> None:
    engine = fake_engine(silver__curves=failing(OSError("connection reset"), times=3))
    state = run(pipeline_of(silver__curves={"retries": 3, "backoff_seconds": 4.0}), engine)
    assert fake_clock.slept == [4.0, 8.0, 16.0]
    silver = state.jobs["silver.curves"]
    assert (silver.outcome, silver.attempts, silver.seconds, silver.counts) == ("done", 4, 28.0, {"published": 4})


def test_a_failure_stops_what_needs_it_and_nothing_else(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine(gold__features=failing(ValueError("first line\nsecond line")))
    state = run(pipeline_of(gold__features={"retries": 1}), engine)
    assert outcomes(state) == {**dict.fromkeys(ALL, "done"), "gold.features": "failed"}
    assert (state.jobs["gold.features"].error, state.jobs["gold.features"].attempts) == ("ValueError: first line", 2)
    assert (state.outcome, state.exit_code) == ("failed", 1)


def test_what_needs_a_failed_job_is_not_run_but_the_page_is(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine(bronze__raw=failing(PowerlakeError("no")))
    state = run(pipeline_of(), engine)
    assert outcomes(state) == {
        **dict.fromkeys(ALL, "not_run"),
        "bronze.raw": "failed",
        "report.page": "done",
    }
    assert state.jobs["gold.features"].note == "needs silver.curves, which did not end well"


@pytest.mark.parametrize(("error", "code"), [(PowerlakeError("x"), 1), (EnvironmentProblem("no Java"), 3)])
def test_errors_raised_on_purpose_are_not_retried(run, pipeline_of, fake_engine, error, code) -> None:
    engine = fake_engine(bronze__raw=failing(error))
    state = run(pipeline_of(), engine)
    assert (state.jobs["bronze.raw"].attempts, state.exit_code) == (1, code)


def test_a_timeout_cancels_and_fails_without_a_retry(run, pipeline_of, fake_engine) -> None:
    stop = threading.Event()

    def slow(attempt: int) -> RunReport:
        stop.wait(10)
        return RunReport()

    engine = fake_engine(ml__segments=slow)
    engine.cancel = lambda job: stop.set()
    state = run(pipeline_of(ml__segments={"timeout_minutes": 0.0005}), engine)
    assert state.jobs["ml.segments"].error == (
        "ml.segments took longer than 0.0005 minutes; "
        "raise timeout_minutes in pipelines.yaml or give it a smaller window"
    )
    assert engine.executed.count(("ml.segments", 1)) == 1
    assert state.jobs["report.page"].outcome == "done"


def test_after_a_job_that_will_not_stop_nothing_is_run(run, pipeline_of, fake_engine) -> None:
    release = threading.Event()
    engine = fake_engine(silver__curves=lambda attempt: release.wait(10) or RunReport())
    state = run(pipeline_of(silver__curves={"timeout_minutes": 0.0005}), engine)
    release.set()
    assert engine.cancelled == ["silver.curves"]
    assert outcomes(state)["report.page"] == "not_run"
    assert state.jobs["report.page"].note == "silver.curves would not stop"


def test_a_needed_input_that_holds_nothing_fails_the_job(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine()
    engine.empty = {"landing:metering/load_curves"}
    state = run(pipeline_of(), engine)
    assert state.jobs["bronze.raw"].error == (
        "nothing in landing:metering/load_curves, which bronze.raw needs; "
        "deliver the files or run the pipeline that writes it"
    )
    assert state.jobs["bronze.raw"].attempts == 0


def test_an_optional_job_is_left_out_and_so_is_what_hangs_on_it(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine()
    engine.empty = {"landing:metering/load_curves", "bronze.load_curves_raw", "silver.load_curves"}
    state = run(pipeline_of(bronze__raw={"optional": True}), engine)
    assert outcomes(state) == {**dict.fromkeys(ALL, "left_out"), "report.page": "done"}
    assert state.jobs["silver.curves"].note == "without bronze.load_curves_raw there is no silver.load_curves"
    assert state.exit_code == 0


def test_a_job_whose_input_stays_empty_after_its_writer_is_left_out(run, pipeline_of, fake_engine) -> None:
    """Every file was refused, say: nothing failed, so nothing fails here."""
    engine = fake_engine()
    engine.empty = {"bronze.load_curves_raw"}
    state = run(pipeline_of(), engine)
    assert (state.jobs["bronze.raw"].outcome, state.jobs["silver.curves"].outcome) == ("done", "left_out")
    assert state.exit_code == 0


def test_a_job_that_reads_what_is_there_is_left_out_where_nothing_is(run, pipeline_of, fake_engine) -> None:
    """Also in a pipeline where it is not optional. A page, which is no table, is written all the same."""
    engine = fake_engine()
    features = {"reads": (), "reads_if_there": ("silver.load_curves", "silver.meters")}
    engine.empty = {"silver.load_curves", "gold.daily_load_features", "gold.customer_segments"}
    assert run(pipeline_of(gold__features=features), engine).jobs["gold.features"].outcome == "done"
    engine.empty |= {"silver.meters"}
    state = run(pipeline_of(gold__features=features), engine)
    assert state.jobs["gold.features"].note == (
        "without silver.load_curves, silver.meters there is no gold.daily_load_features"
    )
    assert (state.jobs["report.page"].outcome, state.exit_code) == ("done", 0)


def test_a_note_counts_the_missing_inputs_beyond_a_handful(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine()
    names = tuple(name for name in TABLES if name.startswith("silver."))[:8]
    engine.empty = {*names, "gold.daily_load_features", "gold.customer_segments"}
    state = run(pipeline_of(gold__features={"reads": (), "reads_if_there": names}), engine)
    assert state.jobs["gold.features"].note == (
        f"without {', '.join(names[:5])} and 3 more there is no gold.daily_load_features"
    )


def test_an_optional_job_that_finds_a_table_missing_is_left_out(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine(ml__segments=failing(TableMissing("gold.dim_customer")))
    state = run(pipeline_of(ml__segments={"optional": True}), engine)
    assert state.jobs["ml.segments"].note == "without gold.dim_customer there is no gold.customer_segments"


def test_a_job_without_a_record_is_not_done(run, pipeline_of, fake_engine) -> None:
    engine = fake_engine()

    def full_disk(job, state, report) -> None:
        if job.job == "silver.curves":
            raise OSError("No space left on device")

    engine.record = full_disk
    state = run(pipeline_of(), engine)
    assert (state.jobs["silver.curves"].outcome, state.jobs["silver.curves"].error) == (
        "failed",
        "OSError: No space left on device",
    )


def test_an_interrupt_leaves_a_run_to_resume(run, pipeline_of, fake_engine, tmp_path) -> None:
    engine = fake_engine(silver__curves=failing(OSError("reset")))

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    pipeline = pipeline_of()
    store = StateStore(tmp_path)
    state = new_run(pipeline, selected(pipeline), Window(), "local", NOW)
    clock = type(Runner(pipeline, engine, store)._clock)(sleep=interrupted)
    with pytest.raises(Interrupted, match=r"stopped in silver\.curves; `powerlake run daily --resume` goes on"):
        Runner(pipeline, engine, store, clock=clock).run(state)
    assert outcomes(store.to_resume("daily"))["silver.curves"] == "running"


def test_resume_keeps_run_id_and_window_and_repeats_nothing_done(run, pipeline_of, fake_engine, tmp_path) -> None:
    pipeline = pipeline_of(silver__curves={"retries": 0})
    window = Window(date(2026, 2, 1), date(2026, 2, 28))
    first = new_run(pipeline, selected(pipeline), window, "local", NOW)
    run(pipeline, fake_engine(silver__curves=failing(OSError("reset"))), first)
    again = reopened(StateStore(tmp_path).to_resume("daily"))
    engine = fake_engine()
    state = run(pipeline, engine, again)
    assert [name for name, _ in engine.executed] == ALL[1:4]
    assert (state.run_id, state.window, state.outcome) == (first.run_id, window, "done")
    with pytest.raises(ConfigurationError, match="no run of daily failed or was killed; run it without --resume"):
        StateStore(tmp_path).to_resume("daily")


def test_selection(pipeline_of) -> None:
    pipeline = pipeline_of()
    names = [job.job for job in selected(pipeline, from_job="gold.features")]
    assert names == ["gold.features", "report.page"]
    assert [job.job for job in selected(pipeline, only=["report.page", "bronze.raw"])] == ["bronze.raw", "report.page"]
    with pytest.raises(ConfigurationError, match=r"has no job gold\.nothing"):
        selected(pipeline, only=["gold.nothing"])


def test_run_ids_sort_by_time(pipeline_of) -> None:
    pipeline = pipeline_of()
    assert new_run(pipeline, [], Window(), "local", NOW).run_id == "20260301T053000000Z-daily"
