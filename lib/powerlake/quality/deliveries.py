"""What the ledger of landing says of each feed: whether it is late, how much came, and what was refused. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from powerlake.quality.drift import volume
from powerlake.quality.drift_rules import DriftRules
from powerlake.quality.judged import Judged, Outcome
from powerlake.quality.watched import HAS_BUSINESS_DAY, LATENESS

Files = Sequence[Mapping[str, Any]]
"""Rows of ops.landing_files."""

_DAY = timedelta(days=1)


def judged_feeds(files: Files, now: datetime, clock: tzinfo, rules: DriftRules) -> list[Judged]:
    """Freshness of each feed that ever delivered, and volume of those whose rows have no day of their own."""
    by_feed: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in files:
        if row["outcome"] == "taken":
            by_feed[row["feed"]].append(row)
    found: list[Judged] = []
    for feed, taken in sorted(by_feed.items()):
        found += _freshness(feed, max(row["seen_at"] for row in taken), now, clock)
        if feed not in HAS_BUSINESS_DAY:
            found += _volume(feed, taken, clock, rules)
    return found


def judged_landing(files: Iterable[Mapping[str, Any]]) -> list[Judged]:
    """Of each feed with files among these, whether any was rejected and any row refused."""
    by_feed: dict[str, Counter[str]] = defaultdict(Counter)
    for row in files:
        counts = by_feed[row["feed"]]
        counts["files"] += 1
        counts["rejected"] += row["outcome"] == "rejected"
        counts["received"] += row["rows_received"]
        counts["refused"] += row["rows_quarantined"]
    found = []
    for feed, counts in sorted(by_feed.items()):
        found.append(_landed(feed, "files_taken", counts["files"], counts["rejected"], "files were rejected"))
        found.append(_landed(feed, "rows_kept", counts["received"], counts["refused"], "rows were refused"))
    return found


def local_date(at: datetime, clock: tzinfo) -> date:
    """The date of an instant by a clock."""
    return at.astimezone(clock).date()


def _freshness(feed: str, last: datetime, now: datetime, clock: tzinfo) -> Iterator[Judged]:
    due = LATENESS.get(feed)
    if due is None:
        return
    days, limit = (now - last) / _DAY, due / _DAY
    outcome: Outcome = "held" if days <= limit else "warned"
    since = local_date(last, clock)
    found = "" if days <= limit else f"nothing came since {since}, {days:.1f} days ago; {limit:g} are agreed"
    yield Judged(feed, "freshness", "freshness", "warn", None, None, days, None, limit, outcome, found)


def _volume(feed: str, taken: Files, clock: tzinfo, rules: DriftRules) -> Iterator[Judged]:
    counts: Counter[date] = Counter()
    for row in taken:
        counts[local_date(row["seen_at"], clock)] += row["rows_kept"]
    judged = volume(feed, dict(counts), max(counts), rules)
    if judged:
        yield judged


def _landed(feed: str, rule: str, checked: int, failing: int, words: str) -> Judged:
    outcome: Outcome = "warned" if failing else "held"
    found = f"{failing:,} of {checked:,} {words}" if failing else ""
    return Judged(feed, rule, "landing", "row", checked, failing, None, None, None, outcome, found)
