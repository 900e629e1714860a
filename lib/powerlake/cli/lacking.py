"""What `powerlake status` says is not as it should be: refused rows, conflicts, outputs left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from powerlake.lake.reader import Reader
from powerlake.landing.discover import NO_FOLDER
from powerlake.pipeline.state import JobState, RunState
from powerlake.tables import table
from powerlake.tables.silver.conflicts import CONFLICTS

CONFLICT_HEADS = ("conflict", "rows", "entities", "decided_by")
LEFT_OUT_HEADS = ("run", "left_out", "why")
QUARANTINE_HEADS = ("quarantine_of", "level", "reason", "rows", "readings")

Rows = Iterator[tuple[object, ...]]


def quarantine(reader: Reader) -> Rows:
    """Of each quarantine, one row a level and reason, the most readings first."""
    for name in reader.tables():
        if table(name).layer == "quarantine":
            answer = reader.query(
                f"SELECT level, reason, count(*)::BIGINT AS refused, sum(readings)::BIGINT AS readings "
                f"FROM {name} GROUP BY ALL ORDER BY readings DESC, refused DESC, reason"
            )
            yield from ((table(name).short_name, *row.values()) for row in answer.to_pylist())


def conflicts(reader: Reader) -> Rows:
    """One row a kind of conflict, the most first, with the rules or feeds that decide it."""
    if CONFLICTS.name not in reader.tables():
        return
    answer = reader.query(
        f"SELECT conflict, count(*)::BIGINT AS found, count(DISTINCT entity_id)::BIGINT AS entities, "
        f"array_to_string(list_sort(list(DISTINCT rule)), ', ') AS rules "
        f"FROM {CONFLICTS.name} GROUP BY conflict ORDER BY found DESC, conflict"
    )
    yield from (tuple(row.values()) for row in answer.to_pylist())


def left_out(runs: Iterable[RunState]) -> Rows:
    """One row a job that the newest of `runs` of its pipeline left out, and one a job that has feeds without a folder.

    The last item says why: the table, or the feeds, that are missing.
    """
    met: set[str] = set()
    for run in runs:
        if run.pipeline not in met:
            met.add(run.pipeline)
            yield from ((run.run_id, name, why) for name, job in run.jobs.items() if (why := _why(job)))


def _why(job: JobState) -> str:
    if job.outcome == "left_out":
        return job.note
    _, named, feeds = job.note.partition(NO_FOLDER)
    return f"{named}{feeds}"
