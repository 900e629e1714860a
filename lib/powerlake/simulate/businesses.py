"""Power of firms, farms and public lighting: a way of working, the calendar, the weather, the economy, and chance.

A firm's power relative to its mean in an ordinary week is base + (1 − base) × how much of it is at work. Parameters are
chosen after the usual shapes of the trades.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from powerlake.simulate.calendar import calendar
from powerlake.simulate.customers import FARM, INDUSTRY, LIGHTS, OFFICE, SHOP, draw_pumps
from powerlake.simulate.economy import SECTORS, level_of
from powerlake.simulate.outdoors import burning, farming
from powerlake.simulate.utility import REGIONS, Block, Bools, Customers, Floats, Ints, Utility
from powerlake.simulate.weather import normal_c, weather

WAYS = ("shop", "restaurant", "office", "one_shift", "two_shifts", "three_shifts", "furnace", "pump", "shed", "lights")
SHOPPING, EATING, OFFICE_HOURS, ONE_SHIFT, TWO_SHIFTS, THREE_SHIFTS, FURNACE, PUMP, SHED, BURNING = range(len(WAYS))
HOURS = np.array([(9.0, 20.5), (10.0, 21.5), (8.3, 18.0), (8.0, 17.5), (7.0, 23.0), *[(0.0, 24.0)] * 5])
"""Hours of work by way; those of outdoors follow `outdoors`."""
BASE = np.array([0.15, 0.2, 0.2, 0.12, 0.15, 0.3, 0.5, 0.5, 0.5, 0.5])
"""Power outside the hours to that at work."""
REST_DAY = np.array([1.05, 1.15, 0.2, 0.15, 0.45, 0.85, 1.0, 1.0, 1.0, 1.0])
"""Work on days that are no working days to that on others."""
NEW_YEAR_STOP = np.array([0.7, 0.5, 0.9, 0.95, 0.9, 0.6, 0.1, 0.0, 0.0, 0.0])
"""Largest share of the work that rests over the lunar new year."""
HEATING_PER_C, COOLING_PER_C = 0.004, 0.012
"""More power for each °C of daily mean below 10 and above 20, to the mean."""
SHIFT_SHARES = (0.35, 0.3, 0.35)
"""Industry with one, two and three shifts."""
STOP_DAYS = (4, 12)
"""Length of a yearly maintenance stop of industry."""
NOISE_SD = 0.09
NOISE_MEMORY = 0.85
"""Of neighbouring quarters of an hour."""
DAY_SD = 0.06
_QUARTERS: Floats = (np.arange(96, dtype=np.float64) + 0.5) / 4
_Power = npt.NDArray[np.float32]


def way_of_working(utility: Utility, block: Block, customers: Customers) -> npt.NDArray[np.str_]:
    """(n,) name of the way of each customer that is no home."""
    return np.array(WAYS)[_ways(utility, block, customers)]


def business_kw(utility: Utility, block: Block, customers: Customers, rows: Ints) -> _Power:
    """(rows, days, 96) mean power of the customers at places `rows`, none of them a home."""
    rng = utility.rng("businesses", block.number)
    way = _ways(utility, block, customers)[rows]
    region = REGIONS.index(block.region_code)
    relative = _at_work(utility, way, rng)
    dips = _furnace_dips(way, relative.shape, rng)
    relative *= dips
    indoors = np.isin(way, (PUMP, SHED, BURNING), invert=True)
    relative[indoors] += _air_conditioning(utility, region)[:, None].astype(np.float32)
    relative *= _noise(relative.shape, rng)
    for places, of_outdoors in (
        (np.flatnonzero(np.isin(way, (PUMP, SHED))), farming),
        (np.flatnonzero(way == BURNING), burning),
    ):
        relative[places] = of_outdoors(utility, region, way[places] == PUMP, rng)
    sector = np.array([SECTORS.index(code) for code in np.array(customers.sector_code)[rows]], dtype=np.int64)
    follows = np.where(way == BURNING, 0.0, np.where(customers.kind[rows] == INDUSTRY, 1.0, 0.3))
    economy = level_of(utility, region, sector) ** follows[:, None]
    return np.asarray(relative * (customers.mean_kw[rows, None] * economy)[..., None].astype(np.float32))


def _ways(utility: Utility, block: Block, customers: Customers) -> Ints:
    """(n,) place in WAYS; without meaning for homes."""
    rng = utility.rng("ways of working", block.number)
    shifts = rng.choice((ONE_SHIFT, TWO_SHIFTS, THREE_SHIFTS), len(customers), p=SHIFT_SHARES)
    farm = np.where(draw_pumps(utility, block), PUMP, SHED)
    shop = np.where(np.array(customers.sector_code) == "H", EATING, SHOPPING)
    industry = np.where(customers.is_high_energy, FURNACE, shifts)
    kinds = [customers.kind == kind for kind in (SHOP, OFFICE, INDUSTRY, FARM, LIGHTS)]
    return np.asarray(
        np.select(kinds, [shop, np.full_like(shop, OFFICE_HOURS), industry, farm, np.full_like(shop, BURNING)])
    )


def _at_work(utility: Utility, way: Ints, rng: np.random.Generator) -> _Power:
    """(firms, days, 96) power to the mean of an ordinary week, as hours, rest days, new year and stops have it."""
    firms = len(way)
    opens, closes = (HOURS[way, end] + rng.normal(0, 0.6, firms) for end in (0, 1))
    always = np.isin(way, (THREE_SHIFTS, FURNACE))
    edge = rng.uniform(0.2, 0.7, firms)[:, None]
    inside = np.minimum((_QUARTERS - opens[:, None]) / edge, (closes[:, None] - _QUARTERS) / edge)
    hours = np.where(always[:, None], 1.0, np.clip(inside, 0, 1)) * _meals(way)
    base = np.clip(BASE[way] * rng.lognormal(0, 0.3, firms), 0, 0.85)
    rest = REST_DAY[way] * rng.lognormal(0, 0.2, firms)
    week_mean = base + (1 - base) * hours.mean(axis=1) * (5 + 2 * rest) / 7
    work = np.where(calendar(utility).is_working, 1.0, rest[:, None])
    work *= _new_year(utility, way, rng) * _stops(utility, way, rng)
    work *= rng.lognormal(0, DAY_SD, work.shape)
    low, span = base / week_mean, (1 - base) / week_mean
    power = span[:, None, None] * work[..., None] * hours[:, None] + low[:, None, None]
    return np.asarray(power, dtype=np.float32)


def _meals(way: Ints) -> Floats:
    """(firms, 96) factor: restaurants work most at noon and in the evening, shops a little in the evening."""
    noon, evening = (np.exp(-0.5 * ((_QUARTERS - hour) / 1.1) ** 2) for hour in (12.0, 18.6))
    return np.where(
        (way == EATING)[:, None], 0.5 + noon + 1.1 * evening, 1 + 0.15 * (way == SHOPPING)[:, None] * evening
    )


def _new_year(utility: Utility, way: Ints, rng: np.random.Generator) -> Floats:
    """(firms, days) share of the work that goes on over the lunar new year; migrants leave early and return late."""
    after = calendar(utility).after_new_year
    starts, ends = rng.integers(-9, -1, len(way)), rng.integers(5, 16, len(way))
    rests = np.clip(np.minimum(after - starts[:, None], ends[:, None] - after) / 3, 0, 1)
    return np.asarray(1 - (NEW_YEAR_STOP[way] * rng.beta(4, 1, len(way)))[:, None] * rests)


def _stops(utility: Utility, way: Ints, rng: np.random.Generator) -> Floats:
    """(firms, days) 0.1 in a yearly stop for maintenance of industry, 1 else."""
    day = np.arange(utility.days)
    start = rng.integers(0, 365, len(way))[:, None]
    length = rng.integers(*STOP_DAYS, len(way))[:, None]
    is_industry: Bools = np.isin(way, (ONE_SHIFT, TWO_SHIFTS, THREE_SHIFTS, FURNACE))[:, None]
    return np.where(is_industry & ((day - start) % 365 < length), 0.1, 1.0)


def _furnace_dips(way: Ints, shape: tuple[int, ...], rng: np.random.Generator) -> _Power:
    """(firms, days, 96) furnaces fall for a quarter or two each time a batch is tapped, every few hours."""
    factor = np.ones(shape, np.float32)
    rows = np.flatnonzero(way == FURNACE)
    period = rng.uniform(8, 24, len(rows))[:, None]
    depth = rng.uniform(0.3, 0.7, len(rows))[:, None]
    at = np.arange(shape[1] * shape[2]) + rng.uniform(0, 24, len(rows))[:, None]
    factor[rows] = np.where(at % period < 2, depth, 1.0).reshape(len(rows), *shape[1:])
    return factor


def _air_conditioning(utility: Utility, region: int) -> Floats:
    """(days,) more power than in the mean of a normal year, to the mean."""

    def need(air_c: Floats) -> Floats:
        return np.asarray(HEATING_PER_C * np.maximum(10 - air_c, 0) + COOLING_PER_C * np.maximum(air_c - 20, 0))

    return np.asarray(need(weather(utility).daily_mean_c[region]) - need(normal_c(region)).mean())


def _noise(shape: tuple[int, ...], rng: np.random.Generator) -> _Power:
    """(firms, days, 96) factor about 1, autocorrelated."""
    white = rng.standard_normal((shape[0], shape[1] * shape[2]), dtype=np.float32)
    weights = np.array([np.sqrt(1 - NOISE_MEMORY**2)], np.float32), np.array([1, -NOISE_MEMORY], np.float32)
    return np.asarray(np.exp(np.float32(NOISE_SD) * lfilter(*weights, white, axis=1)).reshape(shape), np.float32)
