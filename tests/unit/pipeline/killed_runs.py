"""Kills small runs with signal 9 at every step they take, resumes each, prints what came of it as JSON.

Run by test_state.py in a process of its own, so that forking is safe. A step is an execution, a record, and
three moments of each write of the state: the file just emptied, and before and after it takes its place, where it is
forced to the disk. The forcing itself is left out: a kill does not lose what the kernel has.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from powerlake.pipeline import state as state_module
from powerlake.pipeline.engine import Currency
from powerlake.pipeline.job import RunReport, Window
from powerlake.pipeline.runner import Runner, new_run, reopened, selected
from powerlake.pipeline.spec import JobSpec, PipelineSpec
from powerlake.pipeline.state import StateStore

PIPELINE = PipelineSpec(
    name="daily",
    owner="platform",
    description="two jobs",
    jobs=(
        JobSpec(job="silver.curves", owner="metering", writes=("silver.load_curves",)),
        JobSpec(job="gold.features", owner="metering", reads=("silver.load_curves",)),
    ),
)


class Steps:
    """Counts steps and kills the process before the one asked for."""

    def __init__(self, last: int) -> None:
        self.left = last

    def step(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


class Engine:
    """Adds a line to a file for each execution and each record."""

    def __init__(self, home: Path, steps: Steps) -> None:
        self.notes, self.steps = home / "notes", steps

    def note(self, text: str) -> None:
        self.steps.step()
        with self.notes.open("a") as handle:
            handle.write(text + "\n")

    def missing(self, job: JobSpec) -> tuple[str, ...]:
        return ()

    def currency(self, job: JobSpec) -> Currency:
        return Currency(False, "new")

    def execute(self, job: JobSpec, attempt: int) -> RunReport:
        self.note(f"execute {job.job}")
        return RunReport(counts={"published": 1})

    def cancel(self, job: JobSpec) -> None: ...

    def record(self, job: JobSpec, state: object, report: RunReport | None) -> None:
        self.note(f"record {job.job}")


def stepping(opened: Callable[..., IO[str]], steps: Steps) -> Callable[..., IO[str]]:
    """The same opening of files, with a step after a file was emptied to be written."""

    def _open(file: Path, mode: str = "r", **options: object) -> IO[str]:
        handle = opened(file, mode, **options)
        if mode == "w":
            steps.step()
        return handle

    return _open


def killed(home: Path, last: int) -> bool:
    """Runs the pipeline in a child that is killed before its step number `last`; False where it came to its end."""
    child = os.fork()
    if child == 0:
        steps = Steps(last)
        state_module.os.fsync = lambda handle: steps.step()
        Path.open = stepping(Path.open, steps)
        state = new_run(PIPELINE, selected(PIPELINE), Window(), "local", datetime.now(UTC))
        with StateStore(home).locked():
            Runner(PIPELINE, Engine(home, steps), StateStore(home)).run(state)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def resumed(home: Path) -> dict[str, object]:
    """What is there after the run was resumed."""
    store = StateStore(home)
    runs = list(store.newest_first())
    if runs and runs[0].outcome == "done":
        return {"is_done": True, "outcomes": [job.outcome for job in runs[0].jobs.values()]}
    if runs:
        state = reopened(store.to_resume("daily"))
        before = [name for name, job in state.jobs.items() if job.outcome == "done"]
    else:
        state, before = new_run(PIPELINE, selected(PIPELINE), Window(), "local", datetime.now(UTC)), []
    notes = home / "notes"
    done_twice = len(notes.read_text().splitlines()) if notes.exists() else 0
    with store.locked():
        end = Runner(PIPELINE, Engine(home, Steps(-1)), store).run(state)
    after = notes.read_text().splitlines()[done_twice:]
    return {
        "is_done": False,
        "same_run": not runs or end.run_id == runs[0].run_id,
        "outcomes": [job.outcome for job in end.jobs.values()],
        "done_before": before,
        "repeated": [name for name in before if f"execute {name}" in after],
        "records": sorted({line for line in notes.read_text().splitlines() if line.startswith("record")}),
    }


if __name__ == "__main__":
    state_module.os.fsync = lambda handle: None
    results = []
    for number in range(100):
        folder = Path(sys.argv[1]) / str(number)
        folder.mkdir()
        if not killed(folder, number):
            break
        results.append(resumed(folder))
    print(json.dumps(results))
