"""How a meter answers to temperature: three connected lines through its low and its high use at each temperature.

Task 2 of Liu, Golab, Golab, Ilyas, "Benchmarking Smart Meter Data Analytics", EDBT 2015, after Birt et al. (2012).
Definition used here, for each meter:

1. An hour falls into the temperature bin b = floor(temperature in °C), and the bin stands at b + 0.5 °C.
2. Of every bin with at least MIN_HOURS known hours take the 10th and the 90th percentile of hourly use, linear between
   neighbours (Hyndman and Fan, type 7).
3. Through each of the two sets of points goes the continuous function a + b·t + c·max(t − u, 0) + d·max(t − v, 0)
   with the least sum of squares, every bin counting alike. The break points u < v are tried at all bins that leave
   at least MIN_BINS bins on each outer line (its break point included) and MIN_BINS − 1 steps between them; of equal
   sums the smaller u, then the smaller v, wins.

The slopes of the outer lines of the 90th percentile are the heating and the cooling sensitivity; the lowest point of
the 10th-percentile lines over the meter's bins is the base load.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

PERCENTILES = (0.1, 0.9)
MIN_HOURS = 20
"""Known hours below which a bin's percentiles say little: two of twenty lie beyond each."""
MIN_BINS = 3
"""A line through fewer points follows their noise."""
MIN_BINS_IN_ALL = 3 * MIN_BINS - 2
"""Three lines that share their break points."""

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ThreeLines:
    """Fits of each meter; first axis meters, second axis the 10th and the 90th percentile. NaN where bins are few."""

    breaks: Doubles
    """(meters, 2, 2) °C of the two break points."""
    values: Doubles
    """(meters, 2, 4) kWh in an hour at the coldest bin, the two break points and the warmest bin."""
    slopes: Doubles
    """(meters, 2, 3) kWh in an hour per °C of the cold, the middle and the warm line."""
    bins: npt.NDArray[np.int64]
    """(meters,) bins with enough hours."""

    @property
    def heating_per_c(self) -> Doubles:
        """(meters,) what a degree colder adds to high use, kWh in an hour; negative where it takes away."""
        heating: Doubles = -self.slopes[:, 1, 0]
        return heating

    @property
    def cooling_per_c(self) -> Doubles:
        """(meters,) what a degree warmer adds to high use, kWh in an hour."""
        return self.slopes[:, 1, 2]

    @property
    def base_load(self) -> Doubles:
        """(meters,) kWh in an hour, the lowest point of the 10th-percentile lines."""
        lowest: Doubles = self.values[:, 0].min(axis=1)
        return lowest


def three_lines(kwh: npt.NDArray[np.float32], temperature_c: Doubles) -> ThreeLines:
    """The fits of each row of `kwh` (meters, hours); `temperature_c` (hours,) is the same for all meters.

    NaN hours of either count nowhere.
    """
    centres, percentiles = percentiles_by_temperature(kwh, temperature_c)
    enough = ~np.isnan(percentiles[:, 0])
    meters = len(kwh)
    fits = ThreeLines(
        breaks=np.full((meters, 2, 2), np.nan),
        values=np.full((meters, 2, 4), np.nan),
        slopes=np.full((meters, 2, 3), np.nan),
        bins=enough.sum(axis=1),
    )
    # Meters that share their bins share the designs of all break points; mostly that is every meter.
    patterns, pattern_of = np.unique(enough, axis=0, return_inverse=True)
    for number, present in enumerate(patterns):
        if present.sum() >= MIN_BINS_IN_ALL:
            rows = np.flatnonzero(pattern_of.reshape(-1) == number)
            _fit(fits, rows, centres[present], percentiles[rows][:, :, present])
    return fits


def percentiles_by_temperature(kwh: npt.NDArray[np.float32], temperature_c: Doubles) -> tuple[Doubles, Doubles]:
    """Bin centres (bins,) in °C, and percentiles (meters, 2, bins); NaN where a meter has too few hours in a bin."""
    known = np.flatnonzero(~np.isnan(temperature_c))
    bin_of = np.floor(temperature_c[known]).astype(np.int64)
    bins, sizes = np.unique(bin_of, return_counts=True)
    hours = known[np.argsort(bin_of, kind="stable")]
    percentiles: Doubles = np.full((len(kwh), len(PERCENTILES), len(bins)), np.nan)
    for place, (end, size) in enumerate(zip(np.cumsum(sizes), sizes, strict=True)):
        if size >= MIN_HOURS:
            percentiles[:, :, place] = _percentiles(kwh[:, hours[end - size : end]])
    centres = (bins + 0.5).astype(np.float64)
    return centres, percentiles


