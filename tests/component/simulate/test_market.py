"""Day-ahead prices follow residual demand."""

import numpy as np

from powerlake.simulate import market
from powerlake.simulate.utility import REGIONS, Utility

UTILITY = Utility(60, 60, 11)


def test_a_row_a_region_and_hour():
    rows = market.price_commons(UTILITY).feeds["external/prices"]
    assert len(rows) == len(REGIONS) * 60 * 24
    assert set(rows["currency"].to_pylist()) == {"CNY"}


def test_price_rises_with_demand_and_stays_within_its_bounds():
    price, demand = market.price_cny(UTILITY), market.demand_kw(UTILITY)
    assert price.min() >= 0
    assert price.max() <= market.CEILING_CNY
    for one, other in zip(price, demand, strict=True):
        assert np.corrcoef(np.argsort(np.argsort(one)), np.argsort(np.argsort(other)))[0, 1] > 0.7


def test_evenings_cost_more_than_nights():
    by_hour = market.price_cny(UTILITY).reshape(len(REGIONS), -1, 24).mean(axis=1)
    assert (by_hour[:, 18] > 1.5 * by_hour[:, 3]).all()
