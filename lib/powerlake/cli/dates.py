"""Dates as the command line gives them."""

from __future__ import annotations

from datetime import date

from powerlake.errors import ConfigurationError
from powerlake.pipeline.job import Window


def day_of(option: str, text: str | None) -> date | None:
    """The date an option gives. Raises ConfigurationError for anything but YYYY-MM-DD."""
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
        # It reads other forms of ISO 8601 too, such as 2026-W09-7; what differs from its own text is one of them.
        if found.isoformat() != text:
            raise ValueError(text)
    except ValueError as error:
        said = text or "(nothing)"
        raise ConfigurationError(f"{option} {said} is not a date", remedy="write it as 2026-03-01") from error
    return found


def window(day: str | None, start: str | None, end: str | None) -> Window:
    """The window the options give. Raises ConfigurationError where they do not agree."""
    if day is not None and (start is not None or end is not None):
        raise ConfigurationError("--date is a window of its own", remedy="give --date, or --start and --end")
    if day is not None:
        return Window(day_of("--date", day), day_of("--date", day))
    return Window(day_of("--start", start), day_of("--end", end))
