"""Meters that count wrong: which ones, how, from when until they are changed or mended.

The forms are those that utilities list for static meters (stuck, dead, drifting, a clock that is off, a lost phase of
a transformer-operated meter, spikes, silence); shares and sizes are chosen.

truth `meter_faults`, one row per fault: meter_id, point_id, form, from_date, to_date (last day) and size: for slow
the share not counted at the end, for clock_shift hours late, for lost_phase the share lost, for spikes a day, else 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from powerlake.simulate.points import Points
from powerlake.simulate.theft import Curves
from powerlake.simulate.utility import Block, Bools, Floats, Ints, Utility

SHARE = 0.03
"""Meters that go wrong in a year."""
LEAST_DAYS = 10
MEAN_DAYS = 75
"""Until a fault is seen to."""
CHANGED_SHARE = 0.7
"""Faults that end with a new meter; the others are mended."""

Sizes = Floats


def _stuck(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """The same value in each reading, one that the customer had before."""
    place = random.integers(0, curves.shape[1] * 96, len(curves))
    value = curves.reshape(len(curves), -1)[np.arange(len(curves)), place]
    return np.broadcast_to(value[:, None, None], curves.shape)


def _slow(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """Counts less and less, down to 1 − size at the end."""
    factor = 1 - size[:, None] * np.clip(age, 0, 1)
    return (curves * factor[:, :, None]).astype(np.float32)


def _dead(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    return np.zeros_like(curves)


def _clock_shift(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """Readings stand `size` hours too late."""
    flat = curves.reshape(len(curves), -1)
    source = (np.arange(flat.shape[1]) - np.round(size * 4).astype(np.int64)[:, None]) % flat.shape[1]
    return np.take_along_axis(flat, source, axis=1).reshape(curves.shape)


def _lost_phase(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """One of three current transformers is open: about a third is not counted."""
    return (curves * (1 - size)[:, None, None]).astype(np.float32)


def _spikes(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """Single readings many times too high, `size` a day."""
    is_spike = random.random(curves.shape, np.float32) < (size / 96)[:, None, None]
    times = random.lognormal(np.log(15), 0.6, curves.shape).astype(np.float32)
    return np.where(is_spike, (curves + curves.mean(axis=(1, 2), keepdims=True)) * times, curves)


def _silent(curves: Curves, size: Sizes, age: Floats, random: np.random.Generator) -> Curves:
    """Counts well, but most days do not come in."""
    is_gone = random.random(curves.shape[:2]) < 0.85
    return np.where(is_gone[:, :, None], np.float32(np.nan), curves)


@dataclass(frozen=True)
class Form:
    """How a meter goes wrong: its share of the faults, what is recorded then, and the range of its size."""

    share: float
    record: Callable[[Curves, Sizes, Floats, np.random.Generator], Curves]
    size: tuple[float, float] = (1.0, 1.0)
    needs_three_phases: bool = False


FORMS = {
    "stuck": Form(0.12, _stuck),
    "slow": Form(0.25, _slow, (0.1, 0.6)),
    "dead": Form(0.16, _dead),
    "clock_shift": Form(0.15, _clock_shift, (1.0, 11.0)),
    "lost_phase": Form(0.1, _lost_phase, (0.3, 0.37), needs_three_phases=True),
    "spikes": Form(0.12, _spikes, (0.2, 3.0)),
    "silent": Form(0.1, _silent),
}
REPLACEMENT_FOR = "slow"
"""What a single-phase meter has where a form needs three phases."""


@dataclass(frozen=True)
class MeterFaults:
    """Faults in a block, parallel arrays (k,), at most one a point, whose place in the block is `point`.

    `recorded` (n, days, 96) is NaN where nothing came in. `is_mended_by_change` says that a new meter ends it.
    """

    recorded: Curves
    point: Ints
    form: tuple[str, ...]
    from_day: Ints
    to_day: Ints
    size: Floats
    is_mended_by_change: Bools


def draw_meter_faults(
    utility: Utility, block: Block, points: Points, has_three_phases: Bools, reported: Curves
) -> MeterFaults:
    """Which meters go wrong, and what all meters record of the use that reaches them at each point."""
    random = utility.rng("meter_faults", block.number)
    point, from_day, to_day = _spells(utility, points, random)
    forms = _forms(has_three_phases[point], random)
    size = np.array([random.uniform(*FORMS[form].size) for form in forms])
    recorded = reported.copy()
    day = np.arange(utility.days)
    for name, form in FORMS.items():
        chosen = np.array([of == name for of in forms], bool)
        those, begin, end = point[chosen], from_day[chosen, None], to_day[chosen, None]
        if len(those):
            age = (day - begin) / np.maximum(end - begin, 1)
            wrong = form.record(reported[those], size[chosen], age, random)
            recorded[those] = np.where(((day >= begin) & (day < end))[:, :, None], wrong, reported[those])
    is_changed = (to_day < points.to_day[point]) & (random.random(len(point)) < CHANGED_SHARE)
    return MeterFaults(recorded, point, forms, from_day, to_day, size, is_changed)


def _spells(utility: Utility, points: Points, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Points whose meter goes wrong, first day, and the day after the last."""
    n = len(points.exists)
    supplied = points.to_day - points.from_day
    fails = (
        (random.random(n) < utility.soil * SHARE * utility.days / 365) & (supplied >= 2 * LEAST_DAYS) & points.exists
    )
    from_day = points.from_day + (random.random(n) * (supplied - LEAST_DAYS)).astype(np.int64)
    length = LEAST_DAYS + random.exponential(MEAN_DAYS, n).astype(np.int64)
    those = np.flatnonzero(fails)
    return those, from_day[those], np.minimum(from_day + length, points.to_day)[those]


def _forms(has_three_phases: Bools, random: np.random.Generator) -> tuple[str, ...]:
    share = np.array([form.share for form in FORMS.values()])
    drawn = random.choice(len(FORMS), len(has_three_phases), p=share / share.sum())
    return tuple(
        REPLACEMENT_FOR if FORMS[name].needs_three_phases and not three else name
        for name, three in zip(np.array(list(FORMS))[drawn].tolist(), has_three_phases, strict=True)
    )
