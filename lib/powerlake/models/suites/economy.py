"""The `economy` suite on a folder that `powerlake simulate` made: firms' use follows their sector's output at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.errors import ConfigurationError
from powerlake.marketing.economy_link import economy_link
from powerlake.marketing.market_months import HOMES
from powerlake.marketing.market_outlook import Market
from powerlake.models.evaluate_economy import Links, evaluate_economy
from powerlake.models.suites.market_cells import cell_days, normal_market, utility_of
from powerlake.models.suites.simulated_feeds import feed_rows
from powerlake.project import find_project
from powerlake.settings import load_settings

USUAL = 1.96
"""Standard errors of Fisher's transformation beyond which the usual test says that there is a correlation."""

Doubles = npt.NDArray[np.float64]


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("nothing is fitted on other customers than those judged", remedy="leave out --test")
    utility = utility_of(train)
    market = normal_market(cell_days(train), utility)
    return evaluate_economy(links_of(market, _outputs(train, market)), seed)


def links_of(market: Market, outputs: dict[tuple[str, str], Doubles]) -> Links:
    """What is said of each cell of firms with the output (months,) of every sector of its region, its own included."""
    use = market.daily("normal_kwh")
    found: list[tuple[int, bool, bool, bool, bool]] = []
    for place, (region, sector) in enumerate(market.cells):
        if sector == HOMES:
            continue
        of_region = {of_sector: output for (where, of_sector), output in outputs.items() if where == region}
        for of_sector, output in of_region.items():
            link = economy_link(use[place], output)
            best = link.best_lag
            if best is None:
                continue
            is_shown = not link.low[best] <= 0 <= link.high[best]
            by_pairs = bool(abs(np.arctanh(link.correlations[best])) * np.sqrt(link.pairs[best] - 3) > USUAL)
            found.append((place, of_sector == sector, is_shown, by_pairs, best == 0))
    cell, *said = np.array(found, int).reshape(-1, 5).T
    return Links(cell, *(column.astype(bool) for column in said))


def _outputs(folder: Path, market: Market) -> dict[tuple[str, str], Doubles]:
    """By region and sector (months,) the output as published, on the market's months."""
    rows = feed_rows(folder, "external/economy", load_settings(find_project())).to_pandas()
    month = (rows["month_date"].to_numpy().astype("datetime64[M]") - market.months[0]).astype(np.int64)
    inside = (month >= 0) & (month < len(market.months)) & (rows["indicator"] == "output_index").to_numpy()
    outputs: dict[tuple[str, str], Doubles] = {}
    for region, sector, place, value in zip(
        rows["region_code"][inside], rows["sector_code"][inside], month[inside], rows["value"][inside], strict=True
    ):
        outputs.setdefault((region, sector), np.full(len(market.months), np.nan))[place] = value
    return outputs
