import numpy as np
import pytest

from powerlake.marketing.normal_weather import at_normal_weather

DATES = np.arange(np.datetime64("2023-01-01"), np.datetime64("2025-01-01"))
DAY = np.arange(len(DATES))
SEASON = 8 - 18 * np.cos(2 * np.pi * DAY / 365.25)


@pytest.fixture
def temperature():
    """The second year is 3 °C colder all along."""
    return SEASON - 3.0 * (DAY >= 365) + np.random.default_rng(1).normal(0, 1, len(DAY))


def growth(use: np.ndarray) -> float:
    return float(use[365:].mean() / use[:365].mean() - 1)


def test_what_a_cold_year_adds_is_no_growth(temperature):
    use = 10 + 0.8 * np.maximum(14 - temperature, 0)
    normal = at_normal_weather(use[None], temperature, DATES)[0]
    assert growth(use) > 0.08
    assert abs(growth(normal)) < 0.002
    np.testing.assert_allclose(normal.mean(), use.mean(), rtol=0.002)


def test_growth_stays(temperature):
    level = np.where(DAY >= 365, 1.05, 1.0)
    use = level * (10 + 0.8 * np.maximum(14 - temperature, 0))
    assert growth(at_normal_weather(use[None], temperature, DATES)[0]) == pytest.approx(0.05, abs=0.01)


def test_use_that_follows_the_season_and_not_the_weather_is_left_as_it_is(temperature):
    """Irrigation: every year the same by the calendar."""
    use = 5 + 0.5 * np.maximum(np.tile(SEASON[:366], 2)[: len(DAY)] - 12, 0)
    np.testing.assert_allclose(at_normal_weather(use[None], temperature, DATES)[0], use, atol=0.3)


def test_a_series_known_too_little_has_no_normal(temperature):
    use = np.full((2, len(DAY)), 7.0)
    use[1, :200] = np.nan
    normal = at_normal_weather(use, temperature, DATES)
    np.testing.assert_allclose(normal[0], 7.0)
    assert np.isnan(normal[1]).all()


def test_one_year_is_its_own_normal(temperature):
    use = 10 + 0.8 * np.maximum(14 - temperature[:365], 0)
    np.testing.assert_allclose(at_normal_weather(use[None], temperature[:365], DATES[:365])[0], use)
