"""What the page shows of data quality over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from powerlake.quality.standing import BrokenRule


@dataclass(frozen=True)
class QualityStrip:
    """A feed with its tables, or a table of no single feed: of each day the worst outcome and the rules that broke.

    None on a day on which nothing was judged; 0 held, 1 warned, 2 failed.
    """

    name: str
    outcomes: tuple[int | None, ...]
    broken: tuple[int, ...]


@dataclass(frozen=True)
class QualityOverTime:
    """The latest days, oldest first, a strip each feed or table, and the newest rules that do not hold.

    `rules` are all that were judged on the last day.
    """

    days: tuple[date, ...]
    strips: tuple[QualityStrip, ...]
    rules: int
    broken: tuple[BrokenRule, ...]
