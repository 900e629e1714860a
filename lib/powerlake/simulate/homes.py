"""Power of homes: the household's own use by `home_model`, a heat pump where there is one, the lunar new year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.simulate.calendar import calendar
from powerlake.simulate.customers import EV_KW, HEAT_PUMP_KW
from powerlake.simulate.home_model import Population, population
from powerlake.simulate.home_process import draw_homes
from powerlake.simulate.utility import REGIONS, Block, Customers, Floats, Ints, Utility
from powerlake.simulate.weather import normal_c, weather

MIDDLE_C = 7.0
HALF_RANGE_C = 18.0
"""The season is 0 at the middle temperature, 1 so much below it and −1 so much above."""
INERTIA = 0.6
"""Share of yesterday in what people feel of the season today."""
AT_HOME = 1.18
"""Use in the week of the lunar new year of those who stay, and of those who travel."""
AWAY = 0.2
AWAY_SHARE = 0.22
QUARTER_SPREAD = 0.35
"""How far the quarters of a half-hour are from equal."""
HEATING_BELOW_C = 14.0
"""Daily mean below which a heat pump runs."""
_Power = npt.NDArray[np.float32]


def home_kw(
    utility: Utility, block: Block, customers: Customers, rows: Ints, homes: Population | None = None
) -> _Power:
    """(rows, days, 96) mean power of the homes at places `rows`, without cars and solar roofs; drawn from `homes`."""
    rng = utility.rng("homes", block.number)
    parameters = (homes or population()).draw(len(rows), rng)
    half_hours = draw_homes(parameters, season_of(utility, block), ~calendar(utility).is_working, rng)
    pumped = heat_pump_mean_kw(customers, rows)
    own_kw = np.maximum(customers.mean_kw[rows] - pumped - EV_KW * customers.has_ev[rows], 0.02)
    half_hours *= (own_kw[:, None] * _new_year(utility, len(rows), rng))[..., None].astype(np.float32)
    return _quarters(half_hours, rng) + _heat_pumps(utility, block, pumped, rng)


def season_of(utility: Utility, block: Block) -> Floats:
    """(days,) about 1 in midwinter and −1 in midsummer, by the temperature of the last days."""
    felt = weather(utility).daily_mean_c[REGIONS.index(block.region_code)].copy()
    for day in range(1, len(felt)):
        felt[day] = INERTIA * felt[day - 1] + (1 - INERTIA) * felt[day]
    return np.asarray(np.clip((MIDDLE_C - felt) / HALF_RANGE_C, -1.3, 1.3))


def heat_pump_mean_kw(customers: Customers, rows: Ints) -> Floats:
    """(rows,) mean power over a normal year of heat pumps: the part of `mean_kw` that was drawn for them."""
    return np.asarray(HEAT_PUMP_KW * customers.floor_area_m2[rows] / 90 * customers.has_heat_pump[rows])


def _new_year(utility: Utility, homes: int, rng: np.random.Generator) -> Floats:
    """(homes, days) factor of the holiday week on a home's use."""
    after = calendar(utility).after_new_year
    travels = rng.random(homes) < AWAY_SHARE
    leaves, returns = rng.integers(-5, 0, homes), rng.integers(4, 9, homes)
    is_away = travels[:, None] & (after >= leaves[:, None]) & (after < returns[:, None])
    return np.where(is_away, AWAY, np.where((after >= -1) & (after <= 6), AT_HOME, 1.0))


def _quarters(half_hours: _Power, rng: np.random.Generator) -> _Power:
    """(homes, days, 96) of (homes, days, 48), each half-hour's mean kept."""
    tilt = np.float32(2 * QUARTER_SPREAD) * (rng.random(half_hours.shape, dtype=np.float32) - np.float32(0.5))
    return np.stack([half_hours * (1 + tilt), half_hours * (1 - tilt)], axis=3).reshape(*half_hours.shape[:2], 96)


def _heat_pumps(utility: Utility, block: Block, mean_kw: Floats, rng: np.random.Generator) -> _Power:
    """(homes, days, 96) power of heat pumps with the mean powers (homes,) given; 0 for homes without."""
    kw = np.zeros((len(mean_kw), utility.days, 96), np.float32)
    rows = np.flatnonzero(mean_kw > 0)
    region = REGIONS.index(block.region_code)
    year_mean = _demand(normal_c(region)).mean()
    hourly = _demand(weather(utility).temperature_c[region]) / year_mean
    by_quarter = np.repeat(hourly, 4).reshape(utility.days, 96).astype(np.float32)
    setback = 1 + 0.12 * np.cos(2 * np.pi * (np.arange(96) / 4 - rng.normal(7, 2, (len(rows), 1))) / 24)
    cycling = rng.gamma(6, 1 / 6, (len(rows), utility.days, 96)).astype(np.float32)
    kw[rows] = mean_kw[rows, None, None].astype(np.float32) * by_quarter * setback[:, None].astype(np.float32) * cycling
    return kw


def _demand(air_c: Floats) -> Floats:
    """Electricity for heating at air temperatures, up to a factor: heat lost ÷ a performance that falls with cold."""
    performance = np.clip(3.0 + 0.06 * air_c, 1.6, 4.0)
    return np.asarray(np.maximum(HEATING_BELOW_C - air_c, 0) / performance)
