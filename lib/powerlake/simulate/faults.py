"""The life of assets day by day: defects begin, grow, are found or lead to failure; repairs and replacements renew.

A defect grows for weeks before it makes an asset fail, and shows meanwhile in alarms, oil gases, temperatures and
inspections. Failures from outside strike sound assets too, worn ones more easily.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from powerlake.simulate.ageing import failure_shape
from powerlake.simulate.hazards import AGEING, Assets, Exposure
from powerlake.simulate.utility import Bools, Floats, Ints, Utility

NO_DEFECT = -1
DEFECTS = ("partial_discharge", "arcing", "thermal", "mechanical")
"""What grows in an asset; arrays hold the place in this tuple, or NO_DEFECT."""
DEFECT_SHARES = {
    "transformer": (0.25, 0.2, 0.45, 0.1),
    "switchgear": (0.3, 0.15, 0.2, 0.35),
    "feeder": (0.2, 0.1, 0.4, 0.3),
}
GROWTH_PER_DAY, GROWTH_SPREAD = 1 / 45, 0.5
"""Median and logarithmic spread of what severity gains in a day of mild use; chosen."""
FAILURES_AT_FULL_SEVERITY = 0.15
"""A day at severity 1; with the cube of severity below and above. Chosen."""
SUDDEN_FAILURES = 2e-5
"""A day, of an asset in fair condition without any sign; CNAIM's cubic multiplies it."""
INSPECTION_EVERY_DAYS = 180
ROUTINE_SLACK_DAYS = 12
RANDOM_INSPECTIONS = 1.5e-3
"""A day and asset."""
SUSPICIONS = 0.08
"""Inspections a day on suspicion at severity 1; a fortieth of it without a defect."""
DETECTION_NOISE = 0.25
DETECTED_FROM = 0.45
"""Severity that an inspection without noise would find."""
REMEDY_SHARE, REMEDY_DELAY_DAYS = 0.6, 25
"""Of defects found, those that are put right in time, within so many days."""
MAINTENANCE_EVERY_DAYS = 730
REPAIRED_HEALTH = 0.85
"""Health after a repair ÷ before."""

NOT_INSPECTED, ROUTINE, RANDOM, SUSPICION = range(4)


@dataclass(frozen=True)
class History:
    """Arrays (a, days) over the assets given."""

    health: Floats
    defect: Ints
    """Place in DEFECTS, or NO_DEFECT."""
    severity: Floats
    """0 without a defect; at 1 failure is near."""
    hazard: Floats
    """Expected failures that day."""
    cause: Ints
    """Place in CAUSES of what would make it fail, drawn by the parts of the hazard."""
    failed: Bools
    inspected: Ints
    """NOT_INSPECTED, ROUTINE, RANDOM or SUSPICION."""
    found: Bools
    """The inspection found the defect."""
    remedied: Bools
    """A defect that was found is put right before failure."""
    maintained: Bools
    replaced: Bools


@dataclass
class _State:
    """Of the assets, (a,), as the days go by."""

    health: Floats
    defect: Ints
    severity: Floats
    growth: Floats
    remedy_day: Ints


@dataclass(frozen=True)
class _Chances:
    """All that is drawn before the first day, (a, days) unless said: so days do not change each other's luck."""

    begins: Floats
    defect: Ints
    growth: Floats
    fails: Floats
    cause: Floats
    noise: Floats
    remedy: Floats
    renewal: Floats
    suspicion: Floats
    scheduled: Ints
    maintained: Bools


def live(utility: Utility, rng: np.random.Generator, assets: Assets, exposure: Exposure) -> History:
    """The history of the assets over the days of the utility."""
    chances = _draw(utility, rng, assets)
    count = len(assets)
    state = _State(
        health=assets.health.copy(),
        defect=np.full(count, NO_DEFECT),
        severity=np.zeros(count),
        growth=np.zeros(count),
        remedy_day=np.full(count, utility.days),
    )
    history = _blank(count, utility.days)
    for day in range(utility.days):
        _day(day, state, chances, exposure, history)
    return history


def _day(day: int, state: _State, chances: _Chances, exposure: Exposure, history: History) -> None:
    """One day of all assets, written into the history, and the state changed for the next."""
    _grow(day, state, chances, exposure)
    parts = _hazards(day, state, exposure)
    hazard = parts.sum(axis=0)
    failed = chances.fails[:, day] < 1 - np.exp(-hazard)
    cause = (np.cumsum(parts, axis=0) < chances.cause[:, day] * hazard).sum(axis=0)
    inspected = _inspected(day, state, chances) * ~failed
    found = _found(day, state, chances, inspected)
    remedied = (state.remedy_day == day) & ~failed & (state.defect != NO_DEFECT)
    maintained = chances.maintained[:, day] & ~failed & ~remedied
    worn_out = np.clip((state.health - 4) / 10, 0, 0.5) * np.where(failed, 1.0, 0.3 * maintained)
    replaced = chances.renewal[:, day] < worn_out
    history.health[:, day], history.defect[:, day], history.severity[:, day] = (
        state.health,
        state.defect,
        state.severity,
    )
    history.hazard[:, day], history.cause[:, day], history.failed[:, day] = hazard, cause, failed
    history.inspected[:, day], history.found[:, day], history.remedied[:, day] = inspected, found, remedied
    history.maintained[:, day], history.replaced[:, day] = maintained, replaced
    _renew(state, failed | remedied, maintained, replaced, chances.noise[:, day], history.health.shape[1])


