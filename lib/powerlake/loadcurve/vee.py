"""Validation, estimation and editing of the assembled days of a shard.

Three layers stay apart: as received, measured (what could be true), published (estimates filled in). The order is:
convert days sent in Wh, take out impossible readings, flag, estimate. An estimate is a straight line across a short
gap, else the mean of similar days, else there is none. It looks only at earlier points and days and at the point
that closes a gap within the day, and days that arrive later do not revise it; so a run over new files and a rebuild
of everything agree. There is no scaling to a register: no register reads reach this stage.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.bronze_rows import Bools
from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.estimate import interpolated, similar_day
from powerlake.loadcurve.history import Curve, History, Kilowatts, MeasuredDays, alike, sums
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import ESTIMATED, Flag, Quality, is_one_of
from powerlake.loadcurve.reference import days_before, is_beyond, usual_kw
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.validate import (
    has_spike,
    highest_kw,
    is_estimated_too_long,
    is_high,
    largest_jump_kw,
)
from powerlake.loadcurve.wrong_unit import WH_PER_KWH, sent_in_wh
from powerlake.loadcurve.zero_runs import ZERO_RUN_MEASURES, is_new_rest, may_be_new_rest, zero_runs

FLAGS = tuple(Flag)
_REPLACED = Quality.REPLACED_SIMILAR_DAY - Quality.SIMILAR_DAY
"""From the code of an estimate in a gap to that of the same estimate in place of an impossible reading."""

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Validated:
    """What validation made of the days: curves lie flat, in the order of `Days`."""

    kwh: Curve
    quality: Codes
    is_edited: Bools
    """(days,) true where a value was converted, taken out or estimated."""
    flags: Bools
    """(days, FLAGS) true where the day broke the rule."""


def validated(days: Days, before: MeasuredDays, rules: VeeRules) -> Validated:
    """The published curves of the days of a shard; `before` are the meters' days of the weeks before it."""
    own = MeasuredDays.of(days)
    history = History(before, own)
    quality = np.isnan(own.kwh).view(np.int8) * np.int8(Quality.MISSING)
    flags = np.zeros((len(own), len(FLAGS)), dtype=bool)
    mean_kw, mean_before = own.mean_kw(), before.mean_kw()
    is_wrong = sent_in_wh(own, history, mean_before, mean_kw, rules)
    _convert(own, quality, _flag(flags, Flag.WRONG_UNIT, is_wrong))
    highest = own.highest_kw()
    is_impossible = highest > rules.maximum_kw
    _take_out(own, quality, _flag(flags, Flag.IMPOSSIBLE, is_impossible), rules)
    if is_wrong.any() or is_impossible.any():
        mean_kw, highest = own.mean_kw(), own.highest_kw()
    _flag_high(own, history, np.concatenate([mean_before, mean_kw]), flags, rules)
    _flag_shapes(own, history, highest, flags, rules)
    _flag_rests(own, history, flags, rules)
    known = own.known_points()
    _flag_long_estimates(before, own, history, known, flags, rules)
    kwh = _with_estimates(own, history, known, quality, rules)
    is_edited = days_with(quality, own.points, *ESTIMATED, Quality.REMOVED, Quality.RESCALED) > 0
    return Validated(kwh, quality, is_edited, flags)


def days_with(quality: Codes, points: Ints, *codes: Quality) -> Ints:
    """(days,) points with one of `codes`, none of them RECEIVED; looks closely only at days that have other codes."""
    first = np.cumsum(points) - points
    found = np.zeros(len(points), dtype=np.int64)
    other = np.maximum.reduceat(quality, first) > Quality.RECEIVED if len(points) else found > 0
    if other.any():
        firsts = np.cumsum(points[other]) - points[other]
        found[other] = sums(is_one_of(quality[np.repeat(other, points)], *codes), firsts)
    return found


def _flag(flags: Bools, flag: Flag, where: Bools) -> Bools:
    flags[:, FLAGS.index(flag)] = where
    return where


def _among(own: MeasuredDays, asked: Ints, found: Bools) -> Bools:
    """(own days,) true on those of the days `asked` where `found` is."""
    among = np.zeros(len(own), dtype=bool)
    among[asked[found]] = True
    return among


def _convert(own: MeasuredDays, quality: Codes, is_wrong: Bools) -> None:
    """Turns Wh into kWh on the days `is_wrong`."""
    if is_wrong.any():
        cells = np.flatnonzero(np.repeat(is_wrong, own.points) & (quality == Quality.RECEIVED))
        own.kwh[cells] /= WH_PER_KWH
        quality[cells] = Quality.RESCALED


def _take_out(own: MeasuredDays, quality: Codes, is_impossible: Bools, rules: VeeRules) -> None:
    """Removes the readings above the maximum from the days `is_impossible`."""
    if is_impossible.any():
        most_kwh = np.where(is_impossible, rules.maximum_kw * own.interval_minutes / 60, np.inf)
        cells = np.flatnonzero(own.kwh > np.repeat(most_kwh, own.points))
        own.kwh[cells] = np.nan
        quality[cells] = Quality.REMOVED


