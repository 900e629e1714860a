"""From tables to `ReportData`: each part is asked for on its own, and a missing table costs that part only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from powerlake.errors import TableMissing
from powerlake.report.data import Absent, ReportData
from powerlake.report.queries import Query
from powerlake.report.queries.conflicts import read_conflicts
from powerlake.report.queries.coverage import read_coverage, read_months
from powerlake.report.queries.data_quality import read_data_quality
from powerlake.report.queries.feeds import read_feeds
from powerlake.report.queries.grid import read_line_loss, read_suspects
from powerlake.report.queries.intake import read_ledger
from powerlake.report.queries.market import read_market
from powerlake.report.queries.profiles import read_profiles
from powerlake.report.queries.quarantine import read_quarantine
from powerlake.report.queries.runs import read_runs
from powerlake.report.queries.segments import read_segments
from powerlake.report.queries.validation import read_validation
from powerlake.report.queries.years import read_years

Part = TypeVar("Part")


def collect(query: Query, as_of: date | None = None) -> ReportData:
    """What the page shows, of the load curves up to local date `as_of` (None: all there is).

    `query` runs SQL in DuckDB's dialect over tables named `layer.table` and raises TableMissing for a table that
    nothing has written. Every answer asked for is an aggregate or a bounded list. Segments, profiles, market and
    losses are those last published, and quarantine, conflicts, ledger and runs are as they stand: these tables keep
    no history by local date.
    """
    return ReportData(
        as_of=as_of,
        coverage=_part(lambda: read_coverage(query, as_of)),
        months=_part(lambda: read_months(query, as_of)),
        segments=_part(lambda: read_segments(query)),
        years=_part(lambda: read_years(query, as_of)),
        profiles=_part(lambda: read_profiles(query)),
        market=_part(lambda: read_market(query)),
        line_loss=_part(lambda: read_line_loss(query)),
        suspects=_part(lambda: read_suspects(query)),
        validation=_part(lambda: read_validation(query, as_of)),
        quarantine=_part(lambda: read_quarantine(query)),
        conflicts=_part(lambda: read_conflicts(query)),
        feeds=_part(lambda: read_feeds(query)),
        ledger=_part(lambda: read_ledger(query)),
        runs=_part(lambda: read_runs(query)),
        data_quality=_part(lambda: read_data_quality(query)),
    )


def _part(read: Callable[[], Part]) -> Part | Absent:
    try:
        return read()
    except TableMissing as missing:
        return Absent(str(missing.facts["name"]))
