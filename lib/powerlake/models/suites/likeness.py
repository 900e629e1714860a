"""The `likeness` suite on load-curve files: their households beside those that the simulator makes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.loadcurve.days import matrices
from powerlake.models.evaluate_likeness import evaluate_likeness
from powerlake.models.suites.segments import silver_curves
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.customers import HOME, draw_customers
from powerlake.simulate.home_model import HALVES, Population, half_of, population
from powerlake.simulate.likeness import POINTS, Curves
from powerlake.simulate.use import true_use
from powerlake.simulate.utility import BLOCK_CUSTOMERS, Block, Utility

TIMES = 2
"""Simulated homes for each real one."""
HALF_YEAR = np.timedelta64(182, "D")
"""26 weeks: weekdays stay."""
METER_KWH = 0.001


@dataclass(frozen=True)
class Compared:
    """What is compared."""

    simulated: Curves
    real: Curves
    held_out: list[tuple[Curves, Curves]]
    """Of each half of the households: simulated by what was fitted on the other half, and real."""


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result on the households of `train`, those of `test` added where given."""
    sets = compared(train, test, seed)
    return evaluate_likeness(sets.simulated, sets.real, seed, sets.held_out)


def compared(train: Path, test: Path | None, seed: int) -> Compared:
    """Simulated and real households. Raises ConfigurationError for a folder without a readable load-curve file."""
    settings = load_settings(find_project())
    found = [silver_curves(folder, settings) for folder in (train, test) if folder is not None]
    curves, southern = pa.concat_tables([rows for rows, _ in found]), found[0][1]
    real = real_curves(curves)
    half = np.array([half_of(meter) for meter in pc.unique(curves["meter_id"]).to_pylist()])
    held_out = []
    for each in range(HALVES):
        left_out = Curves(real.kwh[half == each], real.dates)
        others = population(HALVES - 1 - each)
        held_out.append((simulated_like(left_out, seed, southern=southern, like=others), left_out))
    return Compared(simulated_like(real, seed, southern=southern), real, held_out)


def real_curves(curves: pa.Table) -> Curves:
    """Households of silver.load_curves with half-hours, as customers × days."""
    meters = pc.unique(curves["meter_id"])
    dates = curves["date"].to_numpy().astype("datetime64[D]")
    days = np.arange(dates.min(), dates.max() + 1)
    meter = pc.index_in(curves["meter_id"], meters).to_numpy()
    day = (dates - days[0]).astype(np.int64)
    kwh = np.full((len(meters), len(days), POINTS), np.nan)
    for rows, values in matrices(curves["kwh"]):
        if values.shape[1] == POINTS:
            kwh[meter[rows], day[rows]] = values
    return Curves(kwh, days)


def simulated_like(real: Curves, seed: int, *, southern: bool, like: Population | None = None) -> Curves:
    """TIMES as many simulated homes, over as many days in the same seasons, with the gaps of the real ones in turn.

    They are drawn from the population `like`, or from that of all fitted households.
    """
    dates = real.dates + HALF_YEAR if southern else real.dates
    first: date = dates[0].item()
    wanted, homes = TIMES * len(real.kwh), 0
    parts = []
    block = 0
    while homes < wanted:
        utility = Utility((block + 1) * BLOCK_CUSTOMERS, len(dates), seed, first)
        parts.append(_homes(utility, utility.blocks[block], like))
        homes, block = homes + len(parts[-1]), block + 1
    kwh = np.concatenate(parts)[:wanted]
    kwh[np.isnan(real.kwh)[np.arange(wanted) % len(real.kwh)]] = np.nan
    return Curves(kwh, dates)


def _homes(
    utility: Utility, block: Block, like: Population | None
) -> np.ndarray[tuple[int, int, int], np.dtype[np.float64]]:
    """(homes, days, POINTS) as a meter shows them, of homes like those of the trial that stay all the time."""
    customers = draw_customers(utility, block)
    is_plain = (customers.kind == HOME) & ~(customers.has_pv | customers.has_ev | customers.has_heat_pump)
    stays = (customers.from_day == 0) & (customers.to_day == utility.days)
    taken = true_use(utility, block, customers, like).taken[is_plain & stays].astype(np.float64)
    half_hours = taken.reshape(*taken.shape[:2], POINTS, 2).sum(axis=3)
    return np.asarray(np.round(half_hours / METER_KWH) * METER_KWH)
