"""`powerlake fetch` and `powerlake calendar`: external feeds into landing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pyarrow import csv

from powerlake.errors import ConfigurationError
from powerlake.external.failures import FetchFailed
from powerlake.external.fetch import fetch
from powerlake.external.holiday_calendar import calendar, unannounced
from powerlake.external.source import Source
from powerlake.project import find_project
from powerlake.settings import load_settings


def run(name: str | None, env: str | None) -> int:
    """Fetches one source, or all; a failed one does not keep the rest. Returns the exit code."""
    settings = load_settings(find_project(), env)
    state, code = settings.home / "state" / "external", 0
    for each, source in _chosen(name, settings.external_sources).items():
        try:
            fetched = fetch(each, source, settings.home / "landing", state, datetime.now(UTC))
            print(f"{each}: {'new' if fetched.is_new else 'as before'}, {fetched.file}")
        except FetchFailed as failure:
            print(f"error: {each}: {failure}", file=sys.stderr)
            code = failure.exit_code
    return code


def _chosen(name: str | None, sources: Mapping[str, Source]) -> Mapping[str, Source]:
    if name is None and sources:
        return sources
    if name is None or name not in sources:
        known = ", ".join(sources) or "none is described yet"
        raise ConfigurationError(
            f"there is no source {name}" if name else "there is no source",
            remedy=f"describe it in conf under external_sources; there: {known}",
        )
    return {name: sources[name]}


def write_calendar(country: str, years: str, out: Path) -> str:
    """Writes working days and holidays below `out`/landing; returns where. `country` is CN, or DE-BY with its part."""
    asked = _years(years)
    nation, _, part = country.partition("-")
    days = calendar(nation, asked, part or None)
    file = out / "landing" / "external" / "calendar" / f"calendar_{country}_{min(asked)}-{max(asked)}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    csv.write_csv(days, file, csv.WriteOptions(quoting_style="needed"))
    unknown = ", ".join(str(year) for year in unannounced(nation, asked))
    note = f"\nnote: the library knows no make-up days of {unknown}: perhaps not announced yet" if unknown else ""
    return f"{len(days)} days in {file}{note}"


def _years(text: str) -> list[int]:
    """Raises ConfigurationError where `text` is no list such as 2024,2025."""
    try:
        return [int(year) for year in text.split(",")]
    except ValueError as error:
        raise ConfigurationError(f"{text} is no list of years", remedy="write 2024,2025") from error
