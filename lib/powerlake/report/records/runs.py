"""The latest runs and their jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

CONSERVED = ("published", "quarantined", "duplicates", "superseded")
"""What becomes of received readings: these counts of a job add up to `received`."""


@dataclass(frozen=True)
class JobRun:
    """What one job of a run did; `counts` as the job counted them."""

    job: str
    outcome: str
    attempts: int
    started_at: datetime
    seconds: float
    counts: Mapping[str, int]
    error: str | None

    def count(self, name: str) -> int | None:
        """Readings of that fate, or else rows, as jobs of feeds count them; what bronze keeps, it publishes."""
        kept = ("rows_kept",) if name == "published" else ()
        return next((self.counts[key] for key in (name, f"rows_{name}", *kept) if key in self.counts), None)

    @property
    def unaccounted(self) -> int | None:
        """Readings received less those published, quarantined, duplicate or superseded; None where not counted."""
        if "received" not in self.counts:
            return None
        return self.counts["received"] - sum(self.counts.get(name, 0) for name in CONSERVED)


@dataclass(frozen=True)
class Run:
    """One run of a pipeline, its jobs in the order they started."""

    run_id: str
    pipeline: str
    jobs: tuple[JobRun, ...]

    @property
    def started_at(self) -> datetime:
        return min(job.started_at for job in self.jobs)

    @property
    def seconds(self) -> float:
        """From the first job's start to the last job's end."""
        return max((job.started_at - self.started_at).total_seconds() + job.seconds for job in self.jobs)

    @property
    def outcome(self) -> str:
        """`failed` if any job failed, else `done` if any changed a table, else what all of them say."""
        found = {job.outcome for job in self.jobs}
        return next(
            outcome for outcome in ("failed", "done", "unchanged", "left_out", *sorted(found)) if outcome in found
        )


@dataclass(frozen=True)
class Runs:
    """The latest runs, newest first."""

    items: tuple[Run, ...]
