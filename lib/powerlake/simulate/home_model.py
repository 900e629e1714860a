"""How households use electricity: what differs between them, and how it is spread over a population.

Write z for a customer's half-hour as a standard normal number, put together by `home_process`: habit of day, weekend
and season, COMPONENTS of known memory, rounds done once a day, days away. The customer's quantile function turns z
into energy relative to the customer's mean: a base load, seldom bursts, and zero where z is low enough. What differs
between customers is one vector (parameters,). `homes.json` holds those that `home_fit` found, rounded, no reading of
anybody; a simulated home is one of them mixed with the difference of two others, so that what goes together in
homes still does.

The bend of a normal process is the copula of a NORTA process: Cario and Nelson (1996). The mixture is a smoothed
bootstrap that keeps mean and covariance: Silverman and Young (1987).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import numpy as np
import numpy.typing as npt

POINTS = 48
HABIT_HARMONICS = 8
WEEKEND_HARMONICS = 3
SPREAD_HARMONICS = 3
SEASON_HARMONICS = 2
ROUNDS = 2
"""Things done about once a day at about the same time."""
KNOTS = (-2.6, -1.9, -1.3, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 3.3)
"""Values of z at which the quantile function has its bends."""
MIDDLE = KNOTS.index(0.0)
OFFSET = 0.01
"""Share of the mean that is added before the logarithm, so that zero is a number."""
COMPONENTS = ("white", "appliance", "evening", "day", "level", "drift", "month")
SIZES: dict[str, int] = {
    "quantiles": len(KNOTS),
    "zero": 2,
    "habit": 2 * HABIT_HARMONICS,
    "weekend": 1 + 2 * WEEKEND_HARMONICS,
    "season": 2 + 2 * SEASON_HARMONICS,
    "spread": 2 * SPREAD_HARMONICS,
    "parts": len(COMPONENTS),
    "bursts": 3,
    "memory": 2,
    "change": 2,
    "away": 3,
    "rounds": 4 * ROUNDS,
}
"""Parameters of a customer, one group after the other; what each means is said where `home_process` uses it."""
MIXED = 0.3
"""Share of a drawn home's deviation from the mean that comes from the two others."""
HALVES = 2
"""Households are fitted in halves by `half_of`, so that a half can be judged beside homes drawn from the other."""

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Homes that others are drawn from."""

    homes: Doubles
    """(homes, parameters)."""

    def draw(self, customers: int, rng: np.random.Generator) -> Doubles:
        """(customers, parameters), none of them equal to one of `homes`."""
        mean = self.homes.mean(axis=0)
        one, other, third = (self.homes[rng.integers(0, len(self.homes), customers)] for _ in range(3))
        return np.asarray(mean + np.sqrt(1 - MIXED**2) * (one - mean) + MIXED * (other - third) / np.sqrt(2))


@cache
def population(half: int | None = None) -> Population:
    """That of `homes.json`, or what was fitted on one half of the households alone."""
    text = files("powerlake.simulate").joinpath("homes.json").read_text("utf-8")
    halves: list[list[list[float]]] = json.loads(text)
    chosen = halves if half is None else [halves[half]]
    return Population(np.concatenate([np.array(homes, dtype=np.float64) for homes in chosen]))


def half_of(household: str) -> int:
    """The half that a household belongs to, by a hash of its id."""
    return blake2b(household.encode(), digest_size=4).digest()[0] % HALVES


def groups(parameters: Doubles) -> dict[str, Doubles]:
    """The groups of SIZES as views (customers, size)."""
    ends = np.cumsum(list(SIZES.values()))
    return dict(zip(SIZES, np.split(parameters, ends[:-1], axis=1), strict=True))


def harmonics(count: int) -> Doubles:
    """(POINTS, 2·count) cosines and sines of the day."""
    angle = 2 * np.pi * (np.arange(POINTS) + 0.5)[:, None] * np.arange(1, count + 1) / POINTS
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
