"""How households use electricity: a Gaussian process by customer, bent into the customer's own distribution.

Write z for a customer's half-hour as a standard normal number: the customer's habit (harmonics of the day, another one
at weekends) plus the season plus the sum of COMPONENTS of known memory. The customer's quantile function turns z into
energy relative to the customer's mean: a base load, seldom bursts, and zero where the function reaches it. What differs
between customers is one vector (PARAMETERS,), normal in the population with the mean and the factors of
`homes.json`. `home_fit` finds those from readings; they are rounded, and hold no reading of anybody.

The bend of a normal process is the copula of a NORTA process: Cario and Nelson (1996).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import ndtr, ndtri

POINTS = 48
HABIT_HARMONICS = 8
WEEKEND_HARMONICS = 3
SPREAD_HARMONICS = 3
KNOTS = (-2.6, -1.9, -1.3, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.6, 2.0, 2.4, 2.8, 3.3)
"""Values of z at which the quantile function has its bends."""
MIDDLE = KNOTS.index(0.0)
OFFSET = 0.01
"""Share of the mean that is added before the logarithm, so that zero is a number."""
LEAST = 0.005
"""Least use, to the mean, where it is not zero: the quantile function of a mean household ends above it."""
BURST_SHAPE = 0.5
"""Of the gamma distribution of bursts: the smaller, the rarer and higher; median over customers."""
BURST_SPREAD = 1.6
"""Standard deviation of its logarithm over customers."""
SECOND_HALF_HOUR_RANGE = (0.2, 1.4)
"""What an appliance draws in the half-hour after the first, to the first, over customers."""
SECOND_HALF_HOUR = 0.8
"""The same where a customer is fitted."""
EVENING_MEMORY = 0.88
"""Correlation of neighbouring half-hours of what people do for hours."""
REGULARITY = 0.5
"""Share of a day's mean of that component that is taken out: what is done once a day is not done again."""
LEVEL_MEMORY = 0.78
"""Correlation of the levels of neighbouring days."""
DRIFT_MEMORY = (0.97, 0.85)
"""Correlation of a drifting habit from day to day, and from half-hour to half-hour."""
PROBABILITIES = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98)
COMPONENTS = ("white", "appliance", "evening", "day", "level", "drift")
SIZES: dict[str, int] = {
    "quantiles": len(KNOTS),
    "zero": 1,
    "habit": 2 * HABIT_HARMONICS,
    "weekend": 1 + 2 * WEEKEND_HARMONICS,
    "season": 2,
    "spread": 2 * SPREAD_HARMONICS,
    "parts": len(COMPONENTS),
}
"""Parameters of a customer, one group after the other."""

Doubles = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Population:
    """How parameters are spread over customers: each by its own quantiles, together by normal factors."""

    quantiles: Doubles
    """(parameters, len(PROBABILITIES)) values at PROBABILITIES."""
    factors: Doubles
    """(parameters, factors) of normal numbers of unit variance; what is left of it is each parameter's own."""

    def draw(self, customers: int, rng: np.random.Generator) -> Doubles:
        """(customers, parameters)."""
        own = np.sqrt(np.maximum(1 - np.square(self.factors).sum(axis=1), 0))
        common = rng.normal(size=(customers, self.factors.shape[1])) @ self.factors.T
        probability = ndtr(common + own * rng.normal(size=(customers, len(own))))
        drawn = [np.interp(at, PROBABILITIES, values) for at, values in zip(probability.T, self.quantiles, strict=True)]
        return np.stack(drawn, axis=1)


@cache
def population() -> Population:
    """That of `homes.json`."""
    text = files("powerlake.simulate").joinpath("homes.json").read_text("utf-8")
    return Population(**{name: np.array(values) for name, values in json.loads(text).items()})


def groups(parameters: Doubles) -> dict[str, Doubles]:
    """The groups of SIZES as views (customers, size)."""
    ends = np.cumsum(list(SIZES.values()))
    return dict(zip(SIZES, np.split(parameters, ends[:-1], axis=1), strict=True))


def harmonics(count: int) -> Doubles:
    """(POINTS, 2·count) cosines and sines of the day."""
    angle = 2 * np.pi * (np.arange(POINTS) + 0.5)[:, None] * np.arange(1, count + 1) / POINTS
    return np.concatenate([np.cos(angle), np.sin(angle)], axis=1)