def _grow(day: int, state: _State, chances: _Chances, exposure: Exposure) -> None:
    """Defects begin and grow."""
    rate = exposure.defects[:, day] * failure_shape(state.health)
    begins = (state.defect == NO_DEFECT) & (chances.begins[:, day] < rate)
    state.defect = np.where(begins, chances.defect[:, day], state.defect)
    state.growth = np.where(begins, chances.growth[:, day], state.growth)
    step = state.growth * exposure.wear[:, day] * (state.defect != NO_DEFECT)
    state.severity = np.minimum(state.severity + step, 1.5)


def _hazards(day: int, state: _State, exposure: Exposure) -> Floats:
    """(causes, a) expected failures of the day: outside ones grow slightly with wear."""
    parts = exposure.failures[:, :, day] * (0.7 + 0.1 * state.health)
    parts[AGEING] += FAILURES_AT_FULL_SEVERITY * state.severity**3 + SUDDEN_FAILURES * failure_shape(state.health)
    return np.asarray(parts)


def _inspected(day: int, state: _State, chances: _Chances) -> Ints:
    """(a,) why each asset is inspected today, if at all."""
    chance = SUSPICIONS * (state.severity**2 + 1 / 40)
    return np.where(
        chances.scheduled[:, day] != NOT_INSPECTED,
        chances.scheduled[:, day],
        np.where(chances.suspicion[:, day] < chance, SUSPICION, NOT_INSPECTED),
    )


def _found(day: int, state: _State, chances: _Chances, inspected: Ints) -> Bools:
    """(a,) whether an inspection sees the defect; a part of those seen is then put right some days later."""
    seen = state.severity + DETECTION_NOISE * chances.noise[:, day] > DETECTED_FROM
    found = (inspected != NOT_INSPECTED) & (state.defect != NO_DEFECT) & seen
    luck = chances.remedy[:, day] / REMEDY_SHARE
    remedy_day = day + 1 + (REMEDY_DELAY_DAYS * luck).astype(np.int64)
    state.remedy_day = np.where(found & (luck < 1), np.minimum(state.remedy_day, remedy_day), state.remedy_day)
    return np.asarray(found)


def _blank(count: int, days: int) -> History:
    shape = (count, days)
    no, zero, real = np.zeros(shape, bool), np.zeros(shape, np.int64), np.zeros(shape)
    return History(
        health=real.copy(),
        defect=zero.copy(),
        severity=real.copy(),
        hazard=real.copy(),
        cause=zero.copy(),
        failed=no.copy(),
        inspected=zero.copy(),
        found=no.copy(),
        remedied=no.copy(),
        maintained=no.copy(),
        replaced=no.copy(),
    )


def _renew(state: _State, repaired: Bools, maintained: Bools, replaced: Bools, noise: Floats, never: int) -> None:
    """Repairs take the defect away, maintenance two times in three; a new asset is like new."""
    cleared = repaired | replaced | (maintained & (noise > -0.43))
    state.defect = np.where(cleared, NO_DEFECT, state.defect)
    state.severity = np.where(cleared, 0.0, state.severity)
    state.remedy_day = np.where(cleared, never, state.remedy_day)
    state.health = np.where(repaired, np.maximum(REPAIRED_HEALTH * state.health, 0.5), state.health)
    state.health = np.where(replaced, 0.5, state.health) * np.exp(0.055 / 365.25)


def _routine(rng: np.random.Generator, shape: tuple[int, int]) -> Bools:
    """(a, days) by turns, each time some days early or late."""
    assets, days = shape
    turns = np.arange(days // INSPECTION_EVERY_DAYS + 2) * INSPECTION_EVERY_DAYS
    phase = rng.integers(0, INSPECTION_EVERY_DAYS, (assets, 1))
    due = turns - phase + rng.integers(-ROUTINE_SLACK_DAYS, ROUTINE_SLACK_DAYS + 1, (assets, len(turns)))
    return np.asarray((due[:, :, None] == np.arange(days)).any(axis=1))


def _draw(utility: Utility, rng: np.random.Generator, assets: Assets) -> _Chances:
    shape = (len(assets), utility.days)
    shares = np.cumsum([DEFECT_SHARES[kind] for kind in assets.kind], axis=1)
    is_routine = _routine(rng, shape)
    is_random = rng.random(shape) < RANDOM_INSPECTIONS
    return _Chances(
        begins=rng.random(shape),
        defect=(rng.random(shape)[:, :, None] > shares[:, None, :-1]).sum(axis=2),
        growth=GROWTH_PER_DAY * rng.lognormal(0, GROWTH_SPREAD, shape),
        fails=rng.random(shape),
        cause=rng.random(shape),
        noise=rng.normal(size=shape),
        remedy=rng.random(shape),
        renewal=rng.random(shape),
        suspicion=rng.random(shape),
        scheduled=np.where(is_routine, ROUTINE, np.where(is_random, RANDOM, NOT_INSPECTED)),
        maintained=rng.random(shape) < 1 / MAINTENANCE_EVERY_DAYS,
    )
