"""The thresholds of the watch on feeds over time. All are the utility's own: no standard sets them."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.errors import ConfigurationError

WEEK = 7


@dataclass(frozen=True)
class DriftRules:
    """When a day's rows are held to be too few, too many, or unlike those of the days before."""

    reference_days: int = 28
    """Days before the judged ones that they are compared with: four weeks, so that each weekday counts alike."""
    reference_days_least: int = 14
    """Of these, days with rows that it takes to judge at all."""
    rows_least: int = 50
    """Rows that a distribution is judged on; where a day has fewer, up to `pooled_days` count together."""
    pooled_days: int = 7
    psi: float = 0.25
    """Population stability index from which a distribution is held to have shifted.

    0.1 (look) and 0.25 (act) are the rule of thumb of credit scoring (Lewis 1994, Siddiqi 2006), not a test: see
    `powerlake.quality.drift` for what is asked beside.
    """
    usual_factor: float = 2.0
    """A shift must also be so many times the second largest that the days before show among themselves."""
    null_rise: float = 0.05
    """Rise of the share of missing values from which it is told."""
    volume_spreads: float = 6.0
    """Spreads (median absolute deviation as a standard deviation) off the usual that make a day's rows unusual, …"""
    volume_change: float = 0.3
    """… and the share of the usual rows that it must be off at least, …"""
    volume_rows_least: int = 10
    """… and the rows."""

    def __post_init__(self) -> None:
        if not 1 <= self.reference_days_least <= self.reference_days or self.pooled_days < 1:
            raise ConfigurationError("quality: days are counted from 1, and no more are asked for than are looked at")
        if self.reference_days < WEEK:
            raise ConfigurationError("quality: the days looked at are a week or more, so that each weekday is there")
        if min(self.psi, self.usual_factor, self.volume_spreads, self.volume_change, self.null_rise) <= 0:
            raise ConfigurationError("quality: thresholds are above zero")
