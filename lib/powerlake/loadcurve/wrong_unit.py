"""Days sent in Wh as if they were kWh: some thousand times the meter's usual, and in whole numbers."""

from __future__ import annotations

import numpy as np

from powerlake.loadcurve.bronze_rows import Bools
from powerlake.loadcurve.days import UNKNOWN
from powerlake.loadcurve.history import History, Kilowatts, MeasuredDays
from powerlake.loadcurve.reference import usual_kw
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.validate import has_wrong_unit

WH_PER_KWH = np.float32(1000)


def sent_in_wh(
    own: MeasuredDays, history: History, mean_before: Kilowatts, mean_kw: Kilowatts, rules: VeeRules
) -> Bools:
    """(own days,) true where the shard's own day was sent in Wh; `own` is as received.

    `mean_kw` (own days,) and `mean_before` (days before the shard,) are mean powers. The days before a day count as
    measured: converted where they came in Wh themselves, and without what is impossible. So one date is judged after
    the other, but only where a day is high enough and whole: few days, whatever the shard.
    """
    found = np.zeros(len(own), dtype=bool)
    asked = _whole_days(own, mean_kw > rules.wrong_unit_floor_kw)
    if not asked.any():
        return found
    measured, converted = np.concatenate([mean_before, mean_kw]), np.full(len(own), np.nan)
    has_impossible = own.highest_kw() > rules.maximum_kw
    measured[history.own[has_impossible]] = _possible_mean_kw(own, has_impossible, np.float32(1), rules)
    converted[asked] = _possible_mean_kw(own, asked, WH_PER_KWH, rules)
    for date in np.unique(own.date[asked]):
        today = np.flatnonzero(asked & (own.date == date))
        usual = usual_kw(history, measured, history.own[today], rules)
        wrong = today[has_wrong_unit(mean_kw[today], usual, rules)]
        measured[history.own[wrong]] = converted[wrong]
        found[wrong] = True
    return found


def _whole_days(own: MeasuredDays, asked: Bools) -> Bools:
    """(own days,) of those `asked`, the days whose every reading is a whole number, as Wh are.

    A pump that rests for weeks and then runs is as far above its usual, but in kWh with decimals.
    """
    whole = asked.copy()
    if asked.any():
        points = own.points[asked]
        has_decimals = own.kwh[np.repeat(asked, own.points)] % 1 > 0
        whole[asked] = ~np.logical_or.reduceat(has_decimals, np.cumsum(points) - points)
    return whole


def _possible_mean_kw(own: MeasuredDays, which: Bools, divisor: np.float32, rules: VeeRules) -> Kilowatts:
    """(n,) mean power of the days `which`, their readings divided, without those that are above the maximum then."""
    minutes, points = own.interval_minutes[which], own.points[which]
    kwh = own.kwh[np.repeat(which, own.points)] / divisor
    kwh[kwh > np.repeat(rules.maximum_kw * minutes / 60, points)] = UNKNOWN
    return MeasuredDays(own.meter[which], own.date[which], minutes, points, kwh).mean_kw()
