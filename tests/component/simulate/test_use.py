"""True use: its level, its seasons, its answer to prices, cars and roofs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from powerlake.simulate import offers
from powerlake.simulate.calendar import calendar
from powerlake.simulate.customers import FARM, HOME, INDUSTRY, LIGHTS, OFFICE, draw_customers
from powerlake.simulate.sun import is_dark
from powerlake.simulate.tariffs import price_of
from powerlake.simulate.use import MOVABLE, true_use, use_truth
from powerlake.simulate.utility import Block, Customers, Use, Utility

WINTER = Utility(40, 60, 5)
BLOCK = WINTER.blocks[0]


def plain(customers: Customers, kind: int | None = None) -> Customers:
    """The same customers without cars, roofs, heat pumps, moves and answers to prices, all of one kind."""
    n = len(customers)
    none = np.zeros(n, bool)
    kinds = customers.kind if kind is None else np.full(n, kind)
    return replace(
        customers,
        kind=kinds,
        sector_code=tuple("C" for _ in range(n)),
        is_high_energy=none,
        has_pv=none,
        has_ev=none,
        has_heat_pump=none,
        elasticity=np.zeros(n),
        mean_kw=np.ones(n),
        tariff_switch_day=np.full(n, -1),
        from_day=np.zeros(n, np.int64),
        to_day=np.full(n, WINTER.days),
    )


@pytest.fixture(scope="module")
def customers() -> Customers:
    return draw_customers(WINTER, BLOCK)


@pytest.fixture(scope="module")
def use(customers: Customers) -> Use:
    return true_use(WINTER, BLOCK, customers)


def test_every_quarter_has_a_number_of_kwh(use: Use) -> None:
    for curves in (use.taken, use.fed_in):
        assert curves.shape == (40, 60, 96)
        assert curves.dtype == np.float32
        assert np.isfinite(curves).all()
        assert (curves >= 0).all()


def test_same_seed_same_use_whatever_else_is_drawn(customers: Customers, use: Use) -> None:
    true_use(WINTER, Block(7, 0, 40), customers)

    assert np.array_equal(true_use(WINTER, BLOCK, customers).taken, use.taken)
    other = Utility(40, 60, 6)
    assert not np.array_equal(true_use(other, BLOCK, customers).taken, use.taken)


def test_nothing_is_used_outside_the_days_of_supply(customers: Customers) -> None:
    moved = replace(customers, from_day=np.full(40, 10), to_day=np.full(40, 40))
    taken = true_use(WINTER, BLOCK, moved).taken

    assert not taken[:, :10].any()
    assert not taken[:, 40:].any()
    assert taken[:, 10:40].any(axis=(1, 2)).all()


@pytest.mark.parametrize("kind", [HOME, OFFICE, INDUSTRY])
def test_mean_power_is_what_was_drawn(customers: Customers, kind: int) -> None:
    taken = true_use(WINTER, BLOCK, plain(customers, kind)).taken

    assert 0.7 < 4 * taken.mean() < 1.35


def test_offices_rest_at_the_new_year_and_homes_do_not(customers: Customers) -> None:
    after = calendar(WINTER).after_new_year
    festive, usual = (after >= 0) & (after <= 3), calendar(WINTER).is_working & (after < -12)

    def festive_share(kind: int) -> float:
        daily = true_use(WINTER, BLOCK, plain(customers, kind)).taken.sum(axis=(0, 2))
        return float(daily[festive].mean() / daily[usual].mean())

    assert festive_share(OFFICE) < 0.6
    assert festive_share(HOME) > 0.8


def test_lights_burn_when_it_is_dark(customers: Customers) -> None:
    taken = true_use(WINTER, BLOCK, plain(customers, LIGHTS)).taken
    dark = is_dark(WINTER.dates, (np.arange(96) + 0.5) / 4, 0)

    assert np.array_equal(taken > 0, np.broadcast_to(dark, taken.shape))


def test_pumps_rest_in_winter(customers: Customers) -> None:
    farms = plain(customers, FARM)
    way = np.array(use_truth(WINTER, BLOCK, farms).truth["archetypes"]["way"].to_pylist())
    taken = true_use(WINTER, BLOCK, farms).taken

    assert set(way) == {"pump", "shed"}
    assert 4 * taken[way == "pump"].mean() < 0.05 < 4 * taken[way == "shed"].mean()


def test_use_moves_from_dear_to_cheap_hours_of_the_day(customers: Customers) -> None:
    indifferent = replace(plain(customers, HOME), tariff=np.full(40, offers.HOME_TIME_OF_USE))
    moving = replace(indifferent, elasticity=np.full(40, -0.5))
    before, after = (true_use(WINTER, BLOCK, those).taken for those in (indifferent, moving))
    price = price_of(WINTER, offers.HOME_TIME_OF_USE)
    is_dear = price > price.mean(axis=1, keepdims=True)

    assert after.sum(axis=2) == pytest.approx(before.sum(axis=2), rel=1e-4)
    assert after[:, is_dear].sum() < 0.99 * before[:, is_dear].sum()


def test_the_answer_is_the_elasticity_of_the_movable_share(customers: Customers) -> None:
    switched = replace(
        plain(customers, HOME),
        tariff=np.full(40, offers.HOME_FLAT),
        switched_tariff=np.full(40, offers.HOME_TIME_OF_USE),
        tariff_switch_day=np.full(40, 30),
    )
    moving = replace(switched, elasticity=np.full(40, -0.5))
    before, after = (true_use(WINTER, BLOCK, those).taken for those in (switched, moving))
    price = price_of(WINTER, offers.HOME_TIME_OF_USE)[30]
    answer = before[:, 30] * (price / price.mean()) ** -0.5
    answer *= before[:, 30].sum(axis=1, keepdims=True) / answer.sum(axis=1, keepdims=True)

    assert np.array_equal(after[:, :30], before[:, :30])
    expected = (1 - MOVABLE[HOME]) * before[:, 30] + MOVABLE[HOME] * answer
    assert after[:, 30] == pytest.approx(expected, rel=1e-3, abs=1e-6)


def test_roofs_cover_own_use_first(customers: Customers) -> None:
    bare = plain(customers, HOME)
    roofed = replace(bare, has_pv=np.ones(40, bool), pv_kwp=np.full(40, 5.0))
    without, with_roof = true_use(WINTER, BLOCK, bare), true_use(WINTER, BLOCK, roofed)
    made = without.taken - with_roof.taken + with_roof.fed_in

    assert not (np.minimum(with_roof.taken, with_roof.fed_in) > 0).any()
    assert made.min() > -1e-6
    assert not (made[:, :, :20] > 1e-6).any()
    assert 1.0 < made.sum() / 40 / 5 / WINTER.days < 5.0


def test_cars_charge_as_much_as_was_drawn(customers: Customers) -> None:
    bare = plain(customers, HOME)
    bare = replace(bare, mean_kw=np.full(40, 1.22))
    driven = replace(bare, has_ev=np.ones(40, bool))
    charged = 4 * (true_use(WINTER, BLOCK, driven).taken - true_use(WINTER, BLOCK, bare).taken / 1.22)

    assert charged.mean() == pytest.approx(0.22 * 1.2, rel=0.25)
    assert charged.max() == pytest.approx(7.0, rel=0.01)


def test_truth_names_every_customer(customers: Customers) -> None:
    truth = use_truth(WINTER, BLOCK, customers).truth

    assert truth["archetypes"]["customer_id"].to_pylist() == customers.customer_id
    is_home = np.array(truth["archetypes"]["way"].to_pylist()) == "home"
    assert np.array_equal(is_home, customers.kind == HOME)
    assert truth["price_response"]["elasticity"].to_pylist() == customers.elasticity.tolist()
