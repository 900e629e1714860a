"""Theft as the meter shows it: which customers steal, from when to when, and what is reported instead of the truth.

Six forms are the attacks of Jokar, Arianpoor & Leung, "Electricity theft detection in AMI using customers' consumption
patterns", IEEE Trans. Smart Grid 7(1), 2016; two are those that Punmiya & Choe, IEEE Trans. Smart Grid 10(2), 2019, add
(both known from the many papers that repeat them). Shares, sizes and dates are chosen.

truth `theft`, one row per spell of theft: customer_id, meter_id (that of the spell's first day), form, from_date,
to_date (last day), stolen_kwh (true less reported) and stolen_share (of the true use in the spell).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from powerlake.simulate.utility import KINDS, Block, Customers, Ints, Utility

Curves = npt.NDArray[np.float32]
"""(customers, days, 96) kWh in a quarter of an hour."""

SHARE = {"residential": 0.022, "shop": 0.045, "office": 0.01, "industry": 0.04, "agriculture": 0.05}
"""Customers of a kind who steal at some time in a year; 0 for kinds not named."""
ALREADY = 0.25
"""Of the spells, those that began before the first day."""
STOPPED = 0.2
"""Of the spells, those that end before the last day."""
LEAST_DAYS = 14
"""Of a spell; a customer who is supplied for less does not steal."""
FACTOR = (0.1, 0.8)
"""Range of the factors that readings are multiplied by, Jokar et al."""
OFF_HOURS = (4, 20)
"""Range of the hours a day that are reported as zero."""


def _scaled(true: Curves, random: np.random.Generator) -> Curves:
    """Type 1: one factor for all readings of a spell; also what a bypass of one of several wires leaves."""
    return true * _factors(random, (len(true), 1, 1))


def _off_hours(true: Curves, random: np.random.Generator) -> Curves:
    """Type 2: nothing for the same hours of each day."""
    count = random.integers(OFF_HOURS[0] * 4, OFF_HOURS[1] * 4, (len(true), 1))
    begin = random.integers(0, 96, (len(true), 1))
    is_off = (np.arange(96) - begin) % 96 < count
    return np.where(is_off[:, None], np.float32(0), true)


def _random_factors(true: Curves, random: np.random.Generator) -> Curves:
    """Type 3: another factor for each reading."""
    return true * _factors(random, true.shape)


def _mean(true: Curves, random: np.random.Generator) -> Curves:
    """Type 5: the mean of the day throughout; nothing is gained but the cheaper hours' price."""
    return np.asarray(np.repeat(true.mean(axis=2, keepdims=True), true.shape[2], axis=2))


def _random_means(true: Curves, random: np.random.Generator) -> Curves:
    """Type 4: the mean of the day, times another factor for each reading."""
    return _mean(true, random) * _factors(random, true.shape)


def _reversed(true: Curves, random: np.random.Generator) -> Curves:
    """Type 6: the day backwards, so that the evening is billed at the night's price."""
    return true[:, :, ::-1]


def _clipped(true: Curves, random: np.random.Generator) -> Curves:
    """What is above a level bypasses the meter: a second line for the heavy loads, always the same ones."""
    return np.asarray(np.minimum(true, _levels(true, random, 0.2, 0.6)))


def _subtracted(true: Curves, random: np.random.Generator) -> Curves:
    """A steady load hangs before the meter, and only the rest is counted."""
    return np.asarray(np.maximum(true - _levels(true, random, 0.1, 0.5), 0))


FORMS: dict[str, tuple[float, Callable[[Curves, np.random.Generator], Curves]]] = {
    "scaled": (0.26, _scaled),
    "off_hours": (0.17, _off_hours),
    "random_factors": (0.1, _random_factors),
    "random_means": (0.05, _random_means),
    "mean": (0.04, _mean),
    "reversed": (0.06, _reversed),
    "clipped": (0.2, _clipped),
    "subtracted": (0.12, _subtracted),
}
"""Form → its share of the spells, and what it reports. Physical bypasses are made the commoner ones."""


def _factors(random: np.random.Generator, shape: tuple[int, ...]) -> Curves:
    return random.random(shape, np.float32) * np.float32(FACTOR[1] - FACTOR[0]) + np.float32(FACTOR[0])


def _levels(true: Curves, random: np.random.Generator, low: float, high: float) -> Curves:
    """(customers, 1, 1) a level between two shares of the power that is reached in one reading of a hundred."""
    top = np.quantile(true.reshape(len(true), -1), 0.99, axis=1)
    levels: Curves = (top * random.uniform(low, high, len(true))).astype(np.float32)[:, None, None]
    return levels


@dataclass(frozen=True)
class Theft:
    """Spells of theft in a block, parallel arrays (k,), at most one a customer, and what is reported.

    `customer` is the place in the block; days are places in `Utility.dates`, `to_day` the day after the last.
    """

    reported: Curves
    customer: Ints
    form: tuple[str, ...]
    from_day: Ints
    to_day: Ints
    stolen_kwh: npt.NDArray[np.float64]
    true_kwh: npt.NDArray[np.float64]


def draw_theft(utility: Utility, block: Block, customers: Customers, taken: Curves) -> Theft:
    """Who steals, and the use that reaches the meters."""
    random = utility.rng("theft", block.number)
    customer, from_day, to_day = _spells(utility, customers, random)
    shares = np.array([share for share, _ in FORMS.values()])
    forms = random.choice(len(FORMS), len(customer), p=shares / shares.sum())
    reported = taken.copy()
    day = np.arange(utility.days)
    for number, (_, report) in enumerate(FORMS.values()):
        those = customer[forms == number]
        if len(those):
            in_spell = (day >= from_day[forms == number, None]) & (day < to_day[forms == number, None])
            reported[those] = np.where(in_spell[:, :, None], report(taken[those], random), taken[those])
    true, seen = (curves[customer].sum(axis=2, dtype=np.float64) for curves in (taken, reported))
    in_spell = (day >= from_day[:, None]) & (day < to_day[:, None])
    return Theft(
        reported,
        customer,
        tuple(list(FORMS)[number] for number in forms),
        from_day,
        to_day,
        stolen_kwh=np.where(in_spell, true - seen, 0).sum(axis=1),
        true_kwh=np.where(in_spell, true, 0).sum(axis=1),
    )


def _spells(utility: Utility, customers: Customers, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Customers who steal, first day, and the day after the last."""
    n = len(customers)
    share = np.array([SHARE.get(kind, 0.0) for kind in KINDS])[customers.kind]
    steals = (random.random(n) < utility.soil * share) & (customers.to_day - customers.from_day >= 2 * LEAST_DAYS)
    room = customers.to_day - customers.from_day - LEAST_DAYS
    from_day = customers.from_day + np.where(random.random(n) < ALREADY, 0, random.random(n) * room).astype(np.int64)
    rest = customers.to_day - from_day - LEAST_DAYS
    to_day = np.where(
        random.random(n) < STOPPED, from_day + LEAST_DAYS + (random.random(n) * rest).astype(np.int64), customers.to_day
    )
    those = np.flatnonzero(steals)
    return those, from_day[those], to_day[those]
