"""The day-ahead price of the regions by the hour: a merit order of plants over residual demand.

Demand follows the hour, the working week and the weather; wind and sun take their part first, and what is left is
priced along a curve that steepens near the top of capacity (a supply stack in the form of Barlow, "A diffusion model
for electricity prices", Mathematical Finance 12, 2002). All parameters are chosen.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from scipy.signal import lfilter

from powerlake.simulate.calendar import calendar
from powerlake.simulate.utility import REGIONS, Floats, Made, Utility
from powerlake.simulate.weather import Weather, weather

MEAN_DEMAND_KW = (2.4e6, 1.1e6, 1.8e6, 0.9e6)
"""Of the whole market area of each region; this utility is a part of it."""
HOURLY = np.array(
    [.82, .79, .77, .76, .77, .81, .88, .97, 1.06, 1.10, 1.12, 1.10, 1.05, 1.04, 1.05, 1.07, 1.10, 1.14, 1.17, 1.16,
     1.12, 1.05, .96, .88]
)  # fmt: skip
"""Demand of a working day's hours to its mean."""
DAY_OFF = 0.91
COLD_SHARE, WARM_SHARE = 0.006, 0.010
"""Rise of demand a degree below 12 °C and above 22 °C."""
NOISE_SD, NOISE_MEMORY = 0.03, 0.9
SUN_SHARE, WIND_SHARE = 0.15, 0.16
"""Output of all sun at 1,000 W/m² and of all wind at rated speed, to mean demand."""
RATED_WIND_M_S = 11.0
BASE_CNY = 0.33
"""Price where residual demand is the mean one."""
STEEPNESS = 0.75
"""Exponent of the stack about its middle."""
SCARCITY = 1.5
"""Residual demand, to its mean, at which the last plants run."""
CEILING_CNY = 1.5


def price_commons(utility: Utility) -> Made:
    """Feed external/prices: a row a region and hour, known the day before."""
    demand, price = demand_kw(utility), price_cny(utility)
    hours = np.datetime64(utility.first_date, "us") + np.arange(utility.days * 24) * np.timedelta64(1, "h")
    rows = {
        "area_id": np.repeat(REGIONS, len(hours)),
        "starts_at": np.tile(hours, len(REGIONS)),
        "interval_minutes": np.full(price.size, 60),
        "price_per_kwh": np.round(price, 4).ravel(),
        "currency": np.full(price.size, "CNY"),
        "demand_kw": np.round(demand, -1).ravel(),
    }
    return Made(feeds={"external/prices": pa.table(rows)})


def demand_kw(utility: Utility) -> Floats:
    """(regions, hours) demand of the market areas."""
    sky = weather(utility)
    is_off = ~np.repeat(calendar(utility).is_working, 24)
    rhythm = np.tile(HOURLY, utility.days) * np.where(is_off, DAY_OFF, 1.0)
    cold, warm = np.maximum(12 - sky.temperature_c, 0), np.maximum(sky.temperature_c - 22, 0)
    shocks = utility.rng("market demand").normal(0, NOISE_SD * np.sqrt(1 - NOISE_MEMORY**2), sky.temperature_c.shape)
    noise = lfilter([1.0], [1.0, -NOISE_MEMORY], shocks, axis=1)
    level = np.array(MEAN_DEMAND_KW)[:, None]
    return np.asarray(level * rhythm * (1 + COLD_SHARE * cold + WARM_SHARE * warm) * np.exp(noise))


def price_cny(utility: Utility) -> Floats:
    """(regions, hours) price of a kWh, not below 0."""
    residual = demand_kw(utility) / np.array(MEAN_DEMAND_KW)[:, None] - _free_share(weather(utility))
    room = np.maximum(SCARCITY - residual, 0.02) / (SCARCITY - 1)
    return np.asarray(np.clip(BASE_CNY * np.sign(residual) * np.abs(residual) * room**-STEEPNESS, 0, CEILING_CNY))


def _free_share(sky: Weather) -> Floats:
    """(regions, hours) what sun and wind give, to mean demand."""
    wind = np.clip((sky.wind_m_s - 2.5) / (RATED_WIND_M_S - 2.5), 0, 1) ** 3
    return np.asarray(SUN_SHARE * sky.irradiance_w_m2 / 1000 + WIND_SHARE * wind)
