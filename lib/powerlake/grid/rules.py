"""The thresholds of loss and connection checks. All are the utility's own: no standard sets them."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.errors import ConfigurationError

DIGITS = 6
"""Of energies in kWh that are added up, so that a month comes out the same again in whatever order."""
SQUARE_DIGITS = 2
"""Of sums of squared power: those of a substation have eleven digits before the point, and a double has sixteen."""


@dataclass(frozen=True)
class GridRules:
    """What a transformer loses by its plate, when a loss stands out, and when a meter is held to hang elsewhere."""

    no_load_kw: float = 0.2
    """kW; no-load loss of a distribution transformer of 100 kVA, about that of the S11 series (GB 20052)."""
    no_load_exponent: float = 0.76
    """By which it grows with the rated power."""
    load_loss_kw: float = 1.5
    """kW; load loss at rated current of 100 kVA, the same series."""
    load_loss_exponent: float = 0.82
    wire_loss_share: float = 0.02
    """Loss of the low-voltage wires at rated power, as a share of it; a planner's figure."""
    history_months: int = 12
    """Months before that an area's usual loss rate is taken from …"""
    history_months_least: int = 3
    """… and how many of them it takes to call a month unusual."""
    unusual_spreads: float = 4.0
    """Spreads (interquartile range as a standard deviation) above the usual rate from which a month is unusual."""
    least_spread: float = 0.005
    """Of the loss rate; a steadier history counts as this unsteady."""
    unexplained_rate: float = 0.05
    """Loss rate above the technical one from which an area stands out."""
    gain_rate: float = 0.01
    """More sold than supplied, from this share on, is a fault of records or of a meter."""
    meter_error: float = 0.006
    """Standard deviation of a meter's relative error: class 1 of IEC 62053-21, ±1 % taken as even."""
    supply_error: float = 0.003
    """The same of the meter at the transformer with its current transformers, class 0.5."""
    estimate_error: float = 0.3
    """The same of an estimate in place of a reading; what days of one meter differ by."""
    technical_error: float = 0.3
    """The same of the loss by the plate: types differ, and the wires' share is a planner's figure."""
    doubts: float = 2.0
    """Standard deviations of all that by which an area must stand out: the coverage factor of the GUM (JCGM 100) for
    95 %; of class limits, which are bounds, it covers nearly all."""
    least_known_share: float = 0.9
    """Of meter-days with a curve; an area with fewer is not called an outlier."""
    topology_days: int = 180
    """Days back that the balances of a feeder's areas are compared over."""
    topology_every_days: int = 28
    """Days of new curves after which the balances are compared again: each time takes all of `topology_days`."""
    suspect_evidence: float = 25.0
    """Evidence from which a meter is held to hang elsewhere: high, for a wrong record is rare and a visit costs."""

    def __post_init__(self) -> None:
        if (
            not 0 < self.least_known_share <= 1
            or min(self.history_months, self.topology_days, self.topology_every_days) < 1
        ):
            raise ConfigurationError("grid: a share lies in (0, 1], and months and days are counted from 1")
        if self.history_months_least > self.history_months:
            raise ConfigurationError("grid: more months are asked for than the history has")
