"""Theft: each form reports what it says, only in its spell, and nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from powerlake.simulate import theft
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.theft import FORMS, LEAST_DAYS, Theft, draw_theft
from powerlake.simulate.utility import Customers, Utility

UTILITY = Utility(60, 90, 5)
BLOCK = UTILITY.blocks[0]


@pytest.fixture(scope="module")
def customers() -> Customers:
    return draw_customers(UTILITY, BLOCK)


@pytest.fixture
def taken() -> theft.Curves:
    return np.random.default_rng(1).lognormal(-2, 0.7, (60, 90, 96)).astype(np.float32)


@pytest.fixture
def stolen(customers: Customers, taken: theft.Curves, monkeypatch: pytest.MonkeyPatch) -> Theft:
    """A block where nearly everyone steals."""
    monkeypatch.setattr(theft, "SHARE", dict.fromkeys(theft.SHARE, 0.9))
    return draw_theft(UTILITY, BLOCK, customers, taken)


def test_only_the_days_of_a_spell_change(stolen: Theft, taken: theft.Curves) -> None:
    day = np.arange(UTILITY.days)
    in_spell = np.zeros(taken.shape[:2], bool)
    in_spell[stolen.customer] = (day >= stolen.from_day[:, None]) & (day < stolen.to_day[:, None])
    assert np.array_equal(stolen.reported[~in_spell], taken[~in_spell])
    assert (stolen.reported[in_spell] != taken[in_spell]).any(axis=1).all()
    assert (stolen.to_day - stolen.from_day >= LEAST_DAYS).all()


def test_all_forms_occur_and_what_is_stolen_is_true_less_reported(stolen: Theft, taken: theft.Curves) -> None:
    assert set(stolen.form) == set(FORMS)
    missing = (taken - stolen.reported)[stolen.customer].sum(axis=(1, 2), dtype=float)
    assert stolen.stolen_kwh == pytest.approx(missing, abs=0.01)
    assert (stolen.true_kwh > 0).all()


def test_what_each_form_reports() -> None:
    true = np.random.default_rng(2).lognormal(-2, 0.7, (5, 4, 96)).astype(np.float32)
    told = {name: np.asarray(report(true, np.random.default_rng(3))) for name, (_, report) in FORMS.items()}
    ratio = told["scaled"] / true
    assert np.ptp(ratio, axis=(1, 2)).max() < 1e-5
    assert len(np.unique(ratio[:, 0, 0])) == 5
    is_off = told["off_hours"] == 0
    assert (is_off == is_off[:, :1]).all(), "the same hours each day"
    assert np.array_equal(told["off_hours"][~is_off], true[~is_off])
    assert ((is_off[:, 0].sum(axis=1) >= 16) & (is_off[:, 0].sum(axis=1) < 80)).all()
    factor = told["random_factors"] / true
    assert factor.min() >= 0.0999
    assert factor.max() <= 0.8001
    assert factor.std() > 0.1
    assert told["mean"] == pytest.approx(np.repeat(true.mean(axis=2, keepdims=True), 96, axis=2), rel=1e-5)
    assert (told["random_means"] <= 0.8001 * told["mean"]).all()
    assert np.array_equal(told["reversed"], true[:, :, ::-1])
    for name in ("clipped", "subtracted"):
        assert (told[name] <= true).all(), name
        assert told[name].sum() < true.sum(), name
    level = told["clipped"].max(axis=(1, 2))
    assert np.array_equal(told["clipped"], np.minimum(true, level[:, None, None]))


def test_few_steal_by_default_and_lights_never(customers: Customers) -> None:
    many = replace(customers, kind=np.full(60, 5))
    none = np.zeros((60, 90, 96), np.float32)
    assert len(draw_theft(UTILITY, BLOCK, many, none).customer) == 0
    counts = [len(draw_theft(Utility(60, 90, seed), BLOCK, customers, none).customer) for seed in range(20)]
    assert 0.01 < np.sum(counts) / (20 * 60) < 0.05


def test_the_same_seed_gives_the_same_theft(customers: Customers, taken: theft.Curves) -> None:
    first, second = (draw_theft(UTILITY, BLOCK, customers, taken) for _ in range(2))
    assert np.array_equal(first.reported, second.reported)
    assert first.form == second.form
