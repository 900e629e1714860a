"""Which department has delivered what, and which is late."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from powerlake.errors import TableMissing
from powerlake.landing.feed_check import LOAD_CURVES
from powerlake.report.data import FeedDeliveries, Feeds
from powerlake.report.queries import Query, records
from powerlake.tables.feeds import FEEDS

_LEDGER = "ops.landing_files"


def read_feeds(query: Query, now: datetime | None = None) -> Feeds:
    """Each feed that has delivered, those most late first, and the names of those that have not.

    Lateness is as of `now`; without it, as of the latest run, so that an unchanged lake says the same. Raises
    TableMissing where nothing was delivered.
    """
    sql = f"""
        select
            feed,
            count(*) filter (outcome = 'taken') as files,
            count(*) filter (outcome = 'rejected') as rejected,
            count(*) filter (outcome = 'duplicate') as duplicates,
            sum(rows_received)::bigint as rows_received,
            sum(rows_kept)::bigint as rows_kept,
            sum(rows_quarantined)::bigint as rows_quarantined,
            max(seen_at) filter (outcome = 'taken') as last_at
        from {_LEDGER} group by feed order by feed
    """
    found = records(query, sql, _LEDGER)
    as_of = now or _latest_run(query) or max((row["last_at"] for row in found if row["last_at"]), default=None)
    heard = {row["feed"] for row in found}
    items = (_deliveries(row, as_of) for row in found)
    return Feeds(
        items=tuple(sorted(items, key=lambda feed: (-(feed.days_late or 0), feed.feed))),
        silent=tuple(feed for feed in (LOAD_CURVES, *FEEDS) if feed not in heard),
        as_of=as_of,
    )


def _latest_run(query: Query) -> datetime | None:
    try:
        (row,) = records(query, "select max(started_at) as at from ops.job_runs", "ops.job_runs")
    except TableMissing:
        return None
    at: datetime | None = row["at"]
    return at


def _deliveries(row: dict[str, Any], as_of: datetime | None) -> FeedDeliveries:
    feed = FEEDS.get(row["feed"])
    due_at = row["last_at"] + timedelta(days=feed.late_days) if feed and row["last_at"] else None
    if not as_of or not due_at:
        return FeedDeliveries(**row, due_at=due_at, is_late=None, days_late=None)
    days = max(0, math.ceil((as_of - due_at) / timedelta(days=1)))
    return FeedDeliveries(**row, due_at=due_at, is_late=as_of > due_at, days_late=days)
