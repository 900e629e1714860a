"""Records that are one customer through any number of links. Arrow and scipy; no engine.

One task takes all links: they are as many as duplicate records (a hundredth of the customers or so, about 100 bytes
each), not as the customers.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

CLUSTERED = pa.schema([("customer_id", pa.string()), ("cluster", pa.string()), ("probability", pa.float64()),
                       ("evidence", pa.list_(pa.string()))])  # fmt: skip
"""A record that has a link: the smallest number of its cluster, and its strongest link's chance and columns."""


def clusters_of(links: pa.Table) -> pa.Table:
    """Rows of CLUSTERED by customer_id, from rows of LINKS; the order of the links is of no matter."""
    links = links.sort_by([("probability", "descending"), ("customer_id", "ascending"), ("other_id", "ascending")])
    ends = pa.chunked_array([*links["customer_id"].chunks, *links["other_id"].chunks], pa.string())
    ids = pc.unique(ends).sort()
    left, right = (pc.index_in(links[name], ids).to_numpy() for name in ("customer_id", "other_id"))
    graph = coo_array((np.ones(len(links), np.int8), (left, right)), shape=(len(ids), len(ids)))
    _, label = connected_components(graph, directed=False)
    _, first = np.unique(label, return_index=True)
    both = np.stack([left, right], axis=1).ravel()
    _, strongest = np.unique(both, return_index=True)
    best = links.take(pa.array(strongest // 2))
    return pa.table([ids, ids.take(pa.array(first[label])), best["probability"], best["evidence"]], schema=CLUSTERED)
