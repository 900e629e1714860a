"""The `economy` suite: which links of use with output are shown, beside those that were planted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.errors import PowerlakeError
from powerlake.models.segment_metrics import Metric, mean_of, metric, resamples
from powerlake.models.shares import share_of

BASELINE = "each_pair_as_new"
MIN_CELLS = 5
PROTOCOL = (
    "changes of the use of a cell (region and sector of firms) against those of its sector's output, which its use "
    "follows at once, and against those of every other sector of the region, which it does not. shown: share of the "
    "former whose 95 % interval at the highest correlation leaves out 0; shown_at_once: share of cells shown with the "
    f"highest correlation in the same month; false_alarms: share of the latter with an interval without 0; {BASELINE}: "
    "the same with the usual test of a correlation, for which every pair of months is a new one and the lag was given. "
    "95 % intervals: Clopper–Pearson of the former, bootstrap over cells of the latter, as if cells that share an "
    "output were strangers"
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Links:
    """A cell and a sector's output each, arrays (n,): number of the cell, is the output its own, what is said."""

    cell: npt.NDArray[np.int64]
    is_own: Bools
    is_shown: Bools
    is_shown_by_pairs: Bools
    is_at_once: Bools


def evaluate_economy(links: Links, seed: int) -> dict[str, Any]:
    """The suite's result as one JSON object. Raises PowerlakeError for fewer than MIN_CELLS cells of firms."""
    cells, cell = np.unique(links.cell, return_inverse=True)
    if len(cells) < MIN_CELLS:
        raise PowerlakeError(
            f"links with the economy cannot be judged on fewer than {MIN_CELLS} sectors with 13 months",
            remedy="simulate more customers or days",
            cells=len(cells),
        )
    weights = resamples(len(cells), seed)[:, cell]

    def shares(said: Bools) -> dict[str, Metric]:
        own = said[links.is_own]
        at_once = own & links.is_at_once[links.is_own]
        return {
            "shown": share_of(int(own.sum()), len(own)),
            "shown_at_once": share_of(int(at_once.sum()), len(own)),
            "false_alarms": metric(*mean_of(np.where(links.is_own, np.nan, said), weights)),
        }

    return {
        "suite": "economy",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(cells),
        "n_test": 0,
        "metrics": shares(links.is_shown),
        "baselines": {BASELINE: shares(links.is_shown_by_pairs)},
    }
