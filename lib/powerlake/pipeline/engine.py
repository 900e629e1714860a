"""What the runner asks of whatever executes jobs. The lake's answer is in context.py; tests give their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from powerlake.pipeline.job import RunReport
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState


@dataclass(frozen=True)
class Currency:
    """Whether a job's outputs already follow from its inputs, and by what that is known."""

    is_current: bool
    reason: str


class Engine(Protocol):
    """Executes the jobs of one run: one window, one configuration, one run_id."""

    def missing(self, job: JobSpec) -> tuple[str, ...]:
        """The inputs for want of which the job has nothing to do: those of `job.reads` that hold nothing.

        Of a job that writes tables and only reads what is there, all of its inputs where none holds anything.
        """
        ...

    def currency(self, job: JobSpec) -> Currency:
        """Compares inputs, code, configuration and window with those of the job's last success."""
        ...

    def execute(self, job: JobSpec, attempt: int) -> RunReport:
        """Does the job, in the calling thread. Safe to repeat. Attempts count from 1."""
        ...

    def cancel(self, job: JobSpec) -> None:
        """Asks the job under way in another thread to stop. Returns at once."""
        ...

    def record(self, job: JobSpec, state: JobState, report: RunReport | None) -> None:
        """Notes how a job ended (ops.job_runs). `report` is None where it did not come to one."""
        ...
