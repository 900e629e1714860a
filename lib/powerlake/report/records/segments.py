"""The segments, their typical days, and the year of single customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from powerlake.report.records.parts import Text


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
    """The last year of one customer: `kw` and `is_estimated` are (slots of the day, days), NaN where unknown.

    `estimated_points` counts intervals of the curve, of which a slot may hold several.
    """

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
    estimated_points: int
