"""The state of runs on disk: what a run was asked for and how far it came. It survives a kill at any point.

One JSON file a run below `<home>/state/runs`. A file is replaced as a whole, so a reader meets the old or the new
state, never a part of one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, Self

from pydantic import TypeAdapter, ValidationError

from powerlake.atomic import write_atomically
from powerlake.errors import ConfigurationError, PowerlakeError
from powerlake.pipeline.job import Window

JobOutcome = Literal["waiting", "running", "done", "unchanged", "left_out", "failed", "not_run"]
"""How far a job came. `waiting` and `running` in the state of a run that has ended: it was killed."""

SETTLED = frozenset({"done", "unchanged"})
"""Outcomes that a resumed run leaves alone."""


class HomeBusy(PowerlakeError):
    """Another run works on the same home."""

    def __init__(self, home: Path, holder: str) -> None:
        super().__init__(f"another run is at work in {home}: {holder}", remedy="wait for it to end", holder=holder)


@dataclass(frozen=True)
class JobState:
    """How far one job of a run came."""

    outcome: JobOutcome = "waiting"
    attempts: int = 0
    started_at: datetime | None = None
    seconds: float = 0.0
    """Retries and waits included."""
    counts: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    error: str = ""
    exit_code: int = 0


@dataclass(frozen=True)
class RunState:
    """What a run was asked for, and the state of each of its jobs in the order they run."""

    run_id: str
    pipeline: str
    env: str
    window: Window
    created_at: datetime
    jobs: Mapping[str, JobState]
    force: bool = False
    ended_at: datetime | None = None

    def with_job(self, name: str, job: JobState) -> Self:
        """The same run with one job's state replaced."""
        return replace(self, jobs={**self.jobs, name: job})

    @property
    def outcome(self) -> Literal["running", "done", "failed"]:
        """`running` also where the run was killed; `failed` where a job failed."""
        if self.ended_at is None:
            return "running"
        return "failed" if self.exit_code else "done"

    @property
    def exit_code(self) -> int:
        """0, or the highest exit code among the jobs' errors."""
        return max((job.exit_code for job in self.jobs.values()), default=0)


_STATE = TypeAdapter(RunState)


class StateStore:
    """The states below a home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "state" / "runs"

    def save(self, state: RunState) -> None:
        """Puts the state on disk, in one step, before it returns."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._folder / f"{state.run_id}.json", _STATE.dump_json(state, indent=1).decode())

    def load(self, run_id: str) -> RunState:
        """The state of a run. Raises ConfigurationError where there is none or its file was changed by hand."""
        file = self._folder / f"{run_id}.json"
        try:
            return _STATE.validate_json(file.read_bytes())
        except FileNotFoundError as error:
            raise ConfigurationError(f"there is no run {run_id}", remedy="`powerlake status` lists them") from error
        except (OSError, ValidationError) as error:
            raise ConfigurationError(f"the state of run {run_id} is not readable", remedy=f"remove {file}") from error

    def newest_first(self, pipeline: str | None = None) -> Iterator[RunState]:
        """The states of all runs, or of one pipeline's."""
        for file in sorted(self._folder.glob("*.json"), reverse=True):
            state = self.load(file.stem)
            if pipeline in {None, state.pipeline}:
                yield state

    def to_resume(self, pipeline: str) -> RunState:
        """The newest run of the pipeline that failed or was killed. Raises ConfigurationError where there is none."""
        for state in self.newest_first(pipeline):
            if state.outcome != "done":
                return state
        raise ConfigurationError(f"no run of {pipeline} failed or was killed", remedy="run it without --resume")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the home for this process, so that two runs never interleave. Raises HomeBusy.

        The lock is the kernel's (flock), so it ends with the process that holds it, however that ends: no stale lock.
        """
        file = self._home / "state" / "lock"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+") as handle:
            _claim(handle, self._home)
            yield


def _claim(handle: IO[str], home: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        handle.seek(0)
        raise HomeBusy(home, handle.read().strip() or "a process unknown") from error
    handle.truncate(0)
    handle.write(f"process {os.getpid()} on {os.uname().nodename}")
    handle.flush()
