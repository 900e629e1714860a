"""The weather: a cold-north climate, internally consistent, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from powerlake.simulate.sun import clear_irradiance, is_dark, sun_height, through_clouds
from powerlake.simulate.utility import REGIONS, Utility
from powerlake.simulate.weather import GALE_M_S, Weather, normal_c, weather, weather_commons

YEAR = Utility(10, 366, 3)


@pytest.fixture(scope="module")
def year() -> Weather:
    return weather(YEAR)


def monthly(values: np.ndarray, region: int = 0) -> np.ndarray:
    month = np.repeat(YEAR.dates.astype("datetime64[M]").astype(int) % 12, 24)
    return np.array([values[region][month == number].mean() for number in range(12)])


def test_winter_is_that_of_the_cold_north(year: Weather) -> None:
    january = [monthly(year.temperature_c, region)[0] for region in range(len(REGIONS))]
    july = [monthly(year.temperature_c, region)[6] for region in range(len(REGIONS))]

    assert all(-23 < mean < -6 for mean in january)
    assert january[0] > january[3]
    assert all(20 < mean < 28 for mean in july)
    assert normal_c(0).min() == pytest.approx(-12.1, abs=0.5)


def test_sun_rain_and_wind_are_of_the_right_size(year: Weather) -> None:
    assert 1300 < year.irradiance_w_m2[0].sum() / 1000 < 1900
    assert 350 < year.precipitation_mm[0].sum() < 1100
    assert monthly(year.precipitation_mm)[6] > 3 * monthly(year.precipitation_mm)[0]
    assert 2 < year.wind_m_s.mean() < 4
    assert (year.gust_m_s >= year.wind_m_s).all()


def test_flags_follow_what_they_stand_for(year: Weather) -> None:
    assert year.storm[year.gust_m_s >= GALE_M_S].all()
    assert year.storm[year.lightning].all()
    assert (year.temperature_c[year.ice] < 1).all()
    assert (year.precipitation_mm[year.ice] > 0).all()
    assert monthly(year.lightning.astype(float))[0] == 0
    stormy_days = year.lightning.reshape(len(REGIONS), -1, 24).any(axis=2).sum(axis=1)
    assert ((stormy_days > 8) & (stormy_days < 45)).all()


def test_weather_persists_and_is_shared_by_regions(year: Weather) -> None:
    anomaly = year.daily_mean_c - np.stack([np.r_[normal_c(region), normal_c(region)[-1]] for region in range(4)])

    assert np.corrcoef(anomaly[0][:-1], anomaly[0][1:])[0, 1] > 0.4
    assert np.corrcoef(anomaly[0], anomaly[3])[0, 1] > 0.7


def test_same_seed_same_weather_and_nobody_can_change_it(year: Weather) -> None:
    weather.cache_clear()

    assert np.array_equal(weather(YEAR).temperature_c, year.temperature_c)
    assert not np.array_equal(weather(Utility(10, 366, 4)).temperature_c, year.temperature_c)
    with pytest.raises(ValueError, match="read-only"):
        year.temperature_c[0, 0] = 0


def test_a_row_a_station_and_hour() -> None:
    rows = weather_commons(Utility(10, 3, 1)).feeds["external/weather"].to_pydict()

    assert len(rows["station_id"]) == 3 * 24 * len(REGIONS)
    assert len(set(zip(rows["station_id"], rows["observed_at"], strict=True))) == 3 * 24 * len(REGIONS)
    assert all(dew <= air + 0.2 for dew, air in zip(rows["dew_point_c"], rows["temperature_c"], strict=True))


def test_the_sun_as_the_almanac_has_it() -> None:
    solstices = np.array(["2024-06-21", "2024-12-21"], "datetime64[D]")
    minutes = np.arange(1440) / 60
    dark_hours = is_dark(solstices, minutes, 0).sum(axis=1) / 60

    noon = sun_height(solstices, minutes, 0).max(axis=1)
    assert np.degrees(np.arcsin(noon)) == pytest.approx([90 - 41.8 + 23.44, 90 - 41.8 - 23.44], abs=0.2)
    assert dark_hours == pytest.approx([24 - 15.2, 24 - 9.13], abs=0.15)


def test_clouds_and_night_take_the_sun() -> None:
    assert clear_irradiance(np.array([-0.1, 0.0, 1.0])) == pytest.approx([0, 0, 1098 * np.exp(-0.057)])
    assert through_clouds(np.array([800.0]), np.array([1.0])) == pytest.approx([200.0])
