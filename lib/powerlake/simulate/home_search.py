"""Finds parameters of `home_model` whose simulated months are like those of a real household, each household alone.

Indirect inference (Gouriéroux, Monfort and Renault, 1993) by an evolution strategy: of CANDIDATES around a household's
vector, the mean of the BEST is the next. What is compared is the mean and the deviation over months of the features of
`likeness`, plain and along their principal components, and the mean day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from powerlake.simulate.home_fit import first_guess
from powerlake.simulate.home_model import ROUNDS, Doubles, groups
from powerlake.simulate.home_process import draw_homes
from powerlake.simulate.likeness import Curves, Shapes, month_shapes

CANDIDATES, BEST = 16, 4
GENERATIONS = 60
WIDE_GENERATIONS = 4
"""The first ones, in which rounds are drawn from everything that could be and the best alone is taken."""
STEP, STEP_FACTOR, LEAST_STEP = 0.5, 0.96, 0.14
"""First step, to SCALES; its factor a generation; and where it stops to fall."""
DAYS = 365
"""Simulated for each candidate."""
BATCH = 160
TAIL = 0.02
"""Features are cut there: a household with a single strange month must not decide."""
LEAST_DEVIATION = 0.3
"""Of a principal component, before it is brought to unit variance."""
DECISIVE = {"load_factor": 2, "load_factor_sd": 3, "peak": 2, "mean_sd": 2, "zeros": 2, "zeros_sd": 2}
"""Weights of features by which sets were told apart most; the others have 1."""
SIGNED = ("zeros", "zeros_sd", "peak_point", "autocorrelation", "weekend")
METER_KWH = 0.001
DECIMALS = 2
SCALES = {
    "zero": (0.4, 0.3),
    "bursts": (0.8, 0.8, 0.3),
    "memory": (0.5, 0.3),
    "change": (0.15, 0.2),
    "away": (0.4, 0.5, 0.4),
    "rounds": (0.08,) * ROUNDS + (0.5,) * 3 * ROUNDS,
}
"""What the first guess does not know; the others are as wide as they differ between households."""
OTHER_SCALES = (0.1, 0.5)
"""Least and largest of those."""


@dataclass(frozen=True)
class Yardstick:
    """Brings features of months to a common scale; made of real months."""

    low: Doubles
    high: Doubles
    mean: Doubles
    deviation: Doubles
    components: Doubles

    @classmethod
    def of(cls, shapes: Shapes) -> Yardstick:
        levels = _levels(shapes)
        low, high = np.nanquantile(levels, [TAIL, 1 - TAIL], axis=0)
        cut = np.clip(levels, low, high)
        mean, deviation = np.nanmean(cut, axis=0), np.nanstd(cut, axis=0)
        deviation = np.where(deviation > 0, deviation, 1)
        values, vectors = np.linalg.eigh(np.cov(np.nan_to_num((cut - mean) / deviation).T))
        return cls(low, high, mean, deviation, vectors / np.maximum(np.sqrt(np.maximum(values, 0)), LEAST_DEVIATION))

    def months(self, curves: Curves) -> Doubles:
        """(customers, targets) mean and deviation over months, and the mean day."""
        shapes = month_shapes(curves)
        beyond = 0.3 * (self.high - self.low)
        cut = np.clip(_levels(shapes), self.low - beyond, self.high + beyond)
        plain = np.nan_to_num((cut - self.mean) / self.deviation)
        weight = np.sqrt([DECISIVE.get(name, 1) for name in shapes.names])
        both = np.concatenate([weight * plain, plain @ self.components], axis=1)
        customers = len(curves.kwh)
        is_of = (shapes.customer == np.arange(customers)[:, None]).astype(np.float64)
        share = is_of / np.maximum(is_of.sum(axis=1, keepdims=True), 1)
        mean = share @ both
        deviation = np.sqrt(np.maximum(share @ both**2 - mean**2, 0))
        return np.concatenate([mean, deviation, _mean_day(curves.kwh)], axis=1)


def search(real: Curves, season: Doubles, first: Curves, rng: np.random.Generator) -> Doubles:
    """(customers, parameters), rounded, for households with the season (days,) of their dates.

    `first` gives the dates that are simulated and, as its `kwh` (1, days, 1), the season on them.
    """
    homes = np.array([first_guess(kwh, season, real.is_weekend) for kwh in real.kwh])
    level = np.nanmean(real.kwh, axis=(1, 2))
    yardstick = Yardstick.of(month_shapes(real))
    wanted, scales = yardstick.months(real), _scales(homes)
    for generation in range(GENERATIONS):
        is_wide = generation < WIDE_GENERATIONS
        tried = _tried(homes, max(LEAST_STEP, STEP * STEP_FACTOR**generation) * scales, rng, is_wide=is_wide)
        miss = _miss(tried, level, wanted, first, yardstick, rng).argsort(axis=1)
        best = miss[:, : 1 if is_wide else BEST, None]
        homes = np.take_along_axis(tried, best, axis=1).mean(axis=1)
    return np.round(homes, DECIMALS)


def _tried(homes: Doubles, scales: Doubles, rng: np.random.Generator, *, is_wide: bool) -> Doubles:
    """(customers, CANDIDATES, parameters): the vector itself, and others that differ in about half of it."""
    shape = (len(homes), CANDIDATES, homes.shape[1])
    tried = homes[:, None] + scales * rng.normal(size=shape) * (rng.random(shape) < 0.5)
    tried[:, 0] = homes
    if is_wide:
        anew = tried[:, CANDIDATES // 2 :]
        rounds = groups(anew.reshape(-1, shape[2]))["rounds"]
        drawn = [rng.uniform(0.25, 0.95, (len(rounds), ROUNDS)), rng.uniform(-0.5, 1.6, (len(rounds), ROUNDS))]
        drawn += [rng.normal(1.2, 0.6, (len(rounds), ROUNDS)), rng.uniform(0, 3.5, (len(rounds), ROUNDS))]
        anew[..., -4 * ROUNDS :] = np.concatenate(drawn, axis=1).reshape(*anew.shape[:2], -1)
    return tried


def _miss(
    tried: Doubles, level: Doubles, wanted: Doubles, first: Curves, yardstick: Yardstick, rng: np.random.Generator
) -> Doubles:
    """(customers, CANDIDATES) squared distances to what is wanted."""
    flat = tried.reshape(-1, tried.shape[2])
    of = np.repeat(np.arange(len(tried)), CANDIDATES)
    found = []
    for start in range(0, len(flat), BATCH):
        rows = slice(start, start + BATCH)
        kwh = level[of[rows], None, None] * draw_homes(flat[rows], first.kwh.ravel(), first.is_weekend, rng)
        metered = Curves(np.round(kwh / METER_KWH) * METER_KWH, first.dates)
        found.append(np.square(yardstick.months(metered) - wanted[of[rows]]).sum(axis=1))
    return np.asarray(np.concatenate(found)).reshape(tried.shape[:2])


def _scales(homes: Doubles) -> Doubles:
    """(parameters,)."""
    scales = np.asarray(np.clip(homes.std(axis=0), *OTHER_SCALES))
    by_group = groups(scales[None])
    for name, values in SCALES.items():
        by_group[name][:] = values
    return scales


def _levels(shapes: Shapes) -> npt.NDArray[np.float64]:
    """Features with logarithms of what is positive."""
    columns = [
        values if name.startswith(SIGNED) else np.log(np.maximum(values, 0.003))
        for name, values in zip(shapes.names, shapes.features.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def _mean_day(kwh: Doubles) -> Doubles:
    """(customers, 16) by three half-hours, relative to the mean."""
    day = np.nanmean(kwh, axis=1)
    return np.asarray(1.5 * day.reshape(len(day), 16, 3).mean(axis=2) / day.mean(axis=1, keepdims=True))
