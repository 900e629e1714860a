"""Households as a bent normal process: their quantiles, memory and habits, and that a search finds the like."""

from __future__ import annotations

import numpy as np
import pytest

from powerlake.simulate import home_model, home_process, home_search
from powerlake.simulate.home_fit import first_guess
from powerlake.simulate.home_model import COMPONENTS, KNOTS, SIZES, Population, groups, half_of, population
from powerlake.simulate.home_process import draw_homes
from powerlake.simulate.likeness import Curves

DAYS = 70
SEASON = np.cos(np.linspace(0, np.pi, DAYS))
IS_WEEKEND = np.arange(DAYS) % 7 >= 5


def one(**given: object) -> np.ndarray:
    """(1, parameters) of a quiet household in the middle of the population, but for the groups given."""
    parameters = np.median(population().homes, axis=0)[None]
    still = {"away": [-8, 1, -1], "change": 0, "rounds": 0, "zero": [-8, 0], "weekend": 0, "season": 0, "spread": 0}
    for name, values in (still | given).items():
        groups(parameters)[name][:] = values
    return parameters


def drawn(parameters: np.ndarray, seed: int = 1) -> np.ndarray:
    return draw_homes(parameters, SEASON, IS_WEEKEND, np.random.default_rng(seed))


def test_the_halves_make_the_population() -> None:
    halves = [population(half).homes for half in range(home_model.HALVES)]

    assert np.array_equal(np.concatenate(halves), population().homes)
    assert population().homes.shape[1] == sum(SIZES.values())
    assert np.array_equal(population().homes, np.round(population().homes, home_search.DECIMALS))
    assert {half_of(str(household)) for household in range(20)} == {0, 1}


def test_homes_drawn_have_mean_and_covariance_of_the_population_and_are_nobodys() -> None:
    homes = np.random.default_rng(3).normal(2, [1, 3], (50, 2)) @ np.array([[1, 0.5], [0, 1]])
    found = Population(homes).draw(20_000, np.random.default_rng(2))

    assert found.mean(axis=0) == pytest.approx(homes.mean(axis=0), abs=0.1)
    assert np.cov(found.T) == pytest.approx(np.cov(homes.T), rel=0.06)
    assert not np.isin(found, homes).any()


def test_energy_is_relative_to_the_mean_and_follows_the_quantile_function() -> None:
    parameters = one()
    energy = drawn(parameters)[0]
    middle, *rises = groups(parameters)["quantiles"][0]
    log = np.cumsum(np.square([0.0, *rises]))
    expected = np.exp(log - log[KNOTS.index(0.0)] + middle) - home_model.OFFSET
    at = {knot: np.quantile(energy, home_process.ndtr(knot)) for knot in (-1.3, 0.0, 1.2)}

    assert energy.mean() == pytest.approx(1, rel=1e-4)
    ratios = [at[knot] / expected[KNOTS.index(knot)] for knot in at]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=0.01)


def test_zero_has_the_share_that_was_drawn() -> None:
    assert np.mean(drawn(one(zero=[-1.0, 0.0])) == 0) == pytest.approx(home_process.ndtr(-1.0), abs=0.002)


def test_memory_is_that_of_the_components() -> None:
    def lag_one(name: str) -> float:
        parts = [float(component == name) for component in COMPONENTS]
        energy = np.log(drawn(one(parts=parts, habit=0, bursts=[0, 0, 0.8])) + 0.01).ravel()
        return float(np.corrcoef(energy[:-1], energy[1:])[0, 1])

    assert abs(lag_one("white")) < 0.05
    assert 0.3 < lag_one("appliance") < 0.6
    assert lag_one("evening") > 0.7
    assert lag_one("level") > 0.9


def test_a_habit_shows_in_the_mean_day() -> None:
    day = drawn(one(habit=[-0.8] + [0.0] * 15, parts=0.4)).mean(axis=(0, 1))

    assert day[20:28].mean() > 2 * np.r_[day[:4], day[-4:]].mean()


def test_winter_has_more_where_the_season_says_so() -> None:
    days = drawn(one(season=[0.8, 0, 0, 0, 0, 0], parts=0.4)).mean(axis=(0, 2))

    assert days[:10].mean() > 1.5 * days[-10:].mean()


def test_an_empty_home_uses_little() -> None:
    away = drawn(one(away=[0.0, 2.0, -2.5]))[0].mean(axis=1)
    low = away < 0.5 * away.max()

    assert 0.2 < low.mean() < 0.8
    assert (low[1:] == low[:-1]).mean() > 0.75


def test_rounds_are_about_the_same_hour() -> None:
    day = drawn(one(rounds=[0.25, 0.75, 0.0, 0.0, 3.0, -9.0, 6.0, 6.0], parts=0.3, habit=0))[0].argmax(axis=1)

    assert np.abs(day - 12).max() < 6


def test_weeks_differ_where_amplitude_changes() -> None:
    def spread(change: float) -> float:
        energy = drawn(one(change=[change, 0.0], habit=0))[0]
        return float(np.std(np.log(energy.std(axis=1))))

    assert spread(0.8) > 1.5 * spread(0.0)


def test_a_first_guess_finds_habits_and_season() -> None:
    season, is_weekend = np.cos(np.linspace(0, 6, 300)), np.arange(300) % 7 >= 5
    true = one(habit=[-0.6, -0.3] + [0.0] * 14, season=[0.5, 0, 0, 0, 0, 0], parts=[0.3, 0.3, 0.3, 0.1, 0.1, 0.1, 0.1])
    kwh = 0.2 * draw_homes(true, season, is_weekend, np.random.default_rng(3)).astype(float)[0]
    kwh[5, 3:9] = np.nan
    found = groups(first_guess(kwh, season, is_weekend)[None])

    habit = found["habit"][0, :2]
    assert habit[0] / habit[1] == pytest.approx(2, rel=0.15)
    assert found["season"][0, 0] > 0.3
    assert found["zero"][0, 0] == -5
    assert found["quantiles"][0, 3:12] == pytest.approx(groups(true)["quantiles"][0, 3:12], abs=0.2)


def test_a_search_is_guided_to_what_is_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_search, "CANDIDATES", 2)
    dates = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-01-01") + DAYS)
    homes = population().homes[:4]
    real = Curves(0.3 * drawn(homes).astype(float), dates)
    yardstick = home_search.Yardstick.of(home_search.month_shapes(real))
    tried = np.stack([homes, one(parts=0, habit=0).repeat(4, axis=0)], axis=1)
    first = Curves(SEASON[None, :, None], dates)
    wanted, random = yardstick.months(real), np.random.default_rng(5)
    miss = home_search._miss(tried, np.full(4, 0.3), wanted, first, yardstick, random)

    assert (miss[:, 0] < miss[:, 1]).all()


def test_no_homes_and_the_same_seed() -> None:
    assert drawn(population().draw(0, np.random.default_rng(1))).shape == (0, DAYS, 48)
    assert np.array_equal(drawn(one()), drawn(one()))
