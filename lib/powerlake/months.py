"""Months of the local calendar as tables are cut by them, texts YYYY-MM, and the days before and after all others."""

from __future__ import annotations

from datetime import date

BEGINNING = date(1900, 1, 1)
"""Before anything that a department speaks of."""
FOREVER = date(9999, 12, 31)
"""Last day of what still holds."""


def shifted(month: str, by: int) -> str:
    """The month so many months later, or earlier where `by` is below zero."""
    return _named(int(month[:4]) * 12 + int(month[5:]) - 1 + by)


def touched(first: date, last: date) -> list[str]:
    """The months that a day from `first` to `last`, both included, lies in, in order."""
    return [_named(number) for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month)]


def _named(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
