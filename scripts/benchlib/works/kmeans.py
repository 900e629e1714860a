"""k-means of customer-month shapes against pyspark.ml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchlib import tasks
from benchlib.contest import OURS, Contest, Contestant, DisagreementError
from benchlib.site import Site
from benchlib.tasks import Shapes
from powerlake.customers import kmeans
from powerlake.loadcurve.days import to_lists

CLUSTERS = 8
MLLIB = "pyspark.ml KMeans"


def contest(site: Site) -> Contest:
    """Mean day of each customer and month, 24 hours, divided by its mean."""
    paths = _shape_files(site)

    def ours(shards: list[Shapes]) -> float:
        found = kmeans.cluster(site.spark(tasks.micro_clusters, shards), CLUSTERS, site.town.seed)
        return sum(site.spark(tasks.inertia, [replace(shard, centres=found.centres) for shard in shards]))

    def mllib(_: None) -> float:
        from pyspark.ml.clustering import KMeans  # noqa: PLC0415
        from pyspark.ml.functions import array_to_vector  # noqa: PLC0415
        from pyspark.sql import functions as F  # noqa: PLC0415

        shapes = site.session.read.parquet(*paths).select(array_to_vector(F.col("shape")).alias("features"))
        model = KMeans(k=CLUSTERS, seed=site.town.seed).fit(shapes)
        return float(model.summary.trainingCost)

    def agree(results: Mapping[str, Any]) -> str:
        if results[OURS] > 1.02 * results[MLLIB]:
            raise DisagreementError(f"inertia {results[OURS]:.0f} against {results[MLLIB]:.0f} of {MLLIB}")
        return f"inertia {results[OURS] / results[MLLIB]:.4f} × that of {MLLIB}, at most 1.02 allowed"

    return Contest(
        "kmeans",
        f"k = {CLUSTERS} clusters of the mean day of each customer and month ({24} features), inertia included",
        (
            Contestant(OURS, "ours", ours, lambda: [Shapes(path, site.town.seed) for path in paths]),
            Contestant(MLLIB, "peer", mllib),
        ),
        agree,
        limit=0.5,
    )


def _shape_files(site: Site) -> list[str]:
    """A file a month."""
    folder = site.folder / "shapes"
    if not folder.is_dir():
        folder.mkdir()
        for month in site.town.months():
            shape = month.kwh.reshape(site.town.meters, len(month.dates), 24, -1).sum(axis=3).mean(axis=1)
            shape /= np.maximum(shape.mean(axis=1, keepdims=True), 1e-3)
            rows = pa.table({"meter_id": site.town.meter_ids, "shape": to_lists(shape.astype(np.float32))})
            pq.write_table(rows, folder / f"{month.name}.parquet")
    return sorted(str(path) for path in folder.glob("*.parquet"))
