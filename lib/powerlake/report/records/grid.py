"""What transformer areas lose, and which meters may hang elsewhere than recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class AreaLoss:
    """The loss of one transformer area in one month; rates are shares of the energy supplied."""

    transformer_id: str
    feeder_id: str | None
    supplied_kwh: float
    loss_rate: float
    technical_rate: float | None
    unexplained_kwh: float | None
    usual_rate: float | None
    estimated_share: float | None
    meters: int
    is_outlier: bool
    reasons: tuple[str, ...]

    @property
    def unexplained_rate(self) -> float:
        """What of the loss rate the plate does not explain; below zero where it explains more than is lost."""
        return self.loss_rate - (self.technical_rate or 0.0)


@dataclass(frozen=True)
class LineLoss:
    """One month of the grid: sums over all areas, why areas stand out, and the areas that lose most by rate.

    `technical_rate` is a share of what the areas were supplied whose plate is known; None where none is. `worst` are of
    all areas, `flagged` of those that stand out; both may be cut.
    """

    month: str
    from_date: date
    to_date: date
    areas: int
    outliers: int
    with_unknown_meters: int
    supplied_kwh: float
    sold_kwh: float
    technical_rate: float | None
    estimated_kwh: float
    reasons: tuple[tuple[str, int], ...]
    worst: tuple[AreaLoss, ...]
    flagged: tuple[AreaLoss, ...]

    @property
    def loss_kwh(self) -> float:
        return self.supplied_kwh - self.sold_kwh


@dataclass(frozen=True)
class Suspect:
    """One meter that the energy balances would rather have in another area."""

    meter_id: str
    feeder_id: str
    recorded_transformer_id: str
    likely_transformer_id: str
    evidence: float
    lost_share: float | None
    gained_share: float | None
    mean_kw: float


@dataclass(frozen=True)
class Suspects:
    """How many meters were judged and are suspect, and the strongest."""

    judged: int
    suspects: int
    from_date: date
    to_date: date
    strongest: tuple[Suspect, ...]
