"""What use would have been in the weather of a normal year.

A normal year is the station's own: each calendar day has the mean degree days of that day over the years known. The
response is linear in degree days, so the use expected of a normal day is the mean of what is expected of its years.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.loadcurve.weather_response import Doubles, weather_response

Dates = npt.NDArray[np.datetime64]


def at_normal_weather(use: Doubles, temperature_c: Doubles, dates: Dates) -> Doubles:
    """(n, days) use of each day less what its weather, and plus what normal weather would have made of it.

    `use` (n, days) and `temperature_c` (days,) are of `dates` (days,). NaN where use or temperature is, and all along
    a series that is known too little for a fit.
    """
    expected = weather_response(use, temperature_c).expected(temperature_c)
    odd = expected - _by_calendar_day(expected, dates)
    unusual = use - _by_calendar_day(use, dates)
    return use - _followed(unusual, odd)[:, None] * odd


def _followed(unusual: Doubles, odd: Doubles) -> Doubles:
    """(n,) how far use follows odd weather: the slope, from 0 to 1, of its unusual part (n, days) on the expected one.

    A fit over a year takes for weather whatever has seasons, such as irrigation; among years of the same calendar day
    only what follows the weather is left.
    """
    is_known = ~np.isnan(unusual) & ~np.isnan(odd)
    x, y = np.where(is_known, odd, 0.0), np.where(is_known, unusual, 0.0)
    squares = (x**2).sum(axis=1)
    slope = (x * y).sum(axis=1) / np.where(squares > 0, squares, 1.0)
    return np.asarray(np.clip(slope, 0.0, 1.0))


def _by_calendar_day(values: Doubles, dates: Dates) -> Doubles:
    """(n, days) mean of the known values (n, days) of the same calendar day; 29 February goes with the 28th."""
    month = dates.astype("datetime64[M]")
    day = np.minimum((dates - month).astype(np.int64), np.where(month.astype(np.int64) % 12 == 1, 27, 30))
    of = (month.astype(np.int64) % 12) * 31 + day
    days, place = np.unique(of, return_inverse=True)
    is_of: Doubles = (place[:, None] == np.arange(len(days))).astype(np.float64)
    is_known = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        means = np.where(is_known, values, 0.0) @ is_of / (is_known @ is_of)
    return np.asarray(means[:, place])
