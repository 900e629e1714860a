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
from powerlake.loadcurve.history import Curve, History, Kilowatts, MeasuredDays, sums
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import ESTIMATED, Flag, Quality, is_one_of
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.validate import (
    has_jump,
    has_spike,
    has_wrong_unit,
    has_zero_run,
    is_estimated_too_long,
    is_high,
    usual_kw,
)

FLAGS = tuple(Flag)
_WH_PER_KWH = np.float32(1000)
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
    mean_kw = own.mean_kw()
    usual = _usual(history, np.concatenate([before.mean_kw(), mean_kw]), mean_kw, rules)
    is_wrong = _whole_days(own, has_wrong_unit(mean_kw, usual, rules))
    _convert(own, quality, _flag(flags, Flag.WRONG_UNIT, is_wrong))
    _take_out(own, quality, _flag(flags, Flag.IMPOSSIBLE, own.highest_kw() > rules.maximum_kw), rules)
    _flag(flags, Flag.HIGH_AGAINST_HISTORY, is_high(own.mean_kw(), usual, rules))
    _flag_shapes(own, flags, rules)
    _flag_long_estimates(before, own, history, flags, rules)
    kwh = _with_estimates(own, history, quality, rules)
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


def _usual(history: History, mean_of_all: Kilowatts, mean_kw: Kilowatts, rules: VeeRules) -> Kilowatts:
    """(own days,) usual mean power; NaN also where the day is too low for any rule to ask."""
    usual = np.full(len(mean_kw), np.nan)
    asked = np.flatnonzero(mean_kw > min(rules.high_floor_kw, rules.wrong_unit_floor_kw))
    usual[asked] = usual_kw(history, mean_of_all, history.own[asked], rules)
    return usual


def _whole_days(own: MeasuredDays, asked: Bools) -> Bools:
    """(own days,) of those `asked`, the days whose every reading is a whole number, as Wh are.

    A pump that rests for weeks and then runs is as far above its usual, but in kWh with decimals.
    """
    whole = asked.copy()
    if asked.any():
        points = own.points[asked]
        has_decimals = own.kwh[np.repeat(asked, own.points)] % 1 > 0
        whole[asked] = sums(has_decimals, np.cumsum(points) - points) == 0
    return whole


def _convert(own: MeasuredDays, quality: Codes, is_wrong: Bools) -> None:
    """Turns Wh into kWh on the days `is_wrong`."""
    if is_wrong.any():
        cells = np.flatnonzero(np.repeat(is_wrong, own.points) & (quality == Quality.RECEIVED))
        own.kwh[cells] /= _WH_PER_KWH
        quality[cells] = Quality.RESCALED


def _take_out(own: MeasuredDays, quality: Codes, is_impossible: Bools, rules: VeeRules) -> None:
    """Removes the readings above the maximum from the days `is_impossible`."""
    if is_impossible.any():
        most_kwh = np.where(is_impossible, rules.maximum_kw * own.interval_minutes / 60, np.inf)
        cells = np.flatnonzero(own.kwh > np.repeat(most_kwh, own.points))
        own.kwh[cells] = np.nan
        quality[cells] = Quality.REMOVED


def _flag_shapes(own: MeasuredDays, flags: Bools, rules: VeeRules) -> None:
    """Flags spikes, jumps and zero runs, looking closely only at the days high or zero enough to have one."""
    highest = own.highest_kw()
    zeros = sums(own.kwh == 0, own.first) * own.interval_minutes / 60
    may_spike = highest > min(rules.spike_floor_kw, rules.jump_kw)
    for rows, interval in _alike(own, may_spike | (zeros >= rules.zero_run_hours)):
        kwh = own.kwh[own.first[rows][:, None] + np.arange(own.points[rows[0]])]
        kw = kwh * np.float32(60 / interval)
        flags[rows, FLAGS.index(Flag.SPIKE)] = has_spike(kw, rules)
        flags[rows, FLAGS.index(Flag.JUMP)] = has_jump(kw, rules)
        flags[rows, FLAGS.index(Flag.ZERO_RUN)] = has_zero_run(kwh, round(rules.zero_run_hours * 60 / interval))


def _flag_long_estimates(
    before: MeasuredDays, own: MeasuredDays, history: History, flags: Bools, rules: VeeRules
) -> None:
    mostly = np.concatenate(
        [part.known_points() < (1 - rules.mostly_estimated_share) * part.points for part in (before, own)]
    )
    asked = np.flatnonzero(mostly[history.own])
    too_long = is_estimated_too_long(history, mostly, history.own[asked], rules)
    flags[asked, FLAGS.index(Flag.ESTIMATED_TOO_LONG)] = too_long


def _with_estimates(own: MeasuredDays, history: History, quality: Codes, rules: VeeRules) -> Curve:
    """The measured curves with estimates in their gaps; writes the codes of the estimates into `quality`."""
    kwh = own.kwh.copy()
    for rows, interval in _alike(own, own.known_points() < own.points):
        points = int(own.points[rows[0]])
        cells = own.first[rows][:, None] + np.arange(points)
        day = history.own[rows]
        line = interpolated(kwh[cells], history.last_kwh_before(day), int(rules.interpolation_hours * 60 / interval))
        _fill(kwh, quality, cells, line, Quality.INTERPOLATED)
        open_rows = np.flatnonzero(np.isnan(kwh[cells]).any(axis=1))
        alike = similar_day(history, day[open_rows], points, days_back=rules.history_days, at_most=rules.similar_days)
        _fill(kwh, quality, cells[open_rows], alike, Quality.SIMILAR_DAY)
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
    kinds, kind = np.unique(np.stack([own.points[rows], own.interval_minutes[rows]]), axis=1, return_inverse=True)
    return [(rows[kind.reshape(-1) == number], int(minutes)) for number, minutes in enumerate(kinds[1])]
