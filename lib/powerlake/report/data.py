"""What the page shows: all of it, and the records of its sections by name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from powerlake.report.records.conflicts import ConflictKind, Conflicts, Example, Told
from powerlake.report.records.coverage import Coverage, Month, RuleDays, RulePoints, Validation
from powerlake.report.records.data_quality import QualityOverTime, QualityStrip
from powerlake.report.records.grid import AreaLoss, LineLoss, Suspect, Suspects
from powerlake.report.records.intake import FeedDeliveries, Feeds, Ledger, LedgerFile, LedgerTotal
from powerlake.report.records.market import Market, MarketCell, MarketMonth, MarketSeries
from powerlake.report.records.masked import Cell, How
from powerlake.report.records.parts import Absent, Text
from powerlake.report.records.profiles import Profile, Profiles
from powerlake.report.records.quarantine import Quarantine, QuarantineTable, Refusal, Sample
from powerlake.report.records.runs import CONSERVED, JobRun, Run, Runs
from powerlake.report.records.segments import Curve, CustomerYear, Quantiles, Segment, Segments, Spread

__all__ = [
    "CONSERVED",
    "Absent",
    "AreaLoss",
    "Cell",
    "ConflictKind",
    "Conflicts",
    "Coverage",
    "Curve",
    "CustomerYear",
    "Example",
    "FeedDeliveries",
    "Feeds",
    "How",
    "JobRun",
    "Ledger",
    "LedgerFile",
    "LedgerTotal",
    "LineLoss",
    "Market",
    "MarketCell",
    "MarketMonth",
    "MarketSeries",
    "Month",
    "Profile",
    "Profiles",
    "QualityOverTime",
    "QualityStrip",
    "Quantiles",
    "Quarantine",
    "QuarantineTable",
    "Refusal",
    "ReportData",
    "RuleDays",
    "RulePoints",
    "Run",
    "Runs",
    "Sample",
    "Segment",
    "Segments",
    "Spread",
    "Suspect",
    "Suspects",
    "Text",
    "Told",
    "Validation",
]


@dataclass(frozen=True)
class ReportData:
    """The whole page. A part whose table is missing is `Absent`."""

    as_of: date | None
    coverage: Coverage | Absent
    months: tuple[Month, ...] | Absent
    segments: Segments | Absent
    years: tuple[CustomerYear, ...] | Absent
    profiles: Profiles | Absent
    market: Market | Absent
    line_loss: LineLoss | Absent
    suspects: Suspects | Absent
    validation: Validation | Absent
    quarantine: Quarantine | Absent
    conflicts: Conflicts | Absent
    feeds: Feeds | Absent
    ledger: Ledger | Absent
    runs: Runs | Absent
    data_quality: QualityOverTime | Absent
