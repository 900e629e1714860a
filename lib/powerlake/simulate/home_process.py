"""Half-hours of households with the parameters of `home_model`: a Gaussian process, bent."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import ndtr, ndtri

from powerlake.simulate.home_model import (
    COMPONENTS,
    HABIT_HARMONICS,
    KNOTS,
    MIDDLE,
    OFFSET,
    POINTS,
    ROUNDS,
    SEASON_HARMONICS,
    SPREAD_HARMONICS,
    WEEKEND_HARMONICS,
    Doubles,
    groups,
    harmonics,
)

LEAST = 0.005
"""Least use, to the mean, where it is not zero: the quantile function of a mean household ends above it."""
RARITIES = (0.02, 20.0)
"""Limits of the shape of bursts."""
EVENING_MEMORIES = (0.95, 0.7)
"""Correlations of neighbouring half-hours of what people do for hours, and for an hour."""
LEVEL_MEMORY = 0.7
"""Correlation of the levels of neighbouring days."""
MONTH_MEMORY = 0.96
"""The same of what changes over weeks."""
DRIFT_MEMORY = (0.985, 0.85)
"""Correlation of a drifting habit from day to day, and from half-hour to half-hour."""
AWAY_ACTIVITY = 0.6
"""What is left of the white component in an empty home: refrigerators and standby."""

Singles = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


def draw_homes(parameters: Doubles, season: Doubles, is_weekend: Flags, rng: np.random.Generator) -> Singles:
    """(customers, days, POINTS) energy relative to each customer's mean over the days.

    `season` (days,) runs from about −1 in midsummer to 1 in midwinter; `is_weekend` (days,) says the days lived so.
    """
    parts = {name: values.astype(np.float32) for name, values in groups(parameters).items()}
    days = len(season)
    slow = _remembering(_noise(rng, len(parameters), days, 2), MONTH_MEMORY, 1)
    is_away = _away(parts["away"], days, rng)
    z, white = _components(parts, days, rng)
    z *= np.exp(parts["change"][:, :1] * slow[..., 0])[..., None]
    z *= np.exp(_over_day(parts["spread"], SPREAD_HARMONICS))
    z += _usual(parts, season.astype(np.float32), is_weekend)
    _add_rounds(z, parts["rounds"], rng)
    z = np.where(is_away[..., None], parts["away"][:, 2:, None] + np.float32(AWAY_ACTIVITY) * white, z)
    z = _standard(z)
    energy = _bent(z, parts["quantiles"])
    zero = parts["zero"][:, :1] + parts["zero"][:, 1:] * slow[..., 1]
    energy[z < zero[..., None]] = 0
    mean = energy.mean(axis=(1, 2), keepdims=True)
    return np.asarray(energy / np.where(mean > 0, mean, 1), dtype=np.float32)


def _over_day(coefficients: Singles, count: int) -> Singles:
    """(customers, 1, POINTS) from coefficients of `harmonics`."""
    return np.asarray(coefficients @ harmonics(count).T.astype(np.float32))[:, None]


def _usual(parts: dict[str, Singles], season: Singles, is_weekend: Flags) -> Singles:
    """(customers, days, POINTS) habit of the day, what weekends add, and what the season adds at the hours."""
    weekend = parts["weekend"][:, :1, None] + _over_day(parts["weekend"][:, 1:], WEEKEND_HARMONICS)
    by_season = parts["season"][:, :2] @ np.stack([season, 2 * season**2 - 1])
    usual = _over_day(parts["habit"], HABIT_HARMONICS) + is_weekend[:, None] * weekend
    usual += season[:, None] * _over_day(parts["season"][:, 2:], SEASON_HARMONICS)
    return np.asarray(usual + by_season[..., None], dtype=np.float32)


def _away(away: Singles, days: int, rng: np.random.Generator) -> Flags:
    """(customers, days) whether nobody is at home: stretches of days, some of which are spent elsewhere.

    `away` is the share as a normal quantile, the logarithm of the days of a stretch, and the z of an empty home.
    """
    begins = rng.random((len(away), days)) * np.maximum(np.exp(away[:, 1:2]), 1) < 1
    chance = rng.random((len(away), days + 1))
    return np.asarray(np.take_along_axis(chance, np.cumsum(begins, axis=1), axis=1) < ndtr(away[:, :1]))


def _add_rounds(z: Singles, rounds: Singles, rng: np.random.Generator) -> None:
    """Add what is done once a day: hour (share of the day), log spread in half-hours, chance (normal), height."""
    customers, days, _ = z.shape
    hour, spread, chance, height = (each[:, None] for each in np.split(rounds, 4, axis=1))
    shape = (customers, days, ROUNDS)
    point = np.floor(POINTS * hour + np.exp(spread) * _noise(rng, *shape)).astype(np.int64) % POINTS
    added = height * (rng.random(shape) < ndtr(chance))
    flat, row = z.reshape(customers * days, POINTS), np.arange(customers * days)
    for each in range(ROUNDS):
        flat[row, point[..., each].ravel()] += added[..., each].ravel()


def _components(parts: dict[str, Singles], days: int, rng: np.random.Generator) -> tuple[Singles, Singles]:
    """(customers, days, POINTS) sum of the components, each of its standard deviation; and the white one alone."""
    customers = len(parts["parts"])
    size = dict(zip(COMPONENTS, np.abs(parts["parts"]).T[..., None, None], strict=True))
    rarity = np.clip(np.exp(parts["bursts"][:, :2]), *RARITIES)
    white = size["white"] * _bursts(rng, rarity[:, :1, None], customers, days, POINTS)
    z = white + size["appliance"] * _appliances(rng, rarity[:, 1:], parts["bursts"][:, 2:], days)
    z += size["evening"] * _evenings(rng, parts["memory"], days)
    z += size["day"] * _noise(rng, customers, days, 1)
    z += size["level"] * _remembering(_noise(rng, customers, days, 1), LEVEL_MEMORY, 1)
    z += size["month"] * _remembering(_noise(rng, customers, days, 1), MONTH_MEMORY, 1)
    drift = _remembering(_noise(rng, customers, days, POINTS), DRIFT_MEMORY[1], 2)
    z += size["drift"] * np.exp(parts["change"][:, 1:])[..., None] * _remembering(drift, DRIFT_MEMORY[0], 1)
    return z, white


def _appliances(rng: np.random.Generator, rarity: Singles, second: Singles, days: int) -> Singles:
    """Bursts that go on into the next half-hour with the share `second` (customers, 1)."""
    use = _bursts(rng, rarity, len(rarity), days * POINTS)
    share = np.clip(second, 0, 2)
    use[:, 1:] = (use[:, 1:] + share * use[:, :-1]) / np.sqrt(1 + share**2)
    return use.reshape(len(rarity), days, POINTS)


def _evenings(rng: np.random.Generator, memory: Singles, days: int) -> Singles:
    """What lasts hours, by the share of the longer memory (as a normal quantile).

    The second of `memory` is the share of a day's mean that is taken out: what is done once a day is not done again.
    """
    longer = ndtr(memory[:, :1])
    shape = (len(memory), days * POINTS)
    evening = np.sqrt(longer) * _remembering(_noise(rng, *shape), EVENING_MEMORIES[0], 1)
    evening += np.sqrt(1 - longer) * _remembering(_noise(rng, *shape), EVENING_MEMORIES[1], 1)
    evening = evening.reshape(len(memory), days, POINTS)
    return np.asarray(evening - memory[:, 1:, None] * evening.mean(axis=2, keepdims=True))


def _bursts(rng: np.random.Generator, rarity: Singles, *shape: int) -> Singles:
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


def _bent(z: Singles, quantiles: Singles) -> Singles:
    """Energy by the customer's quantile function: its logarithm at the middle knot, and roots of its rises."""
    rises = np.square(np.maximum(quantiles[:, 1:], 0))
    knots = np.array(KNOTS, np.float32)
    slopes = rises / np.diff(knots)
    at_first = quantiles[:, 0] - rises[:, :MIDDLE].sum(axis=1)
    log = np.broadcast_to(at_first[:, None, None], z.shape).copy()
    for place, (low, high) in enumerate(pairwise(knots)):
        last = place == len(knots) - 2
        log += slopes[:, place, None, None] * np.clip(z - low, 0, None if last else high - low)
    return np.asarray(np.maximum(np.exp(log) - np.float32(OFFSET), np.float32(LEAST)), dtype=np.float32)
