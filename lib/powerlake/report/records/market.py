"""What is sold by region and sector, how that grows, and what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class MarketCell:
    """One region and sector. Energy and customers of the latest twelve months known, forecast of those to come.

    `growth` and `normal_growth` (in normal weather) are of the `growth_months` latest months that have a month of the
    year before to compare with, at most twelve. `correlation` with the sector's output is the highest of several lags,
    with its 95 % interval.
    """

    region_code: str
    sector_code: str
    customers: int | None
    months: int
    energy_kwh: float
    growth_months: int
    growth: float | None
    normal_growth: float | None
    forecast_kwh: float | None
    forecast_skill: float | None
    forecast_tested: int | None
    correlation: float | None
    correlation_low: float | None
    correlation_high: float | None
    lag_months: int | None


@dataclass(frozen=True)
class MarketMonth:
    """Energy of one month: as measured, in normal weather, and as forecast with its 80 and 95 % intervals."""

    month: date
    energy_kwh: float | None
    normal_kwh: float | None
    forecast_kwh: float | None
    low_80_kwh: float | None
    high_80_kwh: float | None
    low_95_kwh: float | None
    high_95_kwh: float | None


@dataclass(frozen=True)
class MarketSeries:
    """The months of one region and sector; of all together where both are empty."""

    region_code: str
    sector_code: str
    months: tuple[MarketMonth, ...]


@dataclass(frozen=True)
class Market:
    """The cells that sell most, sorted by growth, of `all_cells`; and months of all cells and of the largest."""

    as_of_date: date
    all_cells: int
    cells: tuple[MarketCell, ...]
    series: tuple[MarketSeries, ...]
