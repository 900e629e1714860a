"""Ten most similar meters over all pairs: the rival is the matrix product underneath, without finding the ten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchlib import tasks
from benchlib.contest import OURS, Contest, Contestant, DisagreementError
from benchlib.site import CORES, Site
from benchlib.tasks import Part, Tiles
from benchlib.works.common import meter_parts
from powerlake.loadcurve import similarity

PRODUCT = f"numpy and BLAS, {CORES} threads"
SAMPLE = 20
"""Meters whose ten are computed again in double precision."""


def contest(site: Site) -> Contest:
    """Hourly use of a year, all meters against all."""

    def ours(parts: list[Part]) -> similarity.Neighbours:
        hours = tuple(site.spark(tasks.hours_of_meters, parts))
        tiles = similarity.tiles(site.town.meters)
        shared = [Tiles(hours, tuple(tiles[n::CORES])) for n in range(CORES)]
        return similarity.settled(tasks.load_hours(hours), site.spark(tasks.similar_candidates, shared))

    def product(parts: list[Part]) -> np.ndarray:
        unit = similarity.unit_curves(tasks.load_hours(site.pool.map(tasks.hours_of_meters, parts, chunksize=1)))
        return np.asarray(unit @ unit.T)[:SAMPLE].copy()

    def agree(results: Mapping[str, Any]) -> str:
        parts = meter_parts(site, "check", "npy")
        kwh = tasks.load_hours([tasks.hours_of_meters(part) for part in parts]).astype(np.float64)
        lengths = np.linalg.norm(kwh, axis=1)
        cosine = (kwh[:SAMPLE] @ kwh.T) / np.outer(lengths[:SAMPLE], lengths)
        if not np.allclose(cosine, results[PRODUCT], atol=1e-5):
            raise DisagreementError("the product's cosines are off")
        cosine[np.arange(SAMPLE), np.arange(SAMPLE)] = -np.inf
        ten = np.argsort(-cosine, axis=1, kind="stable")[:, : similarity.NEIGHBOURS]
        if not np.array_equal(ten, results[OURS].places[:SAMPLE]):
            raise DisagreementError("the ten are not those of double precision")
        return f"the ten of {SAMPLE} meters equal those of double precision, in order"

    return Contest(
        "cosine",
        "10 most similar meters over all pairs, hourly use; the rival does the product only",
        (
            Contestant(OURS, "ours", ours, lambda: meter_parts(site, "ours", "npy")),
            Contestant(PRODUCT, "floor", product, lambda: meter_parts(site, "product", "npy")),
        ),
        agree,
        limit=1.5,
        against=PRODUCT,
    )
