"""Faults planted in sound load curves, one a meter, and whether the rules that watch for them speak."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from powerlake.loadcurve.clock import Ints
from powerlake.loadcurve.days import contiguous, items, lengths
from powerlake.loadcurve.history import Curve, MeasuredDays
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import Flag
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.vee import FLAGS, validated
from powerlake.models.evaluate_clean import Found

DEAD_DAYS = 10
SEEN_WITHIN_DAYS = 3
"""A flag on the day of the fault or the two after it counts, as far as the fault lasts."""


@dataclass(frozen=True)
class Chosen:
    """A day of each of some meters, parallel arrays: its first cell in the flat curves, its points, its highest kWh."""

    first: Ints
    points: Ints
    highest_kwh: Curve
    end_of_fault: Ints
    """First cell after the tenth day."""

    def cells(self, begin: Ints, end: Ints) -> tuple[Ints, Ints]:
        """All cells from `begin` to before `end`, one behind the other, and whose they are."""
        whose = np.repeat(np.arange(len(begin)), end - begin)
        return np.arange(len(whose)) - (np.cumsum(end - begin) - end)[whose], whose

    def somewhen(self, random: np.random.Generator) -> Ints:
        """A cell of each day."""
        found: Ints = self.first + (random.random(len(self.first)) * self.points).astype(np.int64)
        return found


Plant = Callable[[Curve, Chosen, np.random.Generator], None]


def _spike(times: float) -> Plant:
    def plant(kwh: Curve, chosen: Chosen, random: np.random.Generator) -> None:
        kwh[chosen.somewhen(random)] = times * chosen.highest_kwh

    return plant


def _step(times: float) -> Plant:
    def plant(kwh: Curve, chosen: Chosen, random: np.random.Generator) -> None:
        cells, whose = chosen.cells(chosen.somewhen(random), chosen.first + chosen.points)
        kwh[cells] += times * chosen.highest_kwh[whose]

    return plant


def _day(times: float) -> Plant:
    def plant(kwh: Curve, chosen: Chosen, random: np.random.Generator) -> None:
        cells, _ = chosen.cells(chosen.first, chosen.first + chosen.points)
        kwh[cells] *= np.float32(times)

    return plant


def _dead(kwh: Curve, chosen: Chosen, random: np.random.Generator) -> None:
    cells, _ = chosen.cells(chosen.somewhen(random), chosen.end_of_fault)
    kwh[cells] = 0


def _watt_hours(kwh: Curve, chosen: Chosen, random: np.random.Generator) -> None:
    cells, _ = chosen.cells(chosen.first, chosen.first + chosen.points)
    kwh[cells] = np.round(kwh[cells] * 1000)


@dataclass(frozen=True)
class Fault:
    """What is planted, and the rules of which one must speak."""

    name: str
    plant: Plant
    rules: tuple[Flag, ...]
    days: int = 1


FAULTS = (
    Fault("spike_of_3", _spike(3), (Flag.SPIKE, Flag.IMPOSSIBLE)),
    Fault("spike_of_10", _spike(10), (Flag.SPIKE, Flag.IMPOSSIBLE)),
    Fault("step_of_3", _step(3), (Flag.JUMP, Flag.IMPOSSIBLE)),
    Fault("step_of_10", _step(10), (Flag.JUMP, Flag.IMPOSSIBLE)),
    Fault("day_times_6", _day(6), (Flag.HIGH_AGAINST_HISTORY, Flag.IMPOSSIBLE)),
    Fault("day_times_10", _day(10), (Flag.HIGH_AGAINST_HISTORY, Flag.IMPOSSIBLE)),
    Fault("dead", _dead, (Flag.ZERO_RUN,), DEAD_DAYS),
    Fault("day_in_wh", _watt_hours, (Flag.WRONG_UNIT, Flag.IMPOSSIBLE)),
)
"""Sizes are times the highest interval of the day, and for days times what it was."""


def found_faults(curves: pa.Table, rules: VeeRules, random: np.random.Generator) -> Iterator[Found]:
    """Each of FAULTS planted by itself in rows of silver.load_curves in which nothing is wrong, by meter and date.

    Planted where four weeks lie before and ten days behind, and the meter is in use that day.
    """
    days = _days_of(curves)
    for fault in FAULTS:
        chosen = _chosen(days, rules.history_days, random)
        kwh = days.kwh.copy()
        first = np.cumsum(days.points) - days.points
        fault.plant(kwh, _cells_of(days, chosen, first), random)
        nothing_before = MeasuredDays.before(None, pa.array([], pa.string()), days.date.min())
        flags = validated(replace(days, kwh=kwh), nothing_before, rules).flags
        speaks = flags @ np.isin(FLAGS, fault.rules)
        seen = speaks[chosen[:, None] + np.arange(min(fault.days, SEEN_WITHIN_DAYS))].any(axis=1)
        yield Found(fault.name, int(seen.sum()), len(chosen))


def _days_of(curves: pa.Table) -> Days:
    count = len(curves)
    return Days(
        meter=contiguous(curves["meter_id"]).dictionary_encode().indices.to_numpy().astype(np.int64),
        date=curves["date"].to_numpy().astype("datetime64[D]"),
        interval_minutes=curves["interval_minutes"].to_numpy().astype(np.int64),
        points=lengths(curves["kwh"]),
        batch=np.ones(count, np.int64),
        row=np.arange(count),
        kwh=items(curves["kwh"]),
    )


def _chosen(days: Days, before: int, random: np.random.Generator) -> Ints:
    """(k,) a day of each meter that has one to choose, drawn at random."""
    place, last = np.arange(len(days)), len(days) - 1
    back, ahead = np.maximum(place - before, 0), np.minimum(place + DEAD_DAYS - 1, last)
    is_inside = (place >= before) & (place + DEAD_DAYS <= len(days))
    is_one_meter = (days.meter[back] == days.meter) & (days.meter[ahead] == days.meter)
    in_use = MeasuredDays.of(days).mean_kw() > 0
    places = random.permutation(np.flatnonzero(is_inside & is_one_meter & in_use))
    _, first = np.unique(days.meter[places], return_index=True)
    return places[first]


def _cells_of(days: Days, chosen: Ints, first: Ints) -> Chosen:
    highest = np.fmax.reduceat(days.kwh, first)[chosen]
    last = chosen + DEAD_DAYS - 1
    return Chosen(first[chosen], days.points[chosen], highest, first[last] + days.points[last])
