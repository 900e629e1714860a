"""Runs a pipeline: each job after those it waits for, each step on disk before the next begins."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from powerlake.errors import JobFailed, PowerlakeError, TableMissing
from powerlake.pipeline.attempt import CANCEL_GRACE_S, Attempts, exit_code_of, one_line, try_job
from powerlake.pipeline.engine import Engine
from powerlake.pipeline.graph import in_order, needs, with_dependants
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.progress import Listener, Silent
from powerlake.pipeline.spec import JobSpec, PipelineSpec
from powerlake.pipeline.state import SETTLED, JobState, RunState, StateStore

NAMED = 5
"""Missing inputs that a note names; it counts the others."""


class InputMissing(PowerlakeError):
    """A job was due but an input it cannot do without holds nothing."""

    def __init__(self, job: JobSpec, missing: Collection[str]) -> None:
        super().__init__(
            f"nothing in {', '.join(missing)}, which {job.job} needs",
            remedy="deliver the files or run the pipeline that writes it",
            job=job.job,
            missing=tuple(missing),
        )


class Interrupted(PowerlakeError):
    """The user stopped the run. It can be resumed."""

    exit_code = 130


@dataclass(frozen=True)
class Clock:
    """Time and chance, so that tests can give their own."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    grace_s: float = CANCEL_GRACE_S


def selected(pipeline: PipelineSpec, from_job: str | None = None, only: Collection[str] = ()) -> tuple[JobSpec, ...]:
    """The jobs to run, in order: all; `from_job` and those that wait for it; or the named ones alone.

    Raises ConfigurationError for a name the pipeline does not have.
    """
    jobs = in_order(pipeline.jobs)
    names = {pipeline.job(name).job for name in only}
    if from_job:
        names |= with_dependants(pipeline.jobs, pipeline.job(from_job).job)
    return tuple(job for job in jobs if job.job in names) if names else jobs


def new_run(
    pipeline: PipelineSpec, jobs: Collection[JobSpec], window: Window, env: str, now: datetime, *, force: bool = False
) -> RunState:
    """The state of a run that has not begun. Its run_id sorts by time."""
    run_id = f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{pipeline.name}"
    waiting = {job.job: JobState() for job in jobs}
    return RunState(run_id, pipeline.name, env, window, now, waiting, force)


def reopened(state: RunState) -> RunState:
    """A failed or killed run, ready to go on: same run_id and window; jobs that are done stay done."""
    jobs = {name: job if job.outcome in SETTLED else JobState() for name, job in state.jobs.items()}
    return replace(state, jobs=jobs, ended_at=None)


class Runner:
    """Executes one run. The caller holds the home's lock."""

    def __init__(
        self,
        pipeline: PipelineSpec,
        engine: Engine,
        store: StateStore,
        listener: Listener | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._jobs = {job.job: job for job in pipeline.jobs}
        self._needs = needs(pipeline.jobs)
        self._engine = engine
        self._store = store
        self._listener = listener or Silent()
        self._clock = clock or Clock()

    def run(self, state: RunState) -> RunState:
        """Runs every job of the state that is waiting, and returns the run's end state.

        A job's failure does not raise: it is in the state, jobs that need its outputs become `not_run`, the others run.
        An interrupt raises Interrupted and leaves a state that can be resumed, as a kill does.
        """
        self._store.save(state)
        self._listener.run_started(state)
        stuck = ""
        for name in [name for name, job in state.jobs.items() if job.outcome == "waiting"]:
            if stuck:
                state = self._ended(state, self._jobs[name], _not_run(f"{stuck} would not stop"), Attempts(0))
                continue
            state, attempts = self._step(state, self._jobs[name])
            stuck = name if attempts.is_stuck else ""
        state = replace(state, ended_at=self._clock.now())
        self._store.save(state)
        self._listener.run_ended(state)
        return state

    def _step(self, state: RunState, job: JobSpec) -> tuple[RunState, Attempts]:
        """One job, from its start to its end on disk."""
        started = self._clock.now()
        try:
            settled = self._settled_without_work(state, job)
            if settled:
                return self._ended(state, job, replace(settled, started_at=started), Attempts(0)), Attempts(0)
            state = state.with_job(job.job, JobState("running", started_at=started))
            self._store.save(state)
            self._listener.job_started(job)
            attempts = self._try(job)
        except KeyboardInterrupt as error:
            remedy = f"`powerlake run {state.pipeline} --resume` goes on"
            raise Interrupted(f"stopped in {job.job}", remedy=remedy, run_id=state.run_id) from error
        except Exception as error:
            attempts = Attempts(0, error=error)
        seconds = (self._clock.now() - started).total_seconds()
        ended = replace(job_state(job, attempts), started_at=started, seconds=seconds)
        return self._ended(state, job, ended, attempts), attempts

    def _settled_without_work(self, state: RunState, job: JobSpec) -> JobState | None:
        """The end of a job that is not to be run: blocked, without input, or up to date. None where it is to run.

        Raises InputMissing where it cannot do without an input that no job of this run writes.
        """
        outcomes = {name: state.jobs[name].outcome for name in self._needs[job.job] if name in state.jobs}
        blocking = sorted(name for name, outcome in outcomes.items() if outcome in {"failed", "not_run"})
        if blocking:
            return _not_run(f"needs {', '.join(blocking)}, which did not end well")
        missing = self._engine.missing(job)
        if missing:
            if job.reads and not (job.optional or outcomes):
                raise InputMissing(job, missing)
            return JobState("left_out", note=_leaves_out(job, missing))
        if state.force:
            return None
        currency = self._engine.currency(job)
        return JobState("unchanged", note=currency.reason) if currency.is_current else None

    def _try(self, job: JobSpec) -> Attempts:
        return try_job(
            job,
            execute=lambda attempt: self._engine.execute(job, attempt),
            cancel=lambda: self._engine.cancel(job),
            on_retry=lambda attempt, error, wait: self._listener.attempt_failed(job, attempt, error, wait),
            sleep=self._clock.sleep,
            chance=self._clock.chance,
            grace_s=self._clock.grace_s,
        )

    def _ended(self, state: RunState, job: JobSpec, ended: JobState, attempts: Attempts) -> RunState:
        """The state with the job's end in it, recorded by the engine first: a job is done once its record is."""
        error = attempts.error
        try:
            self._engine.record(job, ended, attempts.report)
        except Exception as refused:
            error = refused
            ended = replace(ended, outcome="failed", error=one_line(refused), exit_code=exit_code_of(refused))
        state = state.with_job(job.job, ended)
        self._store.save(state)
        self._listener.job_ended(job, ended, error)
        return state


def job_state(job: JobSpec, attempts: Attempts) -> JobState:
    """How a job that was tried ended."""
    error, report = attempts.error, attempts.report
    if isinstance(error, TableMissing) and job.optional:
        return JobState("left_out", attempts.count, note=_leaves_out(job, (str(error.facts["name"]),)))
    if error is not None:
        return JobState("failed", attempts.count, error=one_line(error), exit_code=exit_code_of(error))
    report = report or RunReport()
    exit_code = JobFailed.exit_code if report.outcome == "failed" else 0
    return JobState(report.outcome, attempts.count, counts=report.counts, note=report.note, exit_code=exit_code)


def _not_run(note: str) -> JobState:
    return JobState("not_run", note=note)


def _leaves_out(job: JobSpec, missing: Collection[str]) -> str:
    made = [name for name in job.writes if not name.startswith(("quarantine.", "ops."))]
    first = ", ".join(list(missing)[:NAMED])
    others = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return f"without {first}{others} there is no {', '.join(made) or job.job}"
