import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerlake.marketing.seasonal_forecast import (
    FIRST_ORIGIN,
    HORIZON,
    MODEL,
    NAIVE,
    NONE,
    RATIOS,
    _fit,
    _likeliest_ratio,
    forecasts,
)

SEASON = 1 + 0.3 * np.cos(2 * np.pi * np.arange(HORIZON) / 12)


def market(series: int, months: int, step: float, chance: float, seed: int = 0) -> np.ndarray:
    """Use whose level moves by `step` a month, each month off by `chance`, both as standard deviations of logs."""
    random = np.random.default_rng(seed)
    level = np.cumsum(random.normal(0, step, (series, months)), axis=1)
    season = np.resize(SEASON, months)
    return 100 * season * np.exp(level + random.normal(0, chance, (series, months)))


def test_the_season_is_put_on_the_level_of_today() -> None:
    """A customer who left two months ago stays away, which the same month of the year before does not know."""
    use = market(6, 36, 0.01, 0.001)
    use[0, 34:] *= 0.5
    found = forecasts(use)
    level = (use / np.resize(SEASON, 36))[:, -1:]
    np.testing.assert_allclose(found.use[:, :3], (level * SEASON)[:, :3], rtol=0.1)
    np.testing.assert_allclose(found.use, level * SEASON, rtol=0.25, err_msg="the season too is a little unsure by it")
    assert found.method == [MODEL] * 6


def test_with_one_year_known_it_is_that_year() -> None:
    use = market(3, 12, 0.05, 0.02)
    found = forecasts(use)
    np.testing.assert_allclose(found.use, use)
    assert found.method == [NAIVE] * 3
    assert np.isnan(found.low).all(), "nothing tells how much months of a year apart differ"
    assert (np.isnan(found.skill).all(), found.tested.sum()) == (True, 0)


def test_less_than_a_year_after_a_gap_is_not_forecast_and_other_series_say_how_sure_a_short_one_is() -> None:
    use = market(5, 40, 0.03, 0.02)
    use[0, 30] = np.nan
    use[1, 27] = 0
    found = forecasts(use)
    assert found.method == [NONE, NAIVE, MODEL, MODEL, MODEL]
    assert np.isnan(found.use[0]).all()
    np.testing.assert_allclose(found.use[1], use[1, 28:])
    assert (found.low[1] < found.use[1]).all()
    assert found.tested.tolist() == [0, 0, *[sum(min(HORIZON, 40 - origin) for origin in range(FIRST_ORIGIN, 40))] * 3]


def test_the_skill_is_that_of_past_origins_over_the_year_before() -> None:
    use = market(8, 42, 0.05, 0.005)
    found = forecasts(use)
    row, ours, naive = 3, 0.0, 0.0
    ratio = _likeliest_ratio([use])
    for origin in range(FIRST_ORIGIN, 42):
        actual = use[row, origin : origin + HORIZON]
        ahead = np.exp(_fit(np.log(use[[row], :origin]), ratio).centre[0])[: len(actual)]
        ours += np.abs(ahead - actual).sum()
        naive += np.abs(use[row, origin - HORIZON : origin][: len(actual)] - actual).sum()
    assert found.skill[row] == pytest.approx(1 - ours / naive)
    assert (found.skill > 0).mean() > 0.7


def test_how_far_the_level_moves_is_taken_from_all_series_together() -> None:
    assert _likeliest_ratio([market(30, 36, 0.002, 0.02)]) == RATIOS[0]
    assert _likeliest_ratio([market(30, 36, 0.02, 0.02)]) == 1
    assert _likeliest_ratio([market(30, 36, 0.02, 0.002)]) == RATIOS[-1]


@pytest.mark.parametrize(("months", "held"), [(36, (0.72, 0.9)), (16, (0.72, 0.9))])
def test_intervals_hold_what_they_promise(months: int, held: tuple[float, float]) -> None:
    """By errors of the past with a long history, by Student's t with a short one."""
    inside = np.zeros(2)
    for seed in range(20):
        use = market(12, months + HORIZON, 0.02, 0.02, seed)
        found = forecasts(use[:, :months])
        actual = use[:, None, months:]
        inside += ((found.low <= actual) & (actual <= found.high)).mean(axis=(0, 2)) / 20
    assert held[0] < inside[0] < held[1]
    assert 0.9 < inside[1] < 0.99


@given(st.integers(12, 30), st.floats(1e-3, 1e3), st.integers(0, 99))
def test_units_and_the_order_of_series_change_nothing(months: int, unit: float, seed: int) -> None:
    use = market(4, months, 0.05, 0.02, seed)
    found, other = forecasts(use), forecasts(unit * use[::-1])
    np.testing.assert_allclose(other.use, unit * found.use[::-1], rtol=1e-6)
    np.testing.assert_allclose(other.high, unit * found.high[::-1], rtol=1e-6)
    known = found.low[~np.isnan(found.low)], found.high[~np.isnan(found.high)]
    assert (known[0] <= known[1]).all()


def test_a_series_that_never_changes_is_carried_on() -> None:
    found = forecasts(np.tile(SEASON, (3, 3)))
    np.testing.assert_allclose(found.use, np.tile(SEASON, (3, 1)))
    np.testing.assert_allclose(found.high[:, 1], found.use, rtol=1e-4)


def test_no_series_have_no_forecast() -> None:
    assert forecasts(np.empty((0, 30))).use.shape == (0, HORIZON)
