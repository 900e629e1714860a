"""Power of what follows the season rather than the clock: irrigation pumps, greenhouses and sheds, public lighting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.simulate.sun import is_dark
from powerlake.simulate.utility import Bools, Floats, Utility
from powerlake.simulate.weather import normal_c, weather

IRRIGATION_DAYS = (130, 240)
"""Days of the year between which fields are watered: mid-May to the end of August."""
PUMPING_SHARE = 0.45
"""Of those days on which a pump runs when it is dry."""
DRY_SHARE = 0.6
"""Of those days in a usual year."""
WET_MM = 4.0
"""Rain of the last two days after which pumps rest."""
PUMP_LOAD_FACTOR = (IRRIGATION_DAYS[1] - IRRIGATION_DAYS[0]) / 365 * PUMPING_SHARE * DRY_SHARE * 9 / 24
"""Mean power over the year to that of a running pump, which runs nine hours a day."""
SHED_BASE = 0.45
DIMMED = 0.6
"""Power of dimmed lights after midnight to the full."""
DIMMED_SHARE = 0.4
IDLE = 0.015
"""Power of a pump house out of season, to its yearly mean."""
_QUARTERS: Floats = (np.arange(96, dtype=np.float64) + 0.5) / 4
_Power = npt.NDArray[np.float32]


def farming(utility: Utility, region: int, is_pump: Bools, rng: np.random.Generator) -> _Power:
    """(farms, days, 96) power to the mean of a normal year: pumps where `is_pump`, else sheds and greenhouses."""
    pumps, sheds = _pumps(utility, region, len(is_pump), rng), _sheds(utility, region, len(is_pump), rng)
    return np.where(is_pump[:, None, None], pumps, sheds).astype(np.float32)


def burning(utility: Utility, region: int, lights: Bools, rng: np.random.Generator) -> _Power:
    """(lights, days, 96) power to the mean of a year: on from sunset to sunrise, some dimmed after midnight."""
    dims = np.where(rng.random(len(lights)) < DIMMED_SHARE, DIMMED, 1.0)[:, None]
    late = (_QUARTERS < 5) | (_QUARTERS > 23.5)
    level = np.where(late, dims, 1.0)
    year = np.datetime64(f"{utility.first_date.year}-01-01") + np.arange(365)
    mean = (level[:, None] * is_dark(year, _QUARTERS, region)).mean(axis=(1, 2))
    failing = rng.normal(1, 0.01, (len(lights), utility.days))
    power = is_dark(utility.dates, _QUARTERS, region) * level[:, None] * failing[..., None]
    return np.asarray(power / mean[:, None, None], dtype=np.float32)


def _pumps(utility: Utility, region: int, farms: int, rng: np.random.Generator) -> Floats:
    day_of_year = (utility.dates - utility.dates.astype("datetime64[Y]")).astype(np.int64)
    in_season = (day_of_year >= IRRIGATION_DAYS[0]) & (day_of_year < IRRIGATION_DAYS[1])
    rain = weather(utility).precipitation_mm[region].reshape(-1, 24).sum(axis=1)
    is_wet = rain + np.concatenate([[0], rain[:-1]]) > WET_MM
    runs = in_season & ~is_wet & (rng.random((farms, utility.days)) < PUMPING_SHARE)
    start, length = rng.uniform(3, 8, (farms, utility.days, 1)), rng.uniform(5, 13, (farms, utility.days, 1))
    inside = (start <= _QUARTERS) & (start + length > _QUARTERS)
    return np.asarray(IDLE + (1 - IDLE) * (runs[..., None] & inside) / PUMP_LOAD_FACTOR)


def _sheds(utility: Utility, region: int, farms: int, rng: np.random.Generator) -> Floats:
    """Fans in the heat of summer days, lamps and heaters in cold nights, and a base for milk and feed."""
    air = np.repeat(weather(utility).temperature_c[region].reshape(-1, 24), 4, axis=1)

    def need(air_c: Floats) -> Floats:
        return np.asarray(np.maximum(air_c - 20, 0) / 8 + np.maximum(5 - air_c, 0) / 20)

    feeding = 1 + 0.8 * sum(np.exp(-0.5 * ((_QUARTERS - hour) / 0.8) ** 2) for hour in (5.5, 17.0))
    mean = need(normal_c(region)).mean()
    chance = rng.lognormal(0, 0.1, (farms, *air.shape))
    return np.asarray((SHED_BASE * feeding / np.mean(feeding) + (1 - SHED_BASE) * need(air) / mean) * chance)
