"""The thresholds of validation and estimation, and the version of the rules that apply them."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.errors import ConfigurationError

VEE_VERSION = "vee-4"
"""Goes into every row of silver.load_curves. Raise it when a rule, not a threshold, changes what is published."""

SHORTEST_MONTH = 28


@dataclass(frozen=True)
class VeeRules:
    """Thresholds of validation, estimation and editing; all are the utility's to set, none is a standard's.

    With the defaults each rule flags less than 0.1 % of the days of a sound utility (docs/evaluation.md), and of the
    45,000 days of the 79 households in docs/decisions/0003 none is edited.
    """

    maximum_kw: float = 100.0
    """kW; a reading above it is taken out. Three phases of 125 A at 230 V carry 87 kW: raise it for larger supplies."""
    spike_ratio: float = 3.0
    """Highest ÷ third-highest interval of the day above which the day is flagged …"""
    spike_floor_kw: float = 5.0
    """… if the highest interval is above this, in kW: kettle and oven together reach it …"""
    jump_kw: float = 8.0
    """kW; difference between neighbouring intervals above which the day is flagged …"""
    high_ratio: float = 4.0
    """Mean power ÷ usual mean power above which the day is flagged …"""
    high_floor_kw: float = 0.5
    """… if the mean power is above this, in kW: an empty house and a refrigerator stay below …"""
    history_ratio: float = 2.0
    """… and, all three, if it is so many times the second-highest of the meter's days before."""
    zero_run_hours: float = 10.0
    """h; zeros without a break flag the day if they last so much longer than on any of the meter's days before …"""
    zero_run_days: int = 2
    """… until so many whole days of zeros have been flagged."""
    wrong_unit_low: float = 300.0
    wrong_unit_high: float = 3000.0
    """Mean power ÷ usual mean power between which a day of whole numbers counts as Wh sent as kWh (about 1000) …"""
    wrong_unit_floor_kw: float = 15.0
    """… if its mean power is above this, in kW: no household holds it for a day."""
    history_days: int = 28
    """Days back for what a day is judged against and for similar days: four of each day of the week."""
    history_days_least: int = 7
    """Days with readings among them from which on a day is judged against them; before that it is not judged."""
    interpolation_hours: float = 2.0
    """h; longest gap that a straight line fills."""
    similar_days: int = 4
    """Latest days of the same type that an estimate averages, at most."""
    mostly_estimated_share: float = 0.5
    """A day with a larger share of points without a reading is mostly estimated."""
    mostly_estimated_days: int = 7
    """So many mostly estimated days on end flag the day."""

    def __post_init__(self) -> None:
        bad = [name for name, value in vars(self).items() if not value > 0]
        if bad:
            raise ConfigurationError(f"validation rules {', '.join(bad)} must be above zero", rules=bad)
        if self.wrong_unit_low >= self.wrong_unit_high:
            raise ConfigurationError("wrong_unit_low must be below wrong_unit_high", remedy="300 and 3000 suit Wh")
        if self.history_days > SHORTEST_MONTH:
            raise ConfigurationError(
                f"history_days must not exceed {SHORTEST_MONTH}: no more than the month before is looked back on",
                remedy=f"use {SHORTEST_MONTH} or fewer",
            )
        if self.history_days_least > self.history_days:
            raise ConfigurationError("history_days_least must not exceed history_days", remedy="use 7 and 28")
        if self.mostly_estimated_days > self.history_days:
            raise ConfigurationError("mostly_estimated_days must not exceed history_days", remedy="use 7 and 28")
