"""How the use of a day answers to the day's temperature: a base, and slopes on heating and cooling degree days.

The daily model of CalTRACK 2.0, with degrees Celsius:

    use(d) = base + heating · max(b_H − t(d), 0) + cooling · max(t(d) − b_C, 0)

by ordinary least squares for each pair of balance points b_H ≤ b_C of a grid, for each side alone, and for the base
alone. A fit counts only where the base is not negative and its slopes are above zero; of those the greatest adjusted
R² wins, and of equal ones the lower balance points. Days without use or temperature count nowhere, and a use of zero
is taken for a missing one.

With b_H ≤ b_C no day has both kinds of degree days. So the sums of products of the two vanish, all sums that the pairs
need are those of single balance points, and one matrix product over the days serves every meter and pair.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

LOWEST_C, HIGHEST_C = -1.0, 32.0
"""Ends of the grid: 30 and 90 °F."""
STEP_C = 1.5
"""At most 3 °F, which is 1.67 °C."""
MAX_MISSING_SHARE = 37 / 365
MIN_DAYS_WITH_DEGREES = 10
"""Days that must have degree days of a kind before a slope on them is fitted, as in the OpenEEmeter."""
ROUNDING = 1e-14
"""Of the squared mean, by which a further slope must lessen the variance that is left: less is rounding."""
TIE = 1e-12
"""Of the variance, by which fits that differ less are equal: two balance points beyond all days give one line."""
SINGULAR = 1e-9
"""Least share of the variation of heating degree days that cooling ones must leave unexplained, or they are no pair."""
BLOCK = 1024
"""Series worked on at a time: the fits of all pairs are then a few MB."""

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BALANCE_C: Doubles = np.arange(LOWEST_C, HIGHEST_C + 0.01, STEP_C)
_H, _C = (side.astype(np.int64) for side in np.triu_indices(len(BALANCE_C)))


@dataclass(frozen=True)
class WeatherResponse:
    """Fits of n series, arrays (n,); NaN where too many days are missing. A slope of 0 is one that is not in the fit.

    The balance point of a slope that is not in the fit is NaN.
    """

    base: Doubles
    """kWh on a day without degree days."""
    heating: Doubles
    """kWh on a day for each °C below the heating balance point."""
    cooling: Doubles
    """kWh on a day for each °C above the cooling balance point."""
    heating_balance_c: Doubles
    cooling_balance_c: Doubles
    r2: Doubles
    """Share of the variance that the fit explains; not adjusted."""
    days: Ints
    """Days the fit rests on."""

    def expected(self, temperature_c: Doubles) -> Doubles:
        """(n, days) use at temperatures (days,) or (n, days); NaN where there is no fit."""
        below = np.fmax(self.heating_balance_c[:, None] - temperature_c, 0)
        above = np.fmax(temperature_c - self.cooling_balance_c[:, None], 0)
        use: Doubles = self.base[:, None] + self.heating[:, None] * below + self.cooling[:, None] * above
        return np.where(np.isnan(temperature_c), np.nan, use)


def weather_response(kwh: Doubles, temperature_c: Doubles) -> WeatherResponse:
    """The fit of each row of `kwh` (n, days); `temperature_c` (days,) daily means are those of all series."""
    degrees = _degree_days(temperature_c)
    parts = [_fit(kwh[start : start + BLOCK], temperature_c, degrees) for start in range(0, max(len(kwh), 1), BLOCK)]
    columns = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(WeatherResponse)}
    return WeatherResponse(**columns)


@dataclass(frozen=True)
class _Moments:
    """Centred sums over the known days of n series, for each of the balance points."""

    n: Doubles
    mean: Doubles
    total: Doubles
    """(n,) squares of use."""
    mean_of: tuple[Doubles, Doubles]
    """(n, points) mean heating and cooling degree days."""
    square_of: tuple[Doubles, Doubles]
    use_of: tuple[Doubles, Doubles]
    """(n, points) products with use."""
    has: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]
    """(n, points) whether enough days have degree days."""


def _degree_days(temperature_c: Doubles) -> tuple[Doubles, Doubles]:
    """(days, points) heating and cooling degree days; 0 where the temperature is unknown."""
    known = np.nan_to_num(temperature_c, nan=0.0)[:, None]
    is_known = ~np.isnan(temperature_c)[:, None]
    return np.maximum(BALANCE_C - known, 0) * is_known, np.maximum(known - BALANCE_C, 0) * is_known


def _moments(kwh: Doubles, is_known: npt.NDArray[np.bool_], degrees: tuple[Doubles, Doubles]) -> _Moments:
    known = is_known.astype(np.float64)
    n = known.sum(axis=1)
    some = np.maximum(n, 1)[:, None]
    mean = np.where(is_known, kwh, 0.0).sum(axis=1) / some[:, 0]
    use = np.where(is_known, kwh - mean[:, None], 0.0)
    means = [known @ days / some for days in degrees]
    squares = [known @ days**2 - some * mean**2 for days, mean in zip(degrees, means, strict=True)]
    return _Moments(
        n=n,
        mean=mean,
        total=(use**2).sum(axis=1),
        mean_of=(means[0], means[1]),
        square_of=(squares[0], squares[1]),
        use_of=(use @ degrees[0], use @ degrees[1]),
        has=(
            known @ (degrees[0] > 0) >= MIN_DAYS_WITH_DEGREES,
            known @ (degrees[1] > 0) >= MIN_DAYS_WITH_DEGREES,
        ),
    )


def _fit(kwh: Doubles, temperature_c: Doubles, degrees: tuple[Doubles, Doubles]) -> WeatherResponse:
    is_known = (kwh > 0) & ~np.isnan(temperature_c)
    sums = _moments(kwh, is_known, degrees)
    heating, cooling = _candidates(sums)
    explained = _explained(sums, heating, cooling)
    base = _base(sums, heating, cooling)
    terms = 1.0 * (heating != 0) + (cooling != 0)
    left = np.maximum(sums.total[:, None] - explained, 0) / np.maximum(sums.n[:, None] - terms - 1, 1)
    left += ROUNDING * sums.mean[:, None] ** 2 * terms
    is_sound = np.isfinite(left) & (base >= 0) & (heating >= 0) & (cooling >= 0)
    left = np.where(is_sound, left, np.inf)  # the least residual variance is the best adjusted R²
    equal = left.min(axis=1) + TIE * sums.total / np.maximum(sums.n - 1, 1)
    best = np.argmax(left <= equal[:, None], axis=1)
    return _chosen(sums, best, heating, cooling, base, explained, kwh.shape[1])


def _candidates(sums: _Moments) -> tuple[Doubles, Doubles]:
    """(n, candidates) slopes: base alone, heating alone, cooling alone, pairs. NaN where a slope is not above zero."""
    (h2, c2), (hy, cy) = sums.square_of, sums.use_of
    with np.errstate(divide="ignore", invalid="ignore"):
        only_h, only_c = hy / h2, cy / c2
        hc = -sums.n[:, None] * sums.mean_of[0][:, _H] * sums.mean_of[1][:, _C]
        determinant = h2[:, _H] * c2[:, _C] - hc**2
        pair_h = (hy[:, _H] * c2[:, _C] - cy[:, _C] * hc) / determinant
        pair_c = (cy[:, _C] * h2[:, _H] - hy[:, _H] * hc) / determinant
    has_h, has_c = sums.has
    nothing, none = np.zeros((len(sums.n), 1)), np.zeros_like(only_h)
    both = has_h[:, _H] & has_c[:, _C] & (determinant > SINGULAR * h2[:, _H] * c2[:, _C])
    heating = np.hstack([nothing, _above_zero(only_h, has_h), none, _above_zero(pair_h, both)])
    cooling = np.hstack([nothing, none, _above_zero(only_c, has_c), _above_zero(pair_c, both)])
    return heating, cooling


def _above_zero(slopes: Doubles, has_days: npt.NDArray[np.bool_]) -> Doubles:
    return np.where(has_days & (slopes > 0), slopes, np.nan)


def _by_candidate(of: tuple[Doubles, Doubles]) -> tuple[Doubles, Doubles]:
    """(n, candidates) of a measure (n, points) of heating and of cooling, in the order of `_candidates`."""
    (heating, cooling), nothing = of, np.zeros((len(of[0]), 1))
    none = np.zeros_like(heating)
    return (
        np.hstack([nothing, heating, none, heating[:, _H]]),
        np.hstack([nothing, none, cooling, cooling[:, _C]]),
    )


def _explained(sums: _Moments, heating: Doubles, cooling: Doubles) -> Doubles:
    use_h, use_c = _by_candidate(sums.use_of)
    return np.asarray(heating * use_h + cooling * use_c)


def _base(sums: _Moments, heating: Doubles, cooling: Doubles) -> Doubles:
    mean_h, mean_c = _by_candidate(sums.mean_of)
    return np.asarray(sums.mean[:, None] - heating * mean_h - cooling * mean_c)


def _chosen(
    sums: _Moments, best: Ints, heating: Doubles, cooling: Doubles, base: Doubles, explained: Doubles, days: int
) -> WeatherResponse:
    row, points = np.arange(len(best)), len(BALANCE_C)
    enough = sums.n >= days * (1 - MAX_MISSING_SHARE)
    at_h = np.concatenate([[np.nan], BALANCE_C, np.full(points, np.nan), BALANCE_C[_H]])
    at_c = np.concatenate([[np.nan], np.full(points, np.nan), BALANCE_C, BALANCE_C[_C]])

    def of(values: Doubles) -> Doubles:
        return np.where(enough & (sums.n > 2), values, np.nan)

    with np.errstate(invalid="ignore", divide="ignore"):
        r2 = np.where(sums.total > 0, explained[row, best] / sums.total, 0.0)
    return WeatherResponse(
        base=of(base[row, best]),
        heating=of(heating[row, best]),
        cooling=of(cooling[row, best]),
        heating_balance_c=of(at_h[best]),
        cooling_balance_c=of(at_c[best]),
        r2=of(r2),
        days=sums.n.astype(np.int64),
    )
