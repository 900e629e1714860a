"""The weather of the utility's regions by the hour: a cold-north winter, fronts, thunderstorms and ice.

A daily normal by region, on it the anomalies of air masses (a first-order autoregression that the regions share
largely), fronts that bring cloud, precipitation and wind, and thunderstorms of summer afternoons. The normals are
near the published 1991–2020 means of the cities of `sun.LATITUDES`; the other parameters are chosen so that counts of
gales and thunderstorm days are those of Northeast China (about 10 and 25 a year).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from scipy.signal import lfilter

from powerlake.simulate.sun import clear_irradiance, sun_height, through_clouds
from powerlake.simulate.utility import REGIONS, Bools, Floats, Ints, Made, Utility

JANUARY_C = (-11.5, -14.5, -17.3, -17.8)
"""Mean temperature of the coldest month, by region."""
JULY_C = (25.0, 23.7, 23.4, 23.6)
"""The same of the warmest."""
COLDEST_DAY = 17
"""Days after 1 January of the lowest daily normal."""
ANOMALY_SD_C = (4.6, 2.3)
"""Standard deviation of daily mean temperature about its normal in midwinter and midsummer."""
ANOMALY_MEMORY = 0.68
"""Correlation of the anomalies of neighbouring days."""
SHARED = 0.9
"""Share of the anomaly's variance that all regions have in common."""
DAILY_SWING_C = 11.0
"""Highest less lowest of a clear day; under full cloud 40 % of it."""
WARMEST_HOUR = 14.5
FRONTS_A_YEAR = 75
FRONT_COOLING_C = 1.5
STORMY_DAY_PEAK = 0.16
"""Probability of a thunderstorm in a region on a day of mid-July."""
GALE_M_S = 17.2
"""Gusts from this on are a gale: Beaufort 8."""
WET_BULB_ICE_C = (-5.0, 0.8)
"""Rain between these temperatures freezes on wires."""
_MAGNUS = (17.62, 243.12)
"""Of the saturation pressure over water, the second in °C (WMO No. 8)."""
_HOURS: Floats = np.arange(24, dtype=np.float64) + 0.5


@dataclass(frozen=True)
class Weather:
    """Arrays (regions, hours): REGIONS in order, every hour from the first date's midnight; do not write into them."""

    temperature_c: Floats
    humidity_pct: Floats
    wind_m_s: Floats
    """Mean of the hour."""
    gust_m_s: Floats
    """Strongest of the hour."""
    precipitation_mm: Floats
    cloud: Floats
    """Share of the sky."""
    irradiance_w_m2: Floats
    """Global horizontal."""
    pressure_hpa: Floats
    storm: Bools
    """A gale, or a thunderstorm."""
    lightning: Bools
    ice: Bools
    """Ice grows on wires."""

    @property
    def daily_mean_c(self) -> Floats:
        """(regions, days) temperature."""
        return np.asarray(self.temperature_c.reshape(len(REGIONS), -1, 24).mean(axis=2))


@lru_cache(maxsize=4)
def weather(utility: Utility) -> Weather:
    """The weather of all regions; the same object when asked again."""
    rng = utility.rng("weather")
    front = _fronts(utility, rng)
    lightning, cell = _thunderstorms(utility, rng)
    cloud = np.clip(_cloud(utility, rng) + 0.75 * front + 0.6 * cell, 0, 1)
    wet = np.maximum(front - 0.35, 0) * (0.1 + 1.5 * _summer(utility)) + 5.5 * cell
    precipitation = np.round(wet * rng.gamma(0.9, 1.0, wet.shape), 1)
    temperature = _temperature(utility, rng, cloud, front) - 3.0 * cell
    wind = _wind(utility, rng) * (1 + 0.9 * front) + 2.0 * cell
    gust = wind * rng.uniform(1.35, 1.75, wind.shape) + cell * rng.gamma(5, 1.3, wind.shape)
    height = np.stack([sun_height(utility.dates, _HOURS, region).ravel() for region in range(len(REGIONS))])
    made = Weather(
        temperature_c=temperature,
        humidity_pct=_humidity(temperature, cloud, precipitation, rng),
        wind_m_s=wind,
        gust_m_s=gust,
        precipitation_mm=precipitation,
        cloud=cloud,
        irradiance_w_m2=through_clouds(clear_irradiance(height), cloud),
        pressure_hpa=1015 - 14 * front - 0.35 * (temperature - temperature.mean()) + rng.normal(0, 0.4, wind.shape),
        storm=(gust >= GALE_M_S) | lightning,
        lightning=lightning,
        ice=(precipitation > 0) & (temperature > WET_BULB_ICE_C[0]) & (temperature < WET_BULB_ICE_C[1]),
    )
    for values in vars(made).values():
        values.setflags(write=False)
    return made


