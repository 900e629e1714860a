"""The `market` suite on a folder that `powerlake simulate` made: growth in normal weather beside the planted one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.errors import ConfigurationError
from powerlake.marketing.market_months import HOMES
from powerlake.marketing.market_outlook import growth
from powerlake.models.evaluate_market import Growths, evaluate_market
from powerlake.models.suites.market_cells import cell_days, normal_market, utility_of
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.economy import SECTORS, level_of
from powerlake.simulate.utility import KINDS, REGIONS, Utility

FOLLOWS = np.array([0.0, 0.3, 0.3, 1.0, 0.3, 0.0])
"""Power of the economy's level that customers of each of KINDS follow, as `simulate.businesses` has them."""
assert len(FOLLOWS) == len(KINDS)

Doubles = npt.NDArray[np.float64]


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("nothing is fitted on other customers than those judged", remedy="leave out --test")
    return evaluate_market(growths_of(train), seed)


def growths_of(folder: Path) -> Growths:
    """Planted, normal and raw growth of each cell's month that has all three."""
    utility = utility_of(folder)
    planted = _planted(utility)
    market = normal_market(cell_days(folder), utility)
    months = len(planted[next(iter(planted))])
    truth = np.stack([planted.get(cell, np.full(months, np.nan)) for cell in market.cells])
    found = [growth(market.daily(name))[:, :months] for name in ("normal_kwh", "energy_kwh")]
    wanted = growth(truth)
    row, month = np.nonzero(np.isfinite(wanted) & np.isfinite(found[0]) & np.isfinite(found[1]))
    return Growths(row, wanted[row, month], found[0][row, month], found[1][row, month], truth[row, month])


def _planted(utility: Utility) -> dict[tuple[str, str], Doubles]:
    """By cell (months,) the planted power of a mean day."""
    month = (utility.dates.astype("datetime64[M]") - utility.dates[0].astype("datetime64[M]")).astype(np.int64)
    planted: dict[tuple[str, str], Doubles] = {}
    for block in utility.blocks:
        customers = draw_customers(utility, block)
        region = REGIONS.index(block.region_code)
        sector = np.array([code or HOMES for code in customers.sector_code])
        day = np.arange(utility.days)
        is_here = (day >= customers.from_day[:, None]) & (day < customers.to_day[:, None])
        place = np.array([SECTORS.index(code) if code != HOMES else 0 for code in sector], dtype=np.int64)
        level = level_of(utility, region, place) ** FOLLOWS[customers.kind][:, None]
        power = customers.mean_kw[:, None] * level * is_here
        for code in np.unique(sector):
            daily = np.bincount(month, power[sector == code].sum(axis=0)) / np.bincount(month)
            key = (block.region_code, str(code))
            planted[key] = planted.get(key, np.zeros(len(daily))) + daily
    return planted
