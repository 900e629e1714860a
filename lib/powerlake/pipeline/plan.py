"""What a run would do, without doing it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from powerlake.pipeline.engine import Engine
from powerlake.pipeline.graph import needs, waits_for
from powerlake.pipeline.spec import JobSpec


@dataclass(frozen=True)
class Step:
    """What a run would do with one job. `depends`: it runs if a job before it changes what it reads."""

    job: JobSpec
    action: Literal["run", "depends", "unchanged", "left_out", "blocked"]
    reason: str


def planned(jobs: Sequence[JobSpec], engine: Engine, *, force: bool = False) -> tuple[Step, ...]:
    """A step for each of `jobs`, which are in the order they run. Changes nothing."""
    waiting, needed = waits_for(jobs), needs(jobs)
    steps: dict[str, Step] = {}
    for job in jobs:
        blocking = [name for name in sorted(needed[job.job]) if steps[name].action == "blocked"]
        active = [steps[name] for name in sorted(waiting[job.job]) if steps[name].action in {"run", "depends"}]
        if blocking:
            steps[job.job] = Step(job, "blocked", f"needs {', '.join(blocking)}")
        else:
            steps[job.job] = _step(job, engine, active, force, is_written=bool(needed[job.job] & steps.keys()))
    return tuple(steps.values())


def _step(job: JobSpec, engine: Engine, before: Collection[Step], force: bool, *, is_written: bool) -> Step:
    """The step of a job that nothing blocks; `before` are the steps that may change what it reads.

    `is_written`: a job of the same run writes something it needs, so where nothing comes of that it is left out.
    """
    made = {table for step in before for table in step.job.writes}
    missing = engine.missing(job)
    if not job.reads and made.intersection(missing):
        missing = ()
    missing = tuple(name for name in missing if name not in made)
    if missing:
        goes_without = job.optional or is_written or not job.reads
        return Step(job, "left_out" if goes_without else "blocked", f"nothing in {', '.join(missing)}")
    if force:
        return Step(job, "run", "forced")
    currency = engine.currency(job)
    if not currency.is_current:
        return Step(job, "run", currency.reason)
    if before:
        return Step(job, "depends", f"runs if {', '.join(step.job.job for step in before)} changes what it reads")
    return Step(job, "unchanged", currency.reason)