def _flag_high(own: MeasuredDays, history: History, mean_of_all: Kilowatts, flags: Bools, rules: VeeRules) -> None:
    """Flags days high against history, looking closely only at those beyond what the meter had before."""
    asked = np.flatnonzero(mean_of_all[history.own] > rules.high_floor_kw)
    asked = asked[is_beyond(history, mean_of_all, history.own[asked], rules)]
    day = history.own[asked]
    found = is_high(mean_of_all[day], usual_kw(history, mean_of_all, day, rules), rules)
    _flag(flags, Flag.HIGH_AGAINST_HISTORY, _among(own, asked, found))


def _flag_shapes(own: MeasuredDays, history: History, highest: Kilowatts, flags: Bools, rules: VeeRules) -> None:
    """Flags spikes and jumps, looking closely only at the days high enough to have one.

    Of the days before, only those are looked at that such a day is judged against.
    """
    is_spike, is_jump = np.zeros(len(own), dtype=bool), np.zeros(len(own), dtype=bool)
    for rows, interval in _alike(own, highest > min(rules.spike_floor_kw, rules.jump_kw)):
        kw = own.kwh[own.first[rows][:, None] + np.arange(own.points[rows[0]])] * np.float32(60 / interval)
        is_spike[rows] = has_spike(kw, rules)
        is_jump[rows] = largest_jump_kw(kw) > rules.jump_kw
    for flag, is_asked, measure in ((Flag.SPIKE, is_spike, highest_kw), (Flag.JUMP, is_jump, largest_jump_kw)):
        asked = np.flatnonzero(is_asked)
        day = history.own[asked]
        kw_of_all = history.measured(days_before(history, day, rules.history_days), measure)
        _flag(flags, flag, _among(own, asked, is_beyond(history, kw_of_all, day, rules)))


def _flag_rests(own: MeasuredDays, history: History, flags: Bools, rules: VeeRules) -> None:
    """Flags zero runs, looking closely only at days with zeros enough and at those they are judged against."""
    asked = np.flatnonzero(sums(own.kwh == 0, own.first) * own.interval_minutes >= rules.zero_run_hours * 60)
    runs = history.measured(days_before(history, history.own[asked], 1), zero_runs, ZERO_RUN_MEASURES)
    asked = asked[may_be_new_rest(history, runs, history.own[asked], rules)]
    day = history.own[asked]
    runs = history.measured(days_before(history, day, rules.history_days), zero_runs, ZERO_RUN_MEASURES)
    _flag(flags, Flag.ZERO_RUN, _among(own, asked, is_new_rest(history, runs, day, rules)))


def _flag_long_estimates(
    before: MeasuredDays, own: MeasuredDays, history: History, known: Ints, flags: Bools, rules: VeeRules
) -> None:
    least = 1 - rules.mostly_estimated_share
    is_poor = known < least * own.points
    asked = np.flatnonzero(is_poor)
    if not len(asked):
        return
    mostly = np.concatenate([before.known_points() < least * before.points, is_poor])
    too_long = is_estimated_too_long(history, mostly, history.own[asked], rules)
    flags[asked, FLAGS.index(Flag.ESTIMATED_TOO_LONG)] = too_long


def _with_estimates(own: MeasuredDays, history: History, known: Ints, quality: Codes, rules: VeeRules) -> Curve:
    """The measured curves with estimates in their gaps; writes the codes of the estimates into `quality`."""
    kwh = own.kwh.copy()
    for rows, interval in _alike(own, known < own.points):
        points = int(own.points[rows[0]])
        cells = own.first[rows][:, None] + np.arange(points)
        day = history.own[rows]
        line = interpolated(kwh[cells], history.last_kwh_before(day), int(rules.interpolation_hours * 60 / interval))
        _fill(kwh, quality, cells, line, Quality.INTERPOLATED)
        open_rows = np.flatnonzero(np.isnan(kwh[cells]).any(axis=1))
        similar = similar_day(history, day[open_rows], points, days_back=rules.history_days, at_most=rules.similar_days)
        _fill(kwh, quality, cells[open_rows], similar, Quality.SIMILAR_DAY)
    return kwh


def _fill(kwh: Curve, quality: Codes, cells: Ints, estimate: Curve, code: Quality) -> None:
    """Writes estimates where there is one and no value, with the code for a gap or for a reading taken out."""
    use = np.isnan(kwh[cells]) & ~np.isnan(estimate)
    filled = cells[use]
    kwh[filled] = estimate[use]
    quality[filled] = np.where(quality[filled] == Quality.REMOVED, code + _REPLACED, code)


def _alike(own: MeasuredDays, which: Bools) -> list[tuple[Ints, int]]:
    """The days `which`, grouped by number of points and interval: pairs of (rows, interval in minutes)."""
    rows = np.flatnonzero(which)
    return [(rows[place], minutes) for place, minutes in alike(own.points[rows], own.interval_minutes[rows])]