def weather_commons(utility: Utility) -> Made:
    """Feed external/weather: a row a region's station and hour."""
    sky = weather(utility)
    hours = np.datetime64(utility.first_date, "us") + np.arange(utility.days * 24) * np.timedelta64(1, "h")
    stations = [f"WS-{code}" for code in REGIONS]
    rows = {
        "station_id": np.repeat(stations, len(hours)),
        "observed_at": np.tile(hours, len(REGIONS)),
        "interval_minutes": np.full(len(hours) * len(REGIONS), 60),
        "temperature_c": np.round(sky.temperature_c, 1).ravel(),
        "dew_point_c": np.round(_dew_point(sky.temperature_c, sky.humidity_pct), 1).ravel(),
        "humidity_pct": np.round(sky.humidity_pct).ravel(),
        "wind_speed_m_s": np.round(sky.wind_m_s, 1).ravel(),
        "precipitation_mm": sky.precipitation_mm.ravel(),
        "irradiance_w_m2": np.round(sky.irradiance_w_m2).ravel(),
        "pressure_hpa": np.round(sky.pressure_hpa, 1).ravel(),
        "condition": _condition(sky).ravel(),
    }
    return Made(feeds={"external/weather": pa.table(rows)})


def normal_c(region: int) -> Floats:
    """(365,) normal of the daily mean temperature from 1 January on."""
    return np.asarray(_normal(summer_of(np.arange(365)))[region])


def summer_of(days: Ints) -> Floats:
    """0 in midwinter to 1 in midsummer, along the cosine of the year, of days since 1 January."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * (days - COLDEST_DAY) / 365.25))


def _normal(summer: Floats) -> Floats:
    """(regions, …) normal temperature; the months' means are within 1 °C of its extremes."""
    january, july = np.array(JANUARY_C)[:, None], np.array(JULY_C)[:, None]
    return np.asarray(january - 0.6 + (july - january + 1.0) * summer)


def _summer(utility: Utility) -> Floats:
    """(hours,) of `summer_of`."""
    days = (utility.dates - utility.dates.astype("datetime64[Y]")).astype(np.int64)
    return np.repeat(summer_of(days), 24)


def _by_day(values: Floats) -> Floats:
    """(…, hours) daily values joined by straight lines from noon to noon."""
    days = values.shape[-1]
    hour = np.arange(days * 24) + 0.5
    noon = np.arange(days) * 24 + 12.0
    return np.stack([np.interp(hour, noon, row) for row in values])


def _fronts(utility: Utility, rng: np.random.Generator) -> Floats:
    """(regions, hours) 0 to about 1: passing fronts, an hour or two apart from region to region."""
    hours = utility.days * 24
    count = rng.poisson(FRONTS_A_YEAR * utility.days / 365)
    at, length = rng.uniform(0, hours, count), rng.gamma(6, 1.6, count) + 2
    strength = rng.beta(2, 2.2, count)
    delay = np.arange(len(REGIONS))[:, None] * rng.normal(1.5, 1.0, count)
    distance = (np.arange(hours) - (at + delay)[..., None]) / length[:, None]
    shape = strength[:, None] * np.exp(-0.5 * distance**2)
    return np.asarray(np.minimum(shape.sum(axis=1), 1.2))


def _thunderstorms(utility: Utility, rng: np.random.Generator) -> tuple[Bools, Floats]:
    """(regions, hours) whether it lightens, and the strength of the cell overhead, 0 to 1."""
    summer = _summer(utility)[::24]
    chance = STORMY_DAY_PEAK * np.clip((summer - 0.45) / 0.5, 0, 1)
    shape = (len(REGIONS), utility.days)
    is_stormy = rng.random(shape) < chance
    start, length = rng.normal(16, 2.5, shape), rng.uniform(1, 4, shape)
    strength = np.where(is_stormy, rng.uniform(0.35, 1, shape), 0)
    inside = (np.arange(24) >= start[..., None] - 1) & (np.arange(24) <= (start + length)[..., None])
    cell = (strength[..., None] * inside).reshape(len(REGIONS), -1)
    return cell > 0, cell


