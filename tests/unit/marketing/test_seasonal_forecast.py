import numpy as np
import pytest

from powerlake.marketing.seasonal_forecast import HORIZON, MODEL, NAIVE, NONE, forecast, spread_of_changes

MONTH = np.arange(60)


def series(months: int, trend: float, noise: float, seed: int = 0) -> np.ndarray:
    season = 1 + 0.3 * np.cos(2 * np.pi * MONTH[:months] / 12)
    return 100 * season * np.exp(trend * MONTH[:months] / 12 + np.random.default_rng(seed).normal(0, noise, months))


def test_a_trend_is_carried_on_and_beats_last_year():
    use = series(60, 0.06, 0.0)
    found = forecast(use[:48], 0.05)
    assert found.method == MODEL
    assert found.skill > 0.95
    assert found.tested == sum(min(HORIZON, 48 - origin) for origin in range(24, 48))
    np.testing.assert_allclose(found.use, use[48:], rtol=1e-6)


def test_where_a_trend_has_ended_last_year_stays():
    walk = series(40, 0.0, 0.0) * np.exp(0.04 * np.minimum(MONTH[:40], 22))
    found = forecast(walk, 0.2)
    assert found.method == NAIVE
    assert found.skill <= 0
    np.testing.assert_allclose(found.use, walk[-12:])


@pytest.mark.parametrize(("months", "method"), [(11, NONE), (12, NAIVE), (24, NAIVE)])
def test_short_series_are_not_tried_but_say_what_last_year_was(months, method):
    found = forecast(series(months, 0.02, 0.01), 0.03)
    assert (found.method, found.tested) == (method, 0)
    assert np.isnan(found.skill)
    assert np.isnan(found.use).all() == (method == NONE)
    assert np.isnan(found.high).all() == (method == NONE)


@pytest.mark.parametrize("trend", [0.0, 0.08])
def test_intervals_hold_what_they_promise(trend):
    hits = np.zeros((2, 0))
    for seed in range(60):
        use = series(60, trend, 0.03, seed)
        found = forecast(use[:48], 0.03 * np.sqrt(2))
        inside = (found.low <= use[48:]) & (use[48:] <= found.high)
        hits = np.hstack([hits, inside.mean(axis=1, keepdims=True)])
    assert 0.74 < hits[0].mean() < 0.9
    assert 0.92 < hits[1].mean() < 0.99


def test_other_series_widen_an_interval_that_rests_on_one_change():
    use = series(13, 0.0, 0.0)
    narrow, wide = forecast(use, 0.01), forecast(use, 0.1)
    assert (wide.high[1] / wide.use > narrow.high[1] / narrow.use).all()
    assert spread_of_changes(np.stack([use, use * 1.1])) == pytest.approx(0, abs=1e-9)


def test_only_what_follows_a_gap_counts():
    use = series(48, 0.0, 0.0)
    use[20] = np.nan
    use[30] = 0
    found = forecast(use, 0.02)
    assert (found.method, found.tested) == (NAIVE, 0)
    np.testing.assert_allclose(found.use, use[36:48])
