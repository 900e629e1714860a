"""Truth `uncounted`, one row per transformer and month: transformer_id, month (first day), stolen_kwh, miscounted_kwh.

What the customers that truly hang there used and the meters did not count: stolen before or in the meter, and lost by a
faulty one (less than 0 where it counts too much). Supplied = technical loss + used, used = counted + stolen +
miscounted; a reading that never came in was counted all the same.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.network import Network
from powerlake.simulate.theft import Curves
from powerlake.simulate.utility import Floats, Utility


def uncounted_truth(utility: Utility, network: Network, taken: Curves, reported: Curves, counted: Curves) -> pa.Table:
    """Rows of the truth. Curves (n, days, 96) are of the places of `network`, a supply point's together."""
    months, month = np.unique(utility.dates.astype("datetime64[M]"), return_inverse=True)
    day = np.arange(utility.days)
    area = np.where(day >= network.move_day[:, None], network.moved_to[:, None], network.transformer[:, None])
    count = len(network.transformers)
    place = (area * len(months) + month).ravel()

    def energy(above: Curves, below: Curves) -> Floats:
        lost = above.sum(axis=2, dtype=np.float64) - below.sum(axis=2, dtype=np.float64)
        return np.round(np.bincount(place, lost.ravel(), count * len(months)), 3)

    return pa.table(
        {
            "transformer_id": np.repeat(np.asarray(network.transformers.transformer_id), len(months)),
            "month": pa.array(np.tile(months.astype("datetime64[D]"), count)),
            "stolen_kwh": energy(taken, reported),
            "miscounted_kwh": energy(reported, counted),
        }
    )