def _cloud(utility: Utility, rng: np.random.Generator) -> Floats:
    """(regions, hours) share of the sky clouded without fronts; autocorrelated over half a day."""
    memory = 0.93
    noise = rng.normal(0, np.sqrt(1 - memory**2), (len(REGIONS), utility.days * 24 + 48))
    latent = lfilter([1.0], [1.0, -memory], noise, axis=1)[:, 48:]
    return np.asarray(1 / (1 + np.exp(-(1.6 * latent - 1.3 + 0.5 * _summer(utility)))))


def _temperature(utility: Utility, rng: np.random.Generator, cloud: Floats, front: Floats) -> Floats:
    summer = _summer(utility)
    common, own = rng.normal(size=(1, utility.days + 20)), rng.normal(size=(len(REGIONS), utility.days + 20))
    noise = np.sqrt(SHARED) * common + np.sqrt(1 - SHARED) * own
    unit = lfilter([np.sqrt(1 - ANOMALY_MEMORY**2)], [1.0, -ANOMALY_MEMORY], noise, axis=1)[:, 20:]
    spread = ANOMALY_SD_C[0] + (ANOMALY_SD_C[1] - ANOMALY_SD_C[0]) * summer
    clock = np.tile(np.cos(2 * np.pi * (_HOURS - WARMEST_HOUR) / 24), utility.days)
    swing = 0.5 * DAILY_SWING_C * (1 - 0.6 * cloud) * clock
    since_front = lfilter([0.02], [1.0, -0.98], front, axis=1)
    return np.asarray(_normal(summer) + spread * _by_day(unit) + swing - FRONT_COOLING_C * since_front / 0.3)


def _wind(utility: Utility, rng: np.random.Generator) -> Floats:
    """(regions, hours) Weibull of shape 2 by rank of an autoregression, stronger by day and in spring; mean about 3."""
    memory = 0.9
    noise = rng.normal(0, np.sqrt(1 - memory**2), (len(REGIONS), utility.days * 24 + 48))
    latent = lfilter([1.0], [1.0, -memory], noise, axis=1)[:, 48:]
    uniform = 1 / (1 + np.exp(-1.702 * latent))  # the normal distribution function, within 0.01
    year = np.repeat(
        np.cos(2 * np.pi * ((utility.dates - utility.dates.astype("datetime64[Y]")).astype(int) - 105) / 365.25), 24
    )
    clock = np.tile(1 + 0.25 * np.cos(2 * np.pi * (_HOURS - 14) / 24), utility.days)
    return np.asarray(2.9 * np.sqrt(-np.log1p(-np.minimum(uniform, 0.9999))) * clock * (1 + 0.2 * year))


def _humidity(temperature: Floats, cloud: Floats, precipitation: Floats, rng: np.random.Generator) -> Floats:
    """Relative humidity in %, higher under cloud and in rain, lower when it warms up during the day."""
    day_mean = temperature.reshape(len(REGIONS), -1, 24).mean(axis=2).repeat(24, axis=1)
    level = 52 + 26 * cloud + 12 * (precipitation > 0) - 2.6 * (temperature - day_mean)
    return np.asarray(np.clip(level + rng.normal(0, 2, level.shape), 12, 100))


def _dew_point(temperature: Floats, humidity: Floats) -> Floats:
    """By the Magnus formula, °C."""
    slope, offset = _MAGNUS
    gamma = np.log(humidity / 100) + slope * temperature / (offset + temperature)
    return np.asarray(offset * gamma / (slope - gamma))


def _condition(sky: Weather) -> np.ndarray[tuple[int, int], np.dtype[np.str_]]:
    """The hour in words, as the weather service writes them."""
    cases = [
        (sky.lightning, "雷阵雨"),
        (sky.ice, "冻雨"),
        ((sky.precipitation_mm > 0) & (sky.temperature_c < 0), "雪"),
        (sky.precipitation_mm > 0, "雨"),
        (sky.cloud > 0.85, "阴"),
        (sky.cloud > 0.35, "多云"),
    ]
    return np.select([flag for flag, _ in cases], [word for _, word in cases], "晴")
