"""The latest runs and what their jobs did."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from powerlake.report.data import JobRun, Run, Runs
from powerlake.report.queries import Query, records

RUNS_SHOWN = 10
_JOB_RUNS = "ops.job_runs"


def read_runs(query: Query) -> Runs:
    """The latest runs, newest first, with all their jobs."""
    sql = f"""
        with latest as (
            select run_id, min(started_at) as run_started_at from {_JOB_RUNS}
            group by run_id order by run_started_at desc, run_id limit {RUNS_SHOWN}
        )
        select run_id, pipeline, job, outcome, attempts, started_at, seconds, counts, error
        from {_JOB_RUNS} join latest using (run_id)
        order by run_started_at desc, run_id, started_at, job
    """
    rows = records(query, sql, _JOB_RUNS)
    return Runs(tuple(_run(run_id, list(jobs)) for run_id, jobs in groupby(rows, key=lambda row: str(row["run_id"]))))


def _run(run_id: str, rows: list[dict[str, Any]]) -> Run:
    jobs = tuple(
        JobRun(
            job=row["job"],
            outcome=row["outcome"],
            attempts=row["attempts"],
            started_at=row["started_at"],
            seconds=row["seconds"],
            counts=dict(row["counts"] or ()),
            error=row["error"],
        )
        for row in rows
    )
    return Run(run_id=run_id, pipeline=next((row["pipeline"] for row in rows if row["pipeline"]), ""), jobs=jobs)
