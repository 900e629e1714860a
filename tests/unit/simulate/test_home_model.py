"""Households as a bent normal process: their quantiles, memory and habits, and that a fit finds them again."""

from __future__ import annotations

import numpy as np
import pytest

from powerlake.simulate import home_model
from powerlake.simulate.home_fit import CALIBRATION, calibrated, fit_home, fit_population
from powerlake.simulate.home_model import COMPONENTS, KNOTS, PROBABILITIES, SIZES, draw_homes, groups, population

DAYS = 70
SEASON = np.cos(np.linspace(0, np.pi, DAYS))
IS_WEEKEND = np.arange(DAYS) % 7 >= 5


def one(**given: object) -> np.ndarray:
    """(1, parameters) of a household in the middle of the population, but for the groups given."""
    parameters = population().quantiles[:, PROBABILITIES.index(0.5)][None].copy()
    for name, values in given.items():
        groups(parameters)[name][:] = values
    return parameters


def drawn(parameters: np.ndarray, seed: int = 1) -> np.ndarray:
    return draw_homes(parameters, SEASON, IS_WEEKEND, np.random.default_rng(seed))


def test_parameters_of_the_population_fit_the_model() -> None:
    found = population()

    assert found.quantiles.shape == (sum(SIZES.values()), len(PROBABILITIES))
    assert (np.diff(found.quantiles, axis=1) >= 0).all()
    assert (np.square(found.factors).sum(axis=1) < 1.01).all()


def test_parameters_drawn_have_the_populations_quantiles() -> None:
    found = population().draw(4000, np.random.default_rng(2))

    middle = population().quantiles[:, PROBABILITIES.index(0.5)]
    spread = np.ptp(population().quantiles, axis=1)
    assert np.abs(np.median(found, axis=0) - middle).max() < 0.06 * spread.max()


def test_energy_is_relative_to_the_mean_and_follows_the_quantile_function() -> None:
    parameters = one(zero=-5)
    energy = drawn(parameters)[0]
    middle, *rises = groups(parameters)["quantiles"][0]
    log = np.cumsum(np.square([0.0, *rises]))
    expected = np.exp(log - log[KNOTS.index(0.0)] + middle) - home_model.OFFSET
    at = {knot: np.quantile(energy, home_model.ndtr(knot)) for knot in (-1.3, 0.0, 1.2)}

    assert energy.mean() == pytest.approx(1, rel=1e-4)
    ratios = [at[knot] / expected[KNOTS.index(knot)] for knot in at]
    assert ratios == pytest.approx([ratios[0]] * 3, rel=0.01)


def test_zero_has_the_share_that_was_drawn() -> None:
    assert np.mean(drawn(one(zero=-1.0)) == 0) == pytest.approx(home_model.ndtr(-1.0), abs=0.002)


def test_memory_is_that_of_the_components() -> None:
    def lag_one(name: str) -> float:
        parts = [float(component == name) for component in COMPONENTS]
        energy = np.log(drawn(one(parts=parts, habit=0, weekend=0, season=0, spread=0, zero=-5)) + 0.01).ravel()
        return float(np.corrcoef(energy[:-1], energy[1:])[0, 1])

    assert abs(lag_one("white")) < 0.05
    assert 0.3 < lag_one("appliance") < 0.6
    assert lag_one("evening") > 0.7
    assert lag_one("level") > 0.9


def test_a_habit_shows_in_the_mean_day() -> None:
    day = drawn(one(habit=[-0.8] + [0.0] * 15, parts=0.4)).mean(axis=(0, 1))

    assert day[20:28].mean() > 2 * np.r_[day[:4], day[-4:]].mean()


def test_winter_has_more_where_the_season_says_so() -> None:
    days = drawn(one(season=[0.8, 0.0], parts=0.4)).mean(axis=(0, 2))

    assert days[:10].mean() > 1.5 * days[-10:].mean()


def test_a_fit_finds_a_household_again() -> None:
    season, is_weekend = np.cos(np.linspace(0, 6, 300)), np.arange(300) % 7 >= 5
    true = one(habit=[-0.4, -0.2] + [0.0] * 14, weekend=0, season=[0.3, 0.0], zero=-5)
    kwh = 0.2 * draw_homes(true, season, is_weekend, np.random.default_rng(3)).astype(float)[0]
    kwh[5, 3:9] = np.nan
    found = groups(fit_home(kwh, season, is_weekend)[None])

    assert found["habit"][0] == pytest.approx(groups(true)["habit"][0], abs=0.12)
    assert found["season"][0] == pytest.approx([0.3, 0.0], abs=0.15)
    assert found["zero"][0] < -3.5
    assert found["quantiles"][0, 3:12] == pytest.approx(groups(true)["quantiles"][0, 3:12], abs=0.2)


def test_a_population_is_rounded_and_knows_nobody() -> None:
    parameters = population().draw(5, np.random.default_rng(4))
    kwh = 0.3 * drawn(parameters).astype(float)
    kwh[0, 10:20] = 0
    found = fit_population(kwh, SEASON, IS_WEEKEND)

    assert found.quantiles.shape == population().quantiles.shape
    assert np.array_equal(found.quantiles, np.round(found.quantiles, 3))
    assert np.isfinite(found.factors).all()


def test_calibration_multiplies_what_it_names() -> None:
    before, after = population(), calibrated(population())
    parts = [groups(found.quantiles.T)["parts"] for found in (before, after)]

    assert parts[1] == pytest.approx(parts[0] * CALIBRATION["parts"][1], abs=0.001)
    assert np.array_equal(groups(after.quantiles.T)["season"], groups(before.quantiles.T)["season"])


def test_no_homes_and_the_same_seed() -> None:
    assert drawn(population().draw(0, np.random.default_rng(1))).shape == (0, DAYS, 48)
    assert np.array_equal(drawn(one()), drawn(one()))
