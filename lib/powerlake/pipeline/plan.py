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
            steps[job.job] = _step(job, engine, active, force)
    return tuple(steps.values())


def _step(job: JobSpec, engine: Engine, before: Collection[Step], force: bool) -> Step:
    """The step of a job that nothing blocks; `before` are the steps that may change what it reads."""
    made = {table for step in before for table in step.job.writes}
    missing = [table for table in engine.missing(job) if table not in made]
    if missing:
        return Step(job, "left_out" if job.optional else "blocked", f"nothing in {', '.join(missing)}")
    if force:
        return Step(job, "run", "forced")
    currency = engine.currency(job)
    if not currency.is_current:
        return Step(job, "run", currency.reason)
    if before:
        return Step(job, "depends", f"runs if {', '.join(step.job.job for step in before)} changes what it reads")
    return Step(job, "unchanged", currency.reason)
