"""Zeros on end: how long they last in a day, and whether the meter's days before have anything like it."""

from __future__ import annotations

import numpy as np

from powerlake.loadcurve.bronze_rows import Bools
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.days import Matrix
from powerlake.loadcurve.history import NO_DAY, History
from powerlake.loadcurve.rules import VeeRules

ZERO_RUN_MEASURES = 5


def zero_runs(kw: Matrix) -> Matrix:
    """(n, ZERO_RUN_MEASURES) of days (n, points; NaN unknown), in points; NaN where nothing is known.

    Longest run of zeros; longest that ends before the day does; run at the begin; run at the end; 1 where all that is
    known is zero, else 0. A point without a value ends a run.
    """
    points = kw.shape[1]
    is_zero = kw == 0
    place = np.arange(1, points + 1, dtype=np.int16)
    run = place - np.maximum.accumulate(np.where(is_zero, np.int16(0), place), axis=1)
    end = run[:, -1]
    ended = np.where(place > points - end[:, None], np.int16(0), run).max(axis=1)
    begin = np.where(end == points, points, np.argmin(is_zero, axis=1))
    is_known = ~np.isnan(kw)
    is_rest = (is_zero == is_known).all(axis=1)
    found = np.stack([run.max(axis=1), ended, begin, end, is_rest], axis=1).astype(np.float64)
    found[~is_known.any(axis=1)] = np.nan
    return found


def may_be_new_rest(history: History, runs: Matrix, day: Ints, rules: VeeRules) -> Bools:
    """(n,) false where the day before alone says that zeros as long are nothing new; `runs` needs no earlier day."""
    yesterday = history.back(day, 1, 1)[:, 0]
    longest, _, begin, _, is_rest = runs[day].T
    longest_before, _, _, end, _ = np.where(yesterday == NO_DAY, np.nan, runs[yesterday].T)
    minutes = longest * history.interval_minutes[day] - longest_before * history.interval_minutes[yesterday]
    goes_on = (begin == longest) & (end > 0)
    return np.asarray((is_rest == 1) | goes_on | ~(minutes < rules.zero_run_hours * 60))


def is_new_rest(history: History, runs: Matrix, day: Ints, rules: VeeRules) -> Bools:
    """(n,) true where zeros last `zero_run_hours` longer than on any of the meter's days before.

    Also where the whole day is zero and none before was. The days before do not count as far as they belong to the
    same rest: whole days of zeros up to this day's first hour, and the end of the day it began on. So a meter that
    died is judged by the days it lived; after `zero_run_days` whole days of rest it has been said often enough.
    `runs` holds what `zero_runs` found on each day of `history`, NaN where nothing is known. False where fewer than
    `history_days_least` days of before count.
    """
    hours = history.interval_minutes / 60
    longest, ended, begin, end = (runs[:, :4] * hours[:, None]).T
    earlier = history.back(day, 1, rules.history_days)
    is_known = (earlier != NO_DAY) & ~np.isnan(longest[earlier])
    is_rest = is_known & (runs[earlier, 4] == 1)
    is_open = (runs[day, 4] == 1) | (begin[day] == longest[day])
    has_ended = np.logical_or.accumulate(is_known & ~is_rest, axis=1)
    goes_on = is_open[:, None] & ~np.pad(has_ended, ((0, 0), (1, 0)))[:, :-1]
    same_rest = goes_on & is_rest
    counts = is_known & ~same_rest
    before = np.where(goes_on & (end[earlier] > 0), ended[earlier], longest[earlier])
    longest_before = np.where(counts, before, 0).max(axis=1, initial=0)
    is_longer = longest[day] >= longest_before + rules.zero_run_hours
    is_first_rest = (runs[day, 4] == 1) & ~(is_rest & ~same_rest).any(axis=1)
    is_new = same_rest.sum(axis=1) < rules.zero_run_days
    return np.asarray((is_longer | is_first_rest) & is_new & (counts.sum(axis=1) >= rules.history_days_least))
