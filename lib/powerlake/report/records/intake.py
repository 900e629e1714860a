"""What departments delivered: files, feeds, lateness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LedgerTotal:
    """All landing files of one outcome."""

    outcome: str
    files: int
    bytes: int
    rows_received: int
    rows_kept: int
    rows_quarantined: int
    readings: int


@dataclass(frozen=True)
class LedgerFile:
    """One landing file."""

    file: str
    outcome: str
    reason: str | None
    bytes: int
    rows_received: int
    rows_kept: int
    rows_quarantined: int
    readings: int
    batch: int
    seen_at: datetime


@dataclass(frozen=True)
class Ledger:
    """The landing files: totals by outcome, and the latest deliveries with what went wrong first."""

    totals: tuple[LedgerTotal, ...]
    latest: tuple[LedgerFile, ...]

    @property
    def files(self) -> int:
        return sum(total.files for total in self.totals)


@dataclass(frozen=True)
class FeedDeliveries:
    """What one feed has delivered: files by outcome, rows, when a file was last taken and the next one is due.

    `due_at` is None for a feed that promises no delay or of which no file was taken; `is_late` then too. `days_late`
    counts the days begun since it was due, 0 in time.
    """

    feed: str
    files: int
    rejected: int
    duplicates: int
    rows_received: int
    rows_kept: int
    rows_quarantined: int
    last_at: datetime | None
    due_at: datetime | None
    is_late: bool | None
    days_late: int | None


@dataclass(frozen=True)
class Feeds:
    """The feeds that have delivered, those most late first, then by name, and the names of those that have not.

    `as_of` is the moment by which they are late or in time.
    """

    items: tuple[FeedDeliveries, ...]
    silent: tuple[str, ...]
    as_of: datetime | None = None

    @property
    def late(self) -> int:
        return sum(feed.is_late is True for feed in self.items)
