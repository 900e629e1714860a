"""What was found of a rule: the record that the gate, the row rules and the watch on feeds all give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pyarrow as pa

from powerlake.tables.derive import arrow_schema
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS

Outcome = Literal["held", "warned", "failed"]
"""`failed` stopped publication. `warned` did not: broken rows went to quarantine, or somebody is to look."""


@dataclass(frozen=True)
class Judged:
    """One rule of one table or feed, as it was found.

    `failing` of `checked` rows broke it, None where rows are not what it counts; `observed` is the figure that was
    held against [low, high], either side open where None; `found` says it in a few words where it did not hold.
    """

    table: str
    rule: str
    kind: str
    severity: str
    checked: int | None
    failing: int | None
    observed: float | None
    low: float | None
    high: float | None
    outcome: Outcome
    found: str = ""


@dataclass(frozen=True)
class Check:
    """A rule judged at a time."""

    at: datetime
    judged: Judged


def check_rows(checks: list[Check], job: str, run_id: str) -> pa.Table:
    """Rows of ops.quality_checks."""
    rows = [
        {
            "checked_at": check.at,
            "run_id": run_id,
            "job": job,
            "dataset": check.judged.table,
            "rule": check.judged.rule,
            "kind": check.judged.kind,
            "severity": check.judged.severity,
            "checked": check.judged.checked,
            "failing": check.judged.failing,
            "observed": check.judged.observed,
            "expected_low": check.judged.low,
            "expected_high": check.judged.high,
            "outcome": check.judged.outcome,
            "found": check.judged.found or None,
        }
        for check in checks
    ]
    return pa.Table.from_pylist(rows, arrow_schema(QUALITY_CHECKS))
