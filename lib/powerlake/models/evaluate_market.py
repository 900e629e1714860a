"""The `market` suite: growth by cell and month with the weather taken out, beside the growth that was planted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.errors import PowerlakeError
from powerlake.models.segment_metrics import metric, resamples

BASELINE = "raw_growth"
MIN_CELLS = 5
PROTOCOL = (
    "growth of a cell (region and sector) in a month to the same month of the year before, in weather of a normal "
    "year (daily CalTRACK 2.0 fit of the cell's use), against the planted one: customers who came and went, and the "
    "level of the economy that they follow. mae and bias in shares (0.01 is a percentage point), each cell's month "
    f"weighed by its planted energy, 95 % bootstrap over cells; {BASELINE}: the same of growth as metered; "
    "gain: the mean absolute error of the baseline less ours, resampled in pairs. Rest days, the moving new year and "
    "chance are planted too and remain in both"
)

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Growths:
    """A cell's month each, arrays (n,): number of the cell, growth planted, ours and as metered, planted energy."""

    cell: npt.NDArray[np.int64]
    planted: Doubles
    normal: Doubles
    raw: Doubles
    weight: Doubles


def evaluate_market(growths: Growths, seed: int) -> dict[str, Any]:
    """The suite's result as one JSON object. Raises PowerlakeError for fewer than MIN_CELLS cells with growth."""
    cells, cell = np.unique(growths.cell, return_inverse=True)
    if len(cells) < MIN_CELLS:
        raise PowerlakeError(
            f"growth cannot be judged on fewer than {MIN_CELLS} cells with 13 months",
            remedy="simulate more customers or days",
            cells=len(cells),
        )
    draws = resamples(len(cells), seed)[:, cell] * growths.weight
    drawn = {
        name: {
            "mae": _mean(np.abs(found - growths.planted), growths.weight, draws),
            "bias": _mean(found - growths.planted, growths.weight, draws),
        }
        for name, found in (("ours", growths.normal), (BASELINE, growths.raw))
    }
    ours, theirs = ({name: metric(*of) for name, of in drawn[which].items()} for which in ("ours", BASELINE))
    gained = (drawn[BASELINE]["mae"][0] - drawn["ours"]["mae"][0], drawn[BASELINE]["mae"][1] - drawn["ours"]["mae"][1])
    return {
        "suite": "market",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(growths.cell),
        "n_test": 0,
        "metrics": {**ours, "gain": metric(*gained)},
        "baselines": {BASELINE: theirs},
    }


def _mean(values: Doubles, weight: Doubles, draws: Doubles) -> tuple[float, Doubles]:
    """Weighed mean, and the same of each draw (draws, n) of weights."""
    return float(values @ weight / weight.sum()), draws @ values / draws.sum(axis=1)