def draw_homes(
    parameters: Doubles, season: Doubles, is_weekend: npt.NDArray[np.bool_], rng: np.random.Generator
) -> Singles:
    """(customers, days, POINTS) energy relative to each customer's mean over the days.

    `season` (days,) runs from about −1 in midsummer to 1 in midwinter; `is_weekend` (days,) says the days lived so.
    """
    parts = groups(parameters)
    spread = np.exp(parts["spread"] @ harmonics(SPREAD_HARMONICS).T)
    z = _components(parts["parts"], len(season), rng)
    z *= spread[:, None].astype(np.float32)
    z += (parts["habit"] @ harmonics(HABIT_HARMONICS).T)[:, None].astype(np.float32)
    weekend = parts["weekend"][:, :1] + parts["weekend"][:, 1:] @ harmonics(WEEKEND_HARMONICS).T
    z += is_weekend[:, None] * weekend[:, None].astype(np.float32)
    z += (parts["season"] @ np.stack([season, 2 * season**2 - 1]))[..., None].astype(np.float32)
    z = _standard(z)
    energy = _bent(z, parts["quantiles"])
    energy[z < parts["zero"][..., None]] = 0
    return np.asarray(energy / energy.mean(axis=(1, 2), keepdims=True), dtype=np.float32)


def _components(sizes: Doubles, days: int, rng: np.random.Generator) -> Singles:
    """(customers, days, POINTS) sum of the components, each of its standard deviation (customers, components)."""
    customers = len(sizes)
    shape = (customers, days, POINTS)
    size = dict(zip(COMPONENTS, np.abs(sizes).astype(np.float32).T[..., None, None], strict=True))
    rarity = np.clip(BURST_SHAPE * rng.lognormal(0, BURST_SPREAD, (customers, 1)), 0.02, 20)
    z = size["white"] * _bursts(rng, rarity[..., None], *shape)
    use = _bursts(rng, rarity, customers, days * POINTS)
    second = rng.uniform(*SECOND_HALF_HOUR_RANGE, (customers, 1)).astype(np.float32)
    use[:, 1:] = (use[:, 1:] + second * use[:, :-1]) / np.sqrt(1 + second**2)
    z += size["appliance"] * use.reshape(shape)
    evening = _remembering(_noise(rng, customers, days * POINTS), EVENING_MEMORY, 1)
    evening = evening.reshape(shape)
    evening -= REGULARITY * evening.mean(axis=2, keepdims=True)
    z += size["evening"] * evening
    z += size["day"] * _noise(rng, customers, days, 1)
    z += size["level"] * _remembering(_noise(rng, customers, days, 1), LEVEL_MEMORY, 1)
    drift = _remembering(_remembering(_noise(rng, *shape), DRIFT_MEMORY[1], 2), DRIFT_MEMORY[0], 1)
    z += size["drift"] * drift
    return np.asarray(z)


def _bursts(rng: np.random.Generator, rarity: Doubles, *shape: int) -> Singles:
    """Noise of unit variance that is mostly a little below its mean and seldom far above; `rarity` by customer."""
    drawn = rng.standard_gamma(np.broadcast_to(rarity, shape), dtype=np.float32)
    return np.asarray((drawn - rarity) / np.sqrt(rarity), dtype=np.float32)


def _noise(rng: np.random.Generator, *shape: int) -> Singles:
    return rng.standard_normal(shape, dtype=np.float32)


def _remembering(noise: Singles, memory: float, axis: int) -> Singles:
    """First-order autoregression of unit variance along an axis; it starts with the first noise itself."""
    share = np.sqrt(1 - memory**2)
    first: Any = np.take(noise, [0], axis=axis) * np.float32(1 - share)
    weights = np.array([share], np.float32), np.array([1.0, -memory], np.float32)
    return np.asarray(lfilter(*weights, noise, axis=axis, zi=first)[0], dtype=np.float32)


def _standard(z: Singles) -> Singles:
    """Each customer's z by rank as a standard normal number, so that the quantile function is met."""
    flat = z.reshape(len(z), z.shape[1] * z.shape[2])
    order = flat.argsort(axis=1)
    normal = ndtri((np.arange(flat.shape[1]) + 0.5) / flat.shape[1]).astype(np.float32)
    np.put_along_axis(flat, order, normal[None], axis=1)
    return flat.reshape(z.shape)


def _bent(z: Singles, quantiles: Doubles) -> Singles:
    """Energy by the customer's quantile function: its logarithm at the middle knot, and roots of its rises."""
    rises = np.square(np.maximum(quantiles[:, 1:], 0)).astype(np.float32)
    knots = np.array(KNOTS, np.float32)
    slopes = rises / np.diff(knots)
    at_first = quantiles[:, 0].astype(np.float32) - rises[:, :MIDDLE].sum(axis=1)
    log = np.broadcast_to(at_first[:, None, None], z.shape).copy()
    for place, (low, high) in enumerate(pairwise(knots)):
        last = place == len(knots) - 2
        log += slopes[:, place, None, None] * np.clip(z - low, 0, None if last else high - low)
    return np.asarray(np.maximum(np.exp(log) - np.float32(OFFSET), np.float32(LEAST)), dtype=np.float32)
