"""What a day is judged against: the days of the same meter in the weeks before it.

High and low checks of metering data managers compare with the meter's own history. One odd day among those before must
not become the measure of the next, so usual is a median, and what is exceeded is the second-highest of the days.
"""

from __future__ import annotations

import numpy as np

from powerlake.loadcurve.bronze_rows import Bools
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.history import NO_DAY, History, Kilowatts
from powerlake.loadcurve.rules import VeeRules


def usual_kw(history: History, mean_kw: Kilowatts, day: Ints, rules: VeeRules) -> Kilowatts:
    """(n,) median of the mean power of the meter's days before; NaN where too few of them have readings.

    `mean_kw` holds one item for each day of `history`.
    """
    means, known = _ascending(history, mean_kw, day, rules)
    row = np.arange(len(day))
    median = (means[row, np.maximum(known - 1, 0) // 2] + means[row, known // 2]) / 2
    return np.where(known >= rules.history_days_least, median, np.nan)


def is_beyond(history: History, kw: Kilowatts, day: Ints, rules: VeeRules) -> Bools:
    """(n,) true where a day's value is above `history_ratio` times the second-highest of the meter's days before.

    `kw` holds one item for each day of `history`, NaN where it is unknown. False where too few of them are known.
    """
    last_two = history.back(day, 1, 2)
    lower = np.where((last_two == NO_DAY) | np.isnan(kw[last_two]), 0, kw[last_two]).min(axis=1)
    beyond = kw[day] > rules.history_ratio * lower  # no second-highest is below the lower of two: few are left
    asked = np.flatnonzero(beyond)
    before, known = _ascending(history, kw, day[asked], rules)
    second = before[np.arange(len(asked)), np.maximum(known - 2, 0)]
    beyond[asked] = (kw[day[asked]] > rules.history_ratio * second) & (known >= rules.history_days_least)
    return np.asarray(beyond)


def days_before(history: History, day: Ints, last: int) -> Ints:
    """(m,) the distinct days among `day` and the same meters' days up to `last` days earlier."""
    is_asked = np.zeros(len(history.meter) + 1, dtype=bool)
    is_asked[history.back(day, 0, last)] = True
    return np.flatnonzero(is_asked[:NO_DAY])


def _ascending(history: History, kw: Kilowatts, day: Ints, rules: VeeRules) -> tuple[Kilowatts, Ints]:
    """(n, history_days) values of the days before in ascending order, NaN last; and how many are known."""
    earlier = history.back(day, 1, rules.history_days)
    values = np.sort(np.where(earlier == NO_DAY, np.nan, kw[earlier]), axis=1)
    return values, np.count_nonzero(~np.isnan(values), axis=1)
