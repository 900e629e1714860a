"""Customers of a block: repeatable, of the shares meant, and who leaves has a successor of the same kind."""

import numpy as np

from powerlake.simulate.customers import HOME, INDUSTRY, KIND_SHARES, LARGEST_KW, draw_customers, draw_moves
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.utility import KINDS, Block, Utility

UTILITY = Utility(customers=4000, days=400, seed=3)
ALL = [draw_customers(UTILITY, block) for block in UTILITY.blocks]


def gathered(name: str) -> np.ndarray:
    return np.concatenate([np.asarray(getattr(customers, name)) for customers in ALL])


def test_same_seed_same_customers() -> None:
    block = UTILITY.blocks[3]
    for name, values in vars(draw_customers(UTILITY, block)).items():
        assert np.array_equal(values, getattr(ALL[3], name)), name
    other = draw_customers(Utility(customers=4000, days=400, seed=4), block)
    assert not np.array_equal(other.mean_kw, ALL[3].mean_kw)


def test_kinds_have_their_shares() -> None:
    shares = np.bincount(gathered("kind"), minlength=len(KINDS)) / UTILITY.customers
    assert np.abs(shares - KIND_SHARES).max() < 0.02


def test_tariffs_fit_kinds() -> None:
    is_home_tariff = np.array([tariff.category == "residential" for tariff in TARIFFS])
    for name in ("tariff", "switched_tariff"):
        assert (is_home_tariff[gathered(name)] == (gathered("kind") == HOME)).all()
    assert set(gathered("kind")[gathered("tariff") == 5]) == {INDUSTRY}
    switched = gathered("tariff_switch_day") >= 0
    assert (gathered("tariff") != gathered("switched_tariff"))[switched].all()
    assert {str(date)[-2:] for date in UTILITY.dates[gathered("tariff_switch_day")[switched]]} == {"01"}


def test_sizes_are_possible() -> None:
    assert (gathered("contracted_kw") >= gathered("mean_kw")).all()
    assert gathered("mean_kw").min() > 0 and gathered("mean_kw").max() <= LARGEST_KW
    assert (gathered("elasticity") <= 0).all() and (gathered("elasticity") == 0).mean() > 0.2
    assert ((gathered("pv_kwp") > 0) == gathered("has_pv")).all()


def test_successors_come_after() -> None:
    for block, customers in zip(UTILITY.blocks, ALL, strict=True):
        moves = draw_moves(UTILITY, block, customers.kind)
        assert (moves.from_day == customers.from_day).all() and (moves.to_day == customers.to_day).all()
        assert (customers.to_day[moves.left] <= customers.from_day[moves.came]).all()
        assert (customers.kind[moves.left] == customers.kind[moves.came]).all()
        assert len({*moves.left, *moves.came}) == 2 * len(moves.left)
    late = np.concatenate([np.flatnonzero(customers.from_day > 0) for customers in ALL])
    assert len(late) > 200 and abs(late.mean() - 124.5) < 15


def test_smallest_utility() -> None:
    utility = Utility(customers=1, days=1, seed=1)
    customers = draw_customers(utility, Block(0, 0, 1))
    assert len(customers) == 1 and customers.to_day[0] == 1
