import numpy as np
import pytest

from powerlake.loadcurve.par import LAGS, MIN_DAYS, REFERENCE_C, daily_profiles

DAYS = 90


@pytest.fixture(scope="module")
def temperature() -> np.ndarray:
    return np.random.default_rng(2).uniform(-5, 30, (DAYS, 24)).round(1)


@pytest.fixture(scope="module")
def use() -> np.ndarray:
    """More meters than a block holds."""
    return np.random.default_rng(1).gamma(2.0, 0.2, (20, DAYS, 24)).round(3).astype(np.float32)


def agrees(found, kwh: np.ndarray, temperature: np.ndarray, meter: int, hour: int) -> None:
    use, warmth = kwh[meter, :, hour].astype(np.float64), temperature[:, hour] - REFERENCE_C
    lags = [use[LAGS - lag : -lag] for lag in range(1, LAGS + 1)]
    design = np.column_stack([np.ones(DAYS - LAGS), *lags, warmth[LAGS:]])
    is_known = ~np.isnan(design).any(axis=1) & ~np.isnan(use[LAGS:])
    expected = np.linalg.lstsq(design[is_known], use[LAGS:][is_known], rcond=None)[0]
    np.testing.assert_allclose(found.coefficients[meter, hour], expected, atol=1e-6)
    profile = (use[LAGS:] - expected[-1] * warmth[LAGS:])[is_known].mean()
    assert found.profile[meter, hour] == pytest.approx(profile, abs=1e-6)
    assert found.days[meter, hour] == is_known.sum()


def test_every_hour_equals_a_plain_least_squares_fit(use, temperature):
    found = daily_profiles(use, temperature)
    for meter in (0, 15, 16, 19):
        for hour in (0, 7, 23):
            agrees(found, use, temperature, meter, hour)


def test_unknown_days_drop_out_with_the_days_that_follow_them(use, temperature):
    kwh, warmth = use.copy(), temperature.copy()
    kwh[0, 40] = np.nan
    kwh[1, 10:20, 5] = np.nan
    warmth[60, 3] = np.nan
    found = daily_profiles(kwh, warmth)
    assert found.days[0, 0] == DAYS - LAGS - 4
    for meter, hour in ((0, 0), (0, 3), (1, 5), (2, 3)):
        agrees(found, kwh, warmth, meter, hour)


def test_a_planted_answer_to_temperature_is_found_and_taken_out(temperature):
    rng = np.random.default_rng(3)
    shape = 1 + np.sin(np.arange(24) / 24 * 2 * np.pi)
    kwh = shape + 0.05 * (temperature - REFERENCE_C) + rng.normal(0, 0.01, (DAYS, 24))
    found = daily_profiles(kwh[None].astype(np.float32), temperature)
    np.testing.assert_allclose(found.coefficients[0, :, -1], 0.05, atol=1e-3)
    np.testing.assert_allclose(found.profile[0], shape, atol=0.01)


def test_a_meter_that_never_changes_has_no_regression(temperature):
    found = daily_profiles(np.full((1, DAYS, 24), 0.3, dtype=np.float32), temperature)
    assert np.isnan(found.coefficients).all()


def test_a_meter_on_alternate_days_has_no_regression(temperature):
    """Its use a day and three days ago is the same."""
    kwh = np.where(np.arange(DAYS) % 2, 0.7, 0.2)[None, :, None] * np.ones(24)
    assert np.isnan(daily_profiles(kwh.astype(np.float32), temperature).profile).all()


def test_a_flat_temperature_has_no_regression(use):
    assert np.isnan(daily_profiles(use, np.full((DAYS, 24), 20.0)).profile).all()


@pytest.mark.parametrize("days", [0, LAGS, LAGS + MIN_DAYS - 1])
def test_too_few_days(use, temperature, days):
    assert np.isnan(daily_profiles(use[:, :days], temperature[:days]).profile).all()


def test_just_enough_days(use, temperature):
    days = LAGS + MIN_DAYS
    assert np.isfinite(daily_profiles(use[:, :days], temperature[:days]).profile).all()
