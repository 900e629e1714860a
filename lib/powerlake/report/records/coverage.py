"""How much of the load curves is there, and what validation did to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Coverage:
    """How much of the load curves is there. Shares are of the points of all meter-days that have a row.

    `expected_meter_days` counts every day between a meter's first and last, so that a day without any reading shows.
    """

    meters: int
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
