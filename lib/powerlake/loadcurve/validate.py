"""Which days break which rule. Edits nothing: the rules that lead to an edit only say where."""

from __future__ import annotations

import numpy as np

from powerlake.loadcurve.bronze_rows import Bools
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.days import Matrix
from powerlake.loadcurve.history import NO_DAY, History, Kilowatts
from powerlake.loadcurve.rules import VeeRules


def has_wrong_unit(mean_kw: Kilowatts, usual: Kilowatts, rules: VeeRules) -> Bools:
    """(n,) true where a day is so far above what is usual that it was sent in Wh."""
    ratio = mean_kw / np.where(usual > 0, usual, np.nan)
    wrong: Bools = (
        (mean_kw > rules.wrong_unit_floor_kw) & (ratio > rules.wrong_unit_low) & (ratio < rules.wrong_unit_high)
    )
    return wrong


def is_high(mean_kw: Kilowatts, usual: Kilowatts, rules: VeeRules) -> Bools:
    """(n,) true where a day's mean power is far above what is usual."""
    high: Bools = (mean_kw > rules.high_floor_kw) & (mean_kw > rules.high_ratio * usual)
    return high


def highest_kw(kw: Matrix) -> Kilowatts:
    """(n,) highest of a day's points (n, points; NaN unknown); NaN where none is known."""
    return np.asarray(np.fmax.reduce(kw, axis=1))


def has_spike(kw: Matrix, rules: VeeRules) -> Bools:
    """(n,) true where the highest of a day's points (n, points; NaN unknown) towers over the third-highest.

    Spike as in metering data managers: highest against third-highest interval, here as a ratio.
    """
    highest = highest_kw(kw)
    # The third-highest lies below a bound exactly where at most two points reach that bound.
    reach = (kw >= (highest / rules.spike_ratio)[:, None]).sum(axis=1)
    is_enough = (~np.isnan(kw)).sum(axis=1) >= 3
    return np.asarray((highest > rules.spike_floor_kw) & (reach <= 2) & is_enough)


def largest_jump_kw(kw: Matrix) -> Kilowatts:
    """(n,) largest difference between neighbours of a day's points (n, points; NaN unknown); NaN without one."""
    return np.asarray(np.fmax.reduce(np.abs(np.diff(kw, axis=1)), axis=1))


def is_estimated_too_long(history: History, is_mostly_estimated: Bools, day: Ints, rules: VeeRules) -> Bools:
    """(n,) true where this day and the days before it, without a break, are mostly estimated.

    `is_mostly_estimated` holds one item for each day of `history`. A day without any reading has no row, and breaks
    the series: it is missing, not estimated.
    """
    series = history.back(day, 0, rules.mostly_estimated_days - 1)
    too_long: Bools = ((series != NO_DAY) & is_mostly_estimated[series]).all(axis=1)
    return too_long
