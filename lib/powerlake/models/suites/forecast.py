"""The `forecast` suite on a folder that `powerlake simulate` made, of two years and more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from powerlake.errors import ConfigurationError
from powerlake.marketing.seasonal_forecast import HORIZON, MODEL, forecasts
from powerlake.models.evaluate_forecast import Forecasts, evaluate_forecast
from powerlake.models.suites.market_cells import cell_days, normal_market, utility_of
from powerlake.simulate.utility import Utility

MIN_MONTHS = 24
"""Months before the first origin."""


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another or a short folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("forecasts are judged on the months that followed", remedy="leave out --test")
    utility = utility_of(train)
    months = np.unique(utility.dates.astype("datetime64[M]"))
    if len(months) <= MIN_MONTHS:
        raise ConfigurationError(
            f"{train} has {len(months)} months, a forecast is judged with {MIN_MONTHS + 1} or more",
            remedy="simulate more days",
        )
    return evaluate_forecast(forecasts_of(cell_days(train), utility), seed)


def forecasts_of(days: pd.DataFrame, utility: Utility) -> Forecasts:
    """Every forecast that has a month to be held against."""
    whole = normal_market(days, utility)
    followed = whole.daily("normal_kwh")
    place = {cell: number for number, cell in enumerate(whole.cells)}
    made: list[tuple[Any, ...]] = []
    for origin in range(MIN_MONTHS, len(whole.months) - HORIZON):
        before = days[days["date"] < pd.Timestamp(whole.months[origin])]
        market = normal_market(before, utility)
        normal, raw = market.daily("normal_kwh")[:, :origin], market.daily("energy_kwh")[:, :origin]
        ahead = forecasts(normal)
        for row, cell in enumerate(market.cells):
            actual = followed[place[cell], origin : origin + HORIZON]
            low, high = (ends[row][:, : len(actual)] for ends in (ahead.low, ahead.high))
            inside = (actual >= low) & (actual <= high)
            naive, metered = normal[row, -HORIZON:], raw[row, -HORIZON:]
            known = np.isfinite(actual) & np.isfinite(ahead.use[row]) & np.isfinite(naive) & np.isfinite(metered)
            for month in np.flatnonzero(known):
                uses = actual[month], ahead.use[row, month], naive[month], metered[month]
                made.append((place[cell], *uses, inside[:, month], ahead.method[row] == MODEL))
    values = np.array([row[1:5] for row in made], float).reshape(-1, 4)
    return Forecasts(
        cell=np.array([row[0] for row in made], np.int64),
        actual=values[:, 0],
        ours=values[:, 1],
        naive=values[:, 2],
        raw=values[:, 3],
        inside=np.array([row[5] for row in made], bool).reshape(-1, 2),
        is_model=np.array([row[6] for row in made], bool),
    )
