"""`powerlake feeds` and `feeds check`: what departments have delivered, and whether files would be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from powerlake.cli.output import as_json as json_text
from powerlake.cli.output import columns
from powerlake.errors import ConfigurationError, TableMissing
from powerlake.lake.reader import Reader
from powerlake.landing.feed_check import LOAD_CURVES, FileVerdict, RowFault, check_files
from powerlake.project import find_project
from powerlake.report.data import FeedDeliveries, Feeds
from powerlake.report.queries.feeds import read_feeds
from powerlake.settings import load_settings
from powerlake.tables.feeds import FEEDS

_HEADS = ("feed", "last taken", "due", "late", "files", "rejected", "duplicates", "rows", "refused")
_LATE = {True: "yes", False: "no", None: ""}


def feeds(env: str | None, *, as_json: bool) -> str:
    """Every feed with its last delivery, files, rows and lateness; those that never delivered are named."""
    home = load_settings(find_project(), env).home
    try:
        found = read_feeds(Reader(home).query, datetime.now(UTC))
    except TableMissing:
        found = Feeds((), (LOAD_CURVES, *FEEDS))
    if as_json:
        return json_text([*map(asdict, found.items), *({"feed": feed, "files": 0} for feed in found.silent)])
    rows = [*map(_row, found.items), *((feed, *[None] * (len(_HEADS) - 1)) for feed in found.silent)]
    return columns(sorted(rows, key=lambda row: str(row[0])), _HEADS)


def check(folder: Path, *, as_json: bool) -> tuple[str, bool]:
    """Each file below `folder` and what would become of it, as text, and whether all would be taken.

    Raises ConfigurationError where there is no such folder.
    """
    if not folder.exists():
        raise ConfigurationError(f"there is no {folder}", remedy="give a folder laid out as landing, or a file")
    verdicts = check_files(folder, FEEDS)
    if as_json:
        return json_text([asdict(verdict) for verdict in verdicts]), _all_taken(verdicts)
    return "\n".join(map(_told, verdicts)) or f"no file below {folder}", _all_taken(verdicts)


def _row(feed: FeedDeliveries) -> tuple[object, ...]:
    due = feed.due_at.date() if feed.due_at else None
    counts = (feed.files, feed.rejected, feed.duplicates, feed.rows_kept, feed.rows_quarantined)
    return feed.feed, feed.last_at, due, _LATE[feed.is_late], *counts


def _all_taken(verdicts: Sequence[FileVerdict]) -> bool:
    return all(verdict.is_taken for verdict in verdicts)


def _told(verdict: FileVerdict) -> str:
    """A line for the file, and one below it for each thing to know of it."""
    where = f" as {verdict.feed}" if verdict.feed else ""
    if not verdict.is_taken:
        return f"✗ {verdict.file}{where}: refused, {': '.join(filter(None, (verdict.rejected, verdict.detail)))}"
    refused = verdict.rows_received - verdict.rows_kept
    lines = [f"✓ {verdict.file}{where}: {verdict.rows_kept:,} rows taken, {refused:,} refused"]
    lines += [_fault(fault) for fault in verdict.faults]
    if verdict.new_columns:
        lines.append(f"    beyond the contract, kept: {', '.join(verdict.new_columns)}")
    if verdict.missing_optional:
        lines.append(f"    optional and not there: {', '.join(verdict.missing_optional)}")
    return "\n".join(lines)


def _fault(fault: RowFault) -> str:
    what = ", ".join(filter(None, (fault.reason, fault.detail)))
    return f"    {fault.rows:,} × {what}; row {', '.join(map(str, fault.examples))}"
