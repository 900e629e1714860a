"""What is watched over time: the tables that grow by a business day, and their columns of numbers and codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed, Kind
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.silver.of_feed import local_date_of, silver_of

CURVES_FEED = "metering/load_curves"


@dataclass(frozen=True)
class Watched:
    """A table cut by month, the column of its day, and the columns whose distribution is followed."""

    table: Table
    day: str
    numbers: tuple[str, ...]
    codes: tuple[str, ...]


def _of_feed(feed: Feed) -> Watched:
    month = feed.field(feed.month_of)
    day = local_date_of(month) if month.kind is Kind.INSTANT else month.name
    numbers = tuple(item.name for item in feed.fields if item.kind in {Kind.INTEGER, Kind.DECIMAL})
    codes = tuple(item.name for item in feed.fields if item.kind in {Kind.CODE, Kind.BOOLEAN})
    return Watched(silver_of(feed), day, numbers, codes)


_CURVES_LATE_DAYS = (LOAD_CURVES.freshness_hours or 24) / 24
"""Of readings no contract promises a delay; their table promises to be so fresh."""

_CURVES = Watched(
    LOAD_CURVES,
    "date",
    ("received_points", "estimated_points", "missing_points"),
    ("interval_minutes", "points", "layout"),
)
_FEATURES = Watched(
    DAILY_LOAD_FEATURES,
    "date",
    (
        *("energy_kwh", "peak_kw", "base_load_kw", "load_factor"),
        *("night_share", "day_share", "evening_share", "zero_share"),
        *("known_share", "estimated_share"),
    ),
    (),
)

WATCHED: Mapping[str, Watched] = {
    item.table.name: item
    for item in (_CURVES, *(_of_feed(feed) for feed in FEEDS.values() if feed.month_of), _FEATURES)
}
"""By the name of the table. What a curve looks like in numbers is followed in its features."""

LATENESS: Mapping[str, timedelta] = {
    CURVES_FEED: timedelta(days=_CURVES_LATE_DAYS),
    **{feed.path: timedelta(days=feed.late_days) for feed in FEEDS.values()},
}
"""How long after a delivery the next one of a feed is due."""

HAS_BUSINESS_DAY = frozenset({CURVES_FEED, *(feed.path for feed in FEEDS.values() if feed.month_of)})
"""Feeds whose rows are counted by the day they speak of; of the others, by the day they were delivered."""


def department_of(name: str) -> str | None:
    """The department that a feed (department/name), or the table of one, comes from; None of any other table."""
    if "/" in name:
        return name.split("/", 1)[0]
    return _DEPARTMENTS.get(name.split(".", 1)[1])


_DEPARTMENTS = {feed.name: feed.department for feed in FEEDS.values()} | {
    "load_curves": "metering",
    "load_curves_raw": "metering",
}