def _percentiles(kwh: npt.NDArray[np.float32]) -> Doubles:
    """(meters, 2) percentiles over the known hours of each row; NaN where they are too few."""
    ordered = np.sort(kwh, axis=1)  # NaN last
    known = ordered.shape[1] - np.isnan(ordered).sum(axis=1) if np.isnan(ordered[:, -1]).any() else ordered.shape[1]
    last = np.broadcast_to(np.maximum(known, 1) - 1, len(kwh))
    place = np.outer(last, PERCENTILES)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, last[:, None])
    low = np.take_along_axis(ordered, below, axis=1).astype(np.float64)
    high = np.take_along_axis(ordered, above, axis=1).astype(np.float64)
    found: Doubles = low + (place - below) * (high - low)
    found[np.broadcast_to(known, len(kwh)) < MIN_HOURS] = np.nan
    return found


def break_places(bins: int) -> npt.NDArray[np.int64]:
    """(pairs, 2) places of the two break points among `bins` bins, in the order ties are settled."""
    candidates = range(MIN_BINS - 1, bins - MIN_BINS + 1)
    pairs = [pair for pair in combinations(candidates, 2) if pair[1] - pair[0] >= MIN_BINS - 1]
    return np.array(pairs, dtype=np.int64)


def _designs(centres: Doubles, places: npt.NDArray[np.int64]) -> Doubles:
    """(pairs, bins, 4) columns 1, t, max(t − u, 0), max(t − v, 0) for each pair of break points."""
    hinges = np.maximum(centres[None, :, None] - centres[places][:, None, :], 0)
    constant = np.ones((len(places), len(centres), 1))
    return np.concatenate([constant, constant * centres[:, None], hinges], axis=2)


def _fit(fits: ThreeLines, rows: npt.NDArray[np.int64], centres: Doubles, points: Doubles) -> None:
    """Fit the meters `rows`, all with the bins `centres` (bins,), to `points` (meters, 2, bins).

    With designs X = QR the residual sum of squares is |y|² − |Qᵀy|², so the best pair of break points is the one
    with the greatest |Qᵀy|², and one matrix product serves all meters and pairs.
    """
    places = break_places(len(centres))
    q, r = np.linalg.qr(_designs(centres, places))
    pairs, bins, terms = q.shape
    y = points.reshape(-1, bins)
    level = y.mean(axis=1, keepdims=True)  # centred, so that rounding does not blur near-equal sums
    projected = ((y - level) @ q.transpose(1, 0, 2).reshape(bins, -1)).reshape(-1, pairs, terms)
    best = np.einsum("ypt,ypt->yp", projected, projected).argmax(axis=1)
    coefficients = np.linalg.solve(r[best], projected[np.arange(len(y)), best][..., None])[..., 0]
    coefficients[:, 0] += level[:, 0]
    breaks = centres[places[best]]
    fits.breaks[rows] = breaks.reshape(-1, 2, 2)
    fits.slopes[rows] = np.cumsum(coefficients[:, 1:], axis=1).reshape(-1, 2, 3)
    fits.values[rows] = _values(coefficients, breaks, centres).reshape(-1, 2, 4)


def _values(coefficients: Doubles, breaks: Doubles, centres: Doubles) -> Doubles:
    """(fits, 4) height of the lines at both ends and at both break points."""
    fits = len(breaks)
    at = np.column_stack([np.full(fits, centres[0]), breaks, np.full(fits, centres[-1])])
    constant, slope, first, second = (column[:, None] for column in coefficients.T)
    beyond_first, beyond_second = np.maximum(at - breaks[:, :1], 0), np.maximum(at - breaks[:, 1:], 0)
    values: Doubles = constant + slope * at + first * beyond_first + second * beyond_second
    return values
