"""Rows of gold.data_quality from rules as they were judged: one a day, table and rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from powerlake.quality.watched import CURVES_FEED, department_of
from powerlake.tables import TABLES
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.data_quality import DATA_QUALITY

_WORST = {"held": 0, "warned": 1, "failed": 2}


def quality_days(checks: Iterable[tuple[date, Mapping[str, Any]]], run_id: str) -> pa.Table:
    """Rows of gold.data_quality. `checks` are rows of ops.quality_checks, each with its local date, in any order."""
    by_rule: dict[tuple[date, str, str], list[Mapping[str, Any]]] = {}
    for day, check in checks:
        by_rule.setdefault((day, check["dataset"], check["rule"]), []).append(check)
    rows = [_day(day, sorted(found, key=lambda row: row["checked_at"]), run_id) for (day, *_), found in by_rule.items()]
    rows.sort(key=lambda row: (row["date"], row["dataset"], row["rule"]))
    return pa.Table.from_pylist(rows, arrow_schema(DATA_QUALITY))


def owner_of(name: str) -> str:
    """Who is to look after a table or a feed."""
    if name in FEEDS:
        return FEEDS[name].owner
    if name in TABLES:
        return TABLES[name].owner
    return "metering" if name == CURVES_FEED else "platform"


def _day(day: date, found: list[Mapping[str, Any]], run_id: str) -> dict[str, Any]:
    """One rule's day from its judgements in order."""
    last = found[-1]
    broken = [row for row in found if row["outcome"] != "held"]
    checked, failing = last["checked"], last["failing"]
    kept = ("dataset", "rule", "kind", "severity", "observed", "expected_low", "expected_high")
    return {
        **{name: last[name] for name in kept},
        "date": day,
        "month": f"{day:%Y-%m}",
        "department": department_of(last["dataset"]),
        "checked": checked,
        "failing": failing,
        "failing_share": failing / checked if checked and failing is not None else None,
        "outcome": max((row["outcome"] for row in found), key=_WORST.__getitem__),
        "judged": len(found),
        "broken": len(broken),
        "found": broken[-1]["found"] if broken else None,
        "owner": owner_of(last["dataset"]),
        "run_id": run_id,
    }
