"""Dates as the command line gives them."""

from __future__ import annotations

from datetime import date

from powerlake.errors import ConfigurationError
from powerlake.pipeline.job import Window


def day_of(option: str, text: str | None) -> date | None:
    """The date an option gives. Raises ConfigurationError for anything but YYYY-MM-DD."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"{option} {text} is not a date", remedy="write it as 2026-03-01") from error


def window(day: str | None, start: str | None, end: str | None) -> Window:
    """The window the options give. Raises ConfigurationError where they do not agree."""
    if day and (start or end):
        raise ConfigurationError("--date is a window of its own", remedy="give --date, or --start and --end")
    if day:
        return Window(day_of("--date", day), day_of("--date", day))
    return Window(day_of("--start", start), day_of("--end", end))
