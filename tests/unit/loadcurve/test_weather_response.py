import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.loadcurve.weather_response import BALANCE_C, MIN_DAYS_WITH_DEGREES, STEP_C, weather_response

DAYS = 365
SEASON = np.arange(DAYS)
TEMPERATURE = 8 - 18 * np.cos(2 * np.pi * SEASON / DAYS) + 3 * np.sin(SEASON * 1.7)


def use_of(base: float, heating: float, cooling: float, at_h: float, at_c: float) -> np.ndarray:
    return base + heating * np.maximum(at_h - TEMPERATURE, 0) + cooling * np.maximum(TEMPERATURE - at_c, 0)


def reference(kwh: np.ndarray, temperature: np.ndarray) -> tuple[float, np.ndarray]:
    """Adjusted R² and the coefficients (base, heating, cooling) of one series with a plain solver and loops."""
    known = (kwh > 0) & ~np.isnan(temperature)
    y, t = kwh[known], temperature[known]
    total = ((y - y.mean()) ** 2).sum()
    best = (0.0, np.array([y.mean(), 0, 0]))
    for b_h in (None, *BALANCE_C):
        for b_c in (None, *BALANCE_C):
            sides = [] if b_h is None else [np.maximum(b_h - t, 0)]
            sides += [] if b_c is None else [np.maximum(t - b_c, 0)]
            if not sides or (b_h is not None and b_c is not None and b_c < b_h):
                continue
            if min((side > 0).sum() for side in sides) < MIN_DAYS_WITH_DEGREES:
                continue
            design = np.column_stack([np.ones_like(t), *sides])
            beta = np.linalg.lstsq(design, y, rcond=None)[0]
            error = ((y - design @ beta) ** 2).sum()
            adjusted = 1 - error / (len(y) - len(beta)) / (total / (len(y) - 1))
            if (beta[1:] > 0).all() and beta[0] >= 0 and adjusted > best[0] + 1e-12:
                best = (adjusted, np.array([beta[0], 0 if b_h is None else beta[1], 0 if b_c is None else beta[-1]]))
    return best


def test_planted_responses_are_found_again():
    at_h, at_c = BALANCE_C[10], BALANCE_C[15]
    planted = np.array([[5, 0.8, 0.4], [5, 0.8, 0], [5, 0, 0.4]])
    found = weather_response(np.stack([use_of(*row, at_h, at_c) for row in planted]), TEMPERATURE)
    np.testing.assert_allclose(np.column_stack([found.base, found.heating, found.cooling]), planted, atol=1e-9)
    np.testing.assert_allclose(found.heating_balance_c, [at_h, at_h, np.nan])
    np.testing.assert_allclose(found.cooling_balance_c, [at_c, np.nan, at_c])
    np.testing.assert_allclose(found.r2, 1)


@pytest.mark.parametrize("temperatures", [[10.3], [0.123, 25.37], [0.1, 12.3, 30.7]])
def test_a_few_temperatures_explain_no_more_than_a_mean_for_each(temperatures):
    """Of two there are but two means: three coefficients cannot be told apart."""
    place = SEASON % len(temperatures)
    kwh = np.random.default_rng(5).gamma(2, 5, (50, DAYS))
    found = weather_response(kwh, np.array(temperatures)[place])
    total = ((kwh - kwh.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    groups = [kwh[:, place == one] for one in range(len(temperatures))]
    left = sum(((group - group.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) for group in groups)
    assert (found.r2 <= 1 - left / total + 1e-12).all()
    of_fit = ((kwh - found.expected(np.array(temperatures)[place])) ** 2).sum(axis=1)
    np.testing.assert_allclose(found.r2, 1 - of_fit / total, atol=1e-12)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_every_series_equals_a_plain_search(seed):
    rng = np.random.default_rng(seed)
    coefficients = rng.uniform([8, 0, 0, 0, 15], [12, 0.3, 0.3, 15, 30])
    kwh = use_of(*coefficients) + rng.normal(0, 1.5, DAYS)
    kwh[rng.random(DAYS) < 0.02] = np.nan
    kwh[rng.random(DAYS) < 0.01] = 0
    temperature = np.where(rng.random(DAYS) < 0.01, np.nan, TEMPERATURE)
    found = weather_response(kwh[None], temperature)
    adjusted, beta = reference(kwh, temperature)
    terms = (found.heating != 0).astype(int) + (found.cooling != 0)
    ours = 1 - (1 - found.r2) * (found.days - 1) / (found.days - terms - 1)
    np.testing.assert_allclose(ours, adjusted, atol=1e-9)
    np.testing.assert_allclose([found.base[0], found.heating[0], found.cooling[0]], beta, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_of_fits_that_are_one_line_the_lower_balance_point_is_taken(seed):
    """Where every day is below two balance points, rounding must not choose between them."""
    rng = np.random.default_rng(seed)
    temperature = rng.uniform(-20, 12.9, DAYS)
    kwh = 12 - 0.3 * temperature + rng.normal(0, 1.0, DAYS)
    found = weather_response(kwh[None], temperature)
    lowest_above = BALANCE_C[temperature.max() <= BALANCE_C][0]
    assert found.heating_balance_c[0] <= lowest_above


def test_a_slope_against_the_sense_is_not_taken():
    found = weather_response((20 + 0.3 * TEMPERATURE)[None] - 3 * np.maximum(TEMPERATURE - 20, 0), TEMPERATURE)
    assert (found.heating >= 0).all() and (found.cooling >= 0).all() and (found.base >= 0).all()


@pytest.mark.parametrize(("missing", "has_fit"), [(37, True), (38, False)])
@pytest.mark.parametrize("hole", [0.0, np.nan])
def test_more_than_37_days_missing_in_a_year_give_no_fit(missing, has_fit, hole):
    kwh = use_of(5, 0.8, 0.4, 14, 21.5)
    kwh[:missing] = hole
    found = weather_response(kwh[None], TEMPERATURE)
    assert np.isfinite(found.base[0]) == has_fit
    assert found.days[0] == DAYS - missing


def test_the_same_use_every_day_is_a_base_alone():
    found = weather_response(np.full((1, DAYS), 4.0), TEMPERATURE)
    assert (found.base[0], found.heating[0], found.cooling[0], found.r2[0]) == (4, 0, 0, 0)
    np.testing.assert_allclose(found.expected(TEMPERATURE), 4.0)


def test_expected_use_is_that_of_the_fit():
    kwh = use_of(5, 0.8, 0.4, BALANCE_C[10], BALANCE_C[15])
    found = weather_response(kwh[None], TEMPERATURE)
    np.testing.assert_allclose(found.expected(TEMPERATURE)[0], kwh)
    assert np.isnan(found.expected(np.array([np.nan]))).all()


def test_no_series_and_the_grid():
    assert weather_response(np.empty((0, DAYS)), TEMPERATURE).base.shape == (0,)
    assert STEP_C <= 5 / 9 * 3
    assert BALANCE_C[0] >= -1.2 and BALANCE_C[-1] <= 32.3
