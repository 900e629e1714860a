"""What the page shows, section by section: small frozen records, the same whether 79 or 5 million customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from powerlake.report.quality_data import QualityOverTime

CONSERVED = ("published", "quarantined", "duplicates", "superseded")
"""What becomes of received readings: these counts of a job add up to `received`."""


class Text(NamedTuple):
    """A wording in both languages of the page."""

    en: str
    zh: str


@dataclass(frozen=True)
class Absent:
    """A part of the page whose table nothing has written yet, or that holds no row."""

    table: str


@dataclass(frozen=True)
class Coverage:
    """How much of the load curves is there. Shares are of the points of all meter-days that have a row.

    `expected_meter_days` counts every day between a meter's first and last, so that a day without any reading shows.
    """

    customers: int
    meter_days: int
    expected_meter_days: int
    first_date: date
    last_date: date
    received_share: float
    estimated_share: float

    @property
    def missing_share(self) -> float:
        return max(0.0, 1.0 - self.received_share - self.estimated_share)


@dataclass(frozen=True)
class Month:
    """Coverage of one local month, `YYYY-MM`."""

    month: str
    meters: int
    meter_days: int
    received_share: float
    estimated_share: float

    @property
    def missing_share(self) -> float:
        return max(0.0, 1.0 - self.received_share - self.estimated_share)


class Quantiles(NamedTuple):
    """5th, 25th, 50th, 75th and 95th percentile."""

    p5: float
    p25: float
    p50: float
    p75: float
    p95: float


@dataclass(frozen=True)
class Curve:
    """The typical day of a segment in one season (or `all`) and day type, by interval of the local day."""

    season: str
    day_type: str
    mean_daily_kwh: float | None
    kw: tuple[float | None, ...]
    shape: tuple[float | None, ...]
    peak_hours: tuple[int, ...]


@dataclass(frozen=True)
class Spread:
    """How the customers of one segment vary."""

    customers: int
    days: float
    mean_daily_kwh: float | None
    margin: float | None
    steady_share: float | None
    stability: Quantiles | None
    entropy_bits: Quantiles | None


@dataclass(frozen=True)
class Segment:
    """One segment, or the class of customers that fit none (`is_unusual`)."""

    name: Text
    is_unusual: bool
    customers: int
    share: float
    description: Text
    curves: tuple[Curve, ...]
    spread: Spread | None


@dataclass(frozen=True)
class Segments:
    """All segments, largest first, the unusual last."""

    items: tuple[Segment, ...]
    as_of_date: date
    model_version: str


@dataclass(frozen=True, eq=False)
class CustomerYear:
    """The last year of one customer: `kw` and `is_estimated` are (slots of the day, days), NaN where unknown."""

    customer_id: str
    segment: Text
    is_unusual: bool
    distance: float | None
    stability: float | None
    entropy_bits: float | None
    mean_daily_kwh: float | None
    peak_hours: tuple[int, ...]
    dates: tuple[date, ...]
    kw: npt.NDArray[np.float32]
    is_estimated: npt.NDArray[np.bool_]

    @property
    def estimated_points(self) -> int:
        return int(self.is_estimated.sum())


@dataclass(frozen=True)
class RulePoints:
    """Points whose published value carries one quality code other than `received`."""

    code: int
    points: int
    share: float


@dataclass(frozen=True)
class RuleDays:
    """Meter-days on which one validation rule was broken."""

    rule: str
    days: int
    share: float


@dataclass(frozen=True)
class Validation:
    """What validation, estimation and editing did to the published curves."""

    points: int
    estimates: tuple[RulePoints, ...]
    flags: tuple[RuleDays, ...]


@dataclass(frozen=True)
class Refusal:
    """What one quarantine table holds for one reason; `file` is the latest file it came from."""

    table: str
    level: str
    reason: str
    records: int
    readings: int
    files: int
    file: str | None


@dataclass(frozen=True)
class Quarantine:
    """All that was refused, by table and reason, most readings first; `reasons` may be cut, the totals are not."""

    records: int
    readings: int
    reasons: tuple[Refusal, ...]


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

    `due_at` is None for a feed that promises no delay or of which no file was taken; `is_late` then too.
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


@dataclass(frozen=True)
class Feeds:
    """The feeds that have delivered, by name, and the names of those that have not."""

    items: tuple[FeedDeliveries, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True)
class JobRun:
    """What one job of a run did; `counts` as the job counted them."""

    job: str
    outcome: str
    attempts: int
    started_at: datetime
    seconds: float
    counts: Mapping[str, int]
    error: str | None

    @property
    def unaccounted(self) -> int | None:
        """Readings received less those published, quarantined, duplicate or superseded; None where not counted."""
        if "received" not in self.counts:
            return None
        return self.counts["received"] - sum(self.counts.get(name, 0) for name in CONSERVED)


@dataclass(frozen=True)
class Run:
    """One run of a pipeline, its jobs in the order they started."""

    run_id: str
    pipeline: str
    jobs: tuple[JobRun, ...]

    @property
    def started_at(self) -> datetime:
        return min(job.started_at for job in self.jobs)

    @property
    def seconds(self) -> float:
        """From the first job's start to the last job's end."""
        return max((job.started_at - self.started_at).total_seconds() + job.seconds for job in self.jobs)

    @property
    def outcome(self) -> str:
        """`failed` if any job failed, else `done` if any changed a table, else what all of them say."""
        found = {job.outcome for job in self.jobs}
        return next(
            outcome for outcome in ("failed", "done", "unchanged", "left_out", *sorted(found)) if outcome in found
        )


@dataclass(frozen=True)
class Runs:
    """The latest runs, newest first."""

    items: tuple[Run, ...]


@dataclass(frozen=True)
class ReportData:
    """The whole page. A part whose table is missing is `Absent`."""

    as_of: date | None
    coverage: Coverage | Absent
    months: tuple[Month, ...] | Absent
    segments: Segments | Absent
    years: tuple[CustomerYear, ...] | Absent
    validation: Validation | Absent
    quarantine: Quarantine | Absent
    feeds: Feeds | Absent
    ledger: Ledger | Absent
    runs: Runs | Absent
    data_quality: QualityOverTime | Absent
