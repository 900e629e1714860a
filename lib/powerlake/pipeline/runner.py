"""Runs a pipeline: each job after those it waits for, each step on disk before the next begins."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from powerlake.errors import PowerlakeError, TableMissing
from powerlake.pipeline.attempt import CANCEL_GRACE_S, Attempts, try_job
from powerlake.pipeline.engine import Engine
from powerlake.pipeline.graph import in_order, needs, with_dependants
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.progress import Listener, Silent
from powerlake.pipeline.spec import JobSpec, PipelineSpec
from powerlake.pipeline.state import SETTLED, JobState, RunState, StateStore


class InputMissing(PowerlakeError):
    """A job was due but an input it cannot do without holds nothing."""

    def __init__(self, job: JobSpec, missing: Collection[str]) -> None:
        super().__init__(
            f"{job.job} was not run: {', '.join(missing)} {'holds' if len(missing) == 1 else 'hold'} nothing",
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

        A job's failure does not raise: it is in the state, jobs that need its outputs become `not_run`, and the others run.
        An interrupt is noted in the state and raised as Interrupted.
        """
        self._save(state)
        self._listener.run_started(state)
        for name, job_state in state.jobs.items():
            if job_state.outcome == "waiting":
                state = self._step(state, self._jobs[name])
        state = replace(state, ended_at=self._clock.now())
        self._save(state)
        self._listener.run_ended(state)
        return state

    def _step(self, state: RunState, job: JobSpec) -> RunState:
        """One job, settled without work where possible."""
        started = self._clock.now()
        settled = self._settled_without_work(state, job)
        if settled:
            return self._ended(state, job, replace(settled, started_at=started), None)
        state = state.with_job(job.job, JobState("running", started_at=started))
        self._save(state)
        self._listener.job_started(job)
        try:
            attempts = self._try(job)
        except KeyboardInterrupt as interrupt:
            return self._interrupted(state, job, interrupt)
        seconds = (self._clock.now() - started).total_seconds()
        outcome = replace(_outcome(job, attempts), started_at=started, seconds=seconds)
        state = self._ended(state, job, outcome, attempts.report)
        return self._stopped(state, job) if attempts.is_stuck else state
