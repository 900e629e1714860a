"""The true electricity of a block's customers in every quarter of an hour, before any meter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.simulate.businesses import business_kw, way_of_working
from powerlake.simulate.customers import HOME
from powerlake.simulate.home_model import Population
from powerlake.simulate.homes import home_kw
from powerlake.simulate.solar import solar_kw
from powerlake.simulate.tariffs import price_of
from powerlake.simulate.utility import KINDS, Block, Customers, Floats, Made, Use, Utility
from powerlake.simulate.vehicles import charging_kw

QUARTER_HOUR = np.float32(0.25)
MOVABLE = np.array([0.5, 0.2, 0.2, 0.35, 0.5, 0.0])
"""Share of a day's use, in the order of KINDS, that could be used at another hour of the day."""

_Power = npt.NDArray[np.float32]


def true_use(utility: Utility, block: Block, customers: Customers, population: Population | None = None) -> Use:
    """What the customers really take from the grid and feed into it; homes as in the population, where given."""
    kw = np.zeros((len(customers), utility.days, 96), np.float32)
    is_home = customers.kind == HOME
    homes, firms = np.flatnonzero(is_home), np.flatnonzero(~is_home)
    kw[homes] = home_kw(utility, block, customers, homes, population)
    kw[firms] = business_kw(utility, block, customers, firms)
    cars = np.flatnonzero(customers.has_ev)
    kw[cars] += charging_kw(utility, block, customers, cars)
    _answer_prices(utility, customers, kw)
    roofs = np.flatnonzero(customers.has_pv)
    fed_in = np.zeros_like(kw)
    surplus = solar_kw(utility, block, customers.pv_kwp[roofs], roofs) - kw[roofs]
    kw[roofs], fed_in[roofs] = np.maximum(-surplus, 0), np.maximum(surplus, 0)
    day = np.arange(utility.days)
    is_away = (day < customers.from_day[:, None]) | (day >= customers.to_day[:, None])
    kw[is_away], fed_in[is_away] = 0, 0
    return Use(kw * QUARTER_HOUR, fed_in * QUARTER_HOUR)


def use_truth(utility: Utility, block: Block, customers: Customers) -> Made:
    """Truth of use, a row a customer.

    `archetypes`: customer_id, kind, way (of working or living), mean_kw, has_pv, has_ev, has_heat_pump.
    `price_response`: customer_id, elasticity (of the movable use to the price relative to the day's mean),
    movable_share of the day's use.
    """
    way = np.where(customers.kind == HOME, "home", way_of_working(utility, block, customers))
    archetypes = {
        "customer_id": customers.customer_id,
        "kind": np.array(KINDS)[customers.kind],
        "way": way,
        "mean_kw": np.round(customers.mean_kw, 3),
        "has_pv": customers.has_pv,
        "has_ev": customers.has_ev,
        "has_heat_pump": customers.has_heat_pump,
    }
    response = {
        "customer_id": customers.customer_id,
        "elasticity": customers.elasticity,
        "movable_share": MOVABLE[customers.kind],
    }
    return Made(truth={"archetypes": pa.table(archetypes), "price_response": pa.table(response)})


def _answer_prices(utility: Utility, customers: Customers, kw: _Power) -> None:
    """Move use within each day to its cheaper hours, in place; a day's energy stays."""
    switch = np.where(customers.tariff_switch_day < 0, utility.days, customers.tariff_switch_day)[:, None]
    is_before = np.arange(utility.days) < switch
    for tariff in np.unique(np.concatenate([customers.tariff, customers.switched_tariff])):
        relative = _relative_price(utility, int(tariff))
        holds = np.where(is_before, customers.tariff[:, None], customers.switched_tariff[:, None]) == tariff
        rows = np.flatnonzero((customers.elasticity < 0) & holds.any(axis=1))
        if len(rows) and np.ptp(relative) > 0:
            moved = _moved(kw[rows], relative, customers.elasticity[rows], MOVABLE[customers.kind[rows]])
            kw[rows] = np.where(holds[rows][..., None], moved, kw[rows])


def _moved(kw: _Power, relative_price: Floats, elasticity: Floats, movable: Floats) -> _Power:
    """(customers, days, 96) power after the answer to prices relative to the day's mean."""
    answer = kw * np.exp(elasticity[:, None, None] * np.log(relative_price)).astype(np.float32)
    total = answer.sum(axis=2, keepdims=True)
    answer *= kw.sum(axis=2, keepdims=True) / np.where(total > 0, total, 1)
    share = movable[:, None, None].astype(np.float32)
    return np.asarray((1 - share) * kw + share * answer)


def _relative_price(utility: Utility, tariff: int) -> Floats:
    """(days, 96) price to its mean over the day."""
    price = price_of(utility, tariff)
    return np.asarray(price / price.mean(axis=1, keepdims=True))
