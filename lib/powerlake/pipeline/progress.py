"""How a run is told while it goes on: a moving display on a terminal, plain lines elsewhere, JSON lines in a log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from powerlake.pipeline.attempt import one_line
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import SETTLED, JobState, RunState

MARKS = {"done": "✓", "unchanged": "=", "left_out": "○", "failed": "✗", "not_run": "–"}


class Listener(Protocol):
    """Is told what happens in a run, as it happens."""

    def run_started(self, state: RunState) -> None: ...
    def job_started(self, job: JobSpec) -> None: ...
    def progressed(self, done: int, total: int) -> None: ...
    def attempt_failed(self, job: JobSpec, attempt: int, error: BaseException, wait_s: float) -> None: ...
    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None: ...
    def run_ended(self, state: RunState) -> None: ...


class Silent:
    """Tells nobody; the base of listeners that care for a part."""

    def run_started(self, state: RunState) -> None: ...
    def job_started(self, job: JobSpec) -> None: ...
    def progressed(self, done: int, total: int) -> None: ...
    def attempt_failed(self, job: JobSpec, attempt: int, error: BaseException, wait_s: float) -> None: ...
    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None: ...
    def run_ended(self, state: RunState) -> None: ...


class Several:
    """Tells several listeners, in order."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners

    def run_started(self, state: RunState) -> None:
        for listener in self._listeners:
            listener.run_started(state)

    def job_started(self, job: JobSpec) -> None:
        for listener in self._listeners:
            listener.job_started(job)

    def progressed(self, done: int, total: int) -> None:
        for listener in self._listeners:
            listener.progressed(done, total)

    def attempt_failed(self, job: JobSpec, attempt: int, error: BaseException, wait_s: float) -> None:
        for listener in self._listeners:
            listener.attempt_failed(job, attempt, error, wait_s)

    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None:
        for listener in self._listeners:
            listener.job_ended(job, state, error)

    def run_ended(self, state: RunState) -> None:
        for listener in self._listeners:
            listener.run_ended(state)


class Lines(Silent):
    """One plain line an event."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def run_started(self, state: RunState) -> None:
        self._say(f"{state.pipeline}: run {state.run_id}")
        for name, job in state.jobs.items():
            if job.outcome in SETTLED:
                self._say(f"{MARKS[job.outcome]} {name} {job.outcome} before")

    def job_started(self, job: JobSpec) -> None:
        self._say(f"  {job.job} …")

    def attempt_failed(self, job: JobSpec, attempt: int, error: BaseException, wait_s: float) -> None:
        self._say(
            f"! {job.job} attempt {attempt} of {job.retries + 1} failed, again in {wait_s:.0f} s: {one_line(error)}"
        )

    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None:
        self._say(ended_line(job.job, state))

    def run_ended(self, state: RunState) -> None:
        seconds = sum(job.seconds for job in state.jobs.values())
        self._say(f"{state.pipeline}: {state.outcome} in {seconds:.1f} s of work")
        if state.outcome == "failed":
            self._say(f"`powerlake run {state.pipeline} --resume` goes on from here")

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class Display(Lines):
    """The same lines, and below them the job under way with its time and, where it counts, its share done."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=True,
        )  # fmt: skip
        self._task: TaskID | None = None

    def run_started(self, state: RunState) -> None:
        super().run_started(state)
        self._progress.start()

    def job_started(self, job: JobSpec) -> None:
        self._task = self._progress.add_task(job.job, total=None)

    def progressed(self, done: int, total: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=done, total=total)

    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        super().job_ended(job, state, error)

    def run_ended(self, state: RunState) -> None:
        self._progress.stop()
        super().run_ended(state)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()


def ended_line(name: str, state: JobState) -> str:
    """How a job ended, in a line: `✓ silver.load_curves done in 3.1 s: published 4,800`."""
    line = f"{MARKS.get(state.outcome, ' ')} {name} {state.outcome}"
    if state.attempts:
        line += f" in {state.seconds:.1f} s"
    if state.attempts > 1:
        line += f", {state.attempts} attempts"
    counts = ", ".join(f"{key} {value:,}" for key, value in state.counts.items() if value)
    said = "; ".join(part for part in (state.error, state.note, counts) if part)
    return f"{line}: {said}" if said else line
