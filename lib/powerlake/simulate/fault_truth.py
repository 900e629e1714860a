"""What really failed and how likely it was.

truth `faults`: asset_kind, asset_id, failed_at, cause (true), defect (what had grown in it, or empty), is_replaced.
truth `fault_hazard`: asset_kind, asset_id, week_start, days, failure_probability: of failing at least once in those
days, given the true condition and the weather as they turned out. No forecast can rank weeks better.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.faults import DEFECTS, History
from powerlake.simulate.hazards import CAUSES, Assets
from powerlake.simulate.outages import Outages
from powerlake.simulate.rows import instants
from powerlake.simulate.utility import Utility

DAYS_PER_WEEK = 7


def fault_truth(utility: Utility, assets: Assets, history: History, outages: Outages) -> pa.Table:
    """Truth `faults`."""
    real = np.flatnonzero(~outages.is_planned)
    asset = outages.asset[real]
    day = (outages.started[real].astype("datetime64[D]") - utility.dates[0]).astype(np.int64)
    return pa.table(
        {
            "asset_kind": assets.kind[asset],
            "asset_id": assets.asset_id[asset],
            "failed_at": instants(outages.started[real]),
            "cause": np.asarray(CAUSES)[outages.cause[real]],
            "defect": np.asarray([*DEFECTS, ""])[history.defect[asset, day]],
            "is_replaced": history.replaced[asset, day],
        }
    )


def hazard_truth(utility: Utility, assets: Assets, history: History) -> pa.Table:
    """Truth `fault_hazard`."""
    starts = np.arange(0, utility.days, DAYS_PER_WEEK)
    expected = np.add.reduceat(history.hazard, starts, axis=1)
    return pa.table(
        {
            "asset_kind": np.repeat(assets.kind, len(starts)),
            "asset_id": np.repeat(assets.asset_id, len(starts)),
            "week_start": pa.array(np.tile(utility.dates[starts], len(assets))),
            "days": np.tile(np.minimum(DAYS_PER_WEEK, utility.days - starts), len(assets)),
            "failure_probability": (1 - np.exp(-expected)).ravel(),
        }
    )
