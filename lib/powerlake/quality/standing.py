"""The rules that do not hold as things stand: of each table or feed, what a job's latest verdicts on it say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from powerlake.errors import TableMissing


@dataclass(frozen=True)
class BrokenRule:
    """A rule that did not hold when its job last judged it; `failed` stopped publication, `warned` did not."""

    dataset: str
    rule: str
    kind: str
    outcome: str
    found: str
    job: str
    checked_at: datetime


def broken_rules(query: Callable[[str], pa.Table], most: int | None = None) -> tuple[BrokenRule, ...]:
    """Of each job and what it judged, the verdicts of the latest run with any, where they are not that the rule held.

    What stopped publication comes first, then the newest. `query` runs SQL in DuckDB's dialect over tables named
    `layer.table`. None where nothing was judged yet.
    """
    sql = f"""
        with latest as (
            select job, dataset, arg_max(run_id, checked_at) as run_id from ops.quality_checks group by all
        ), newest as (
            select * from ops.quality_checks join latest using (job, dataset, run_id)
            qualify row_number() over (partition by job, dataset, rule order by checked_at desc) = 1
        )
        select dataset, rule, kind, outcome, coalesce(found, '') as found, job, checked_at
        from newest where outcome <> 'held'
        order by outcome = 'failed' desc, checked_at desc, dataset, rule
        {f"limit {most}" if most else ""}
    """
    try:
        return tuple(BrokenRule(**row) for row in query(sql).to_pylist())
    except TableMissing:
        return ()
