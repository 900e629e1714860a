"""How steady segments are: agreement of two partitions, and a customer's months against its whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.customers.shape_features import DAYPARTS
from powerlake.loadcurve.days import items, lengths

if TYPE_CHECKING:
    from powerlake.customers.segments import Assignment, SegmentModel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def adjusted_rand(first: Ints, second: Ints, weights: Floats | None = None) -> Floats:
    """(repeats,) adjusted Rand index of two partitions of the same customers: 1 the same, 0 as good as chance.

    `weights` (repeats, customers) counts each customer that often, as a bootstrap does; without it there is one
    repeat with each counted once. A customer drawn twice makes no pair with itself, which would always agree. Two
    partitions that are both a single class agree fully. Hubert & Arabie 1985.
    """
    counts = np.ones((1, len(first))) if weights is None else weights
    one, other = (np.unique(labels, return_inverse=True)[1] for labels in (first, second))
    both = np.unique(np.stack([one, other]), axis=1, return_inverse=True)[1].ravel()
    together, in_one, in_other = (_pairs(counts, labels) for labels in (both, one, other))
    by_chance = in_one * in_other / np.maximum(_pairs(counts, np.zeros_like(one)), 1)
    room = (in_one + in_other) / 2 - by_chance
    return np.where(room > 0, (together - by_chance) / np.where(room > 0, room, 1), 1.0)


def month_stability(model: SegmentModel, typical: pa.Table, assignment: Assignment) -> tuple[Floats, Ints]:
    """Share of each customer's months that are nearest to its own segment, and the months seen: (customers,) each.

    `typical` has the columns of TYPICAL_SHAPES and the order of `assignment`. A customer of no segment is held
    against the segment nearest to its whole. NaN where there is no month to judge or no shape.
    """
    months = lengths(typical["month_dayparts"]) // len(DAYPARTS)
    customer = np.repeat(np.arange(len(typical)), months)
    features = items(typical["month_dayparts"]).reshape(-1, len(DAYPARTS)).astype(np.float64)
    if not len(model.centres):
        return np.full(len(typical), np.nan), months
    agrees = model.nearest(features)[0] == assignment.nearest[customer]
    same = np.bincount(customer, weights=agrees, minlength=len(typical))
    is_judged = (months > 0) & (assignment.nearest >= 0)
    return np.where(is_judged, same / np.maximum(months, 1), np.nan), months


def _pairs(counts: Floats, labels: Ints) -> Floats:
    """(repeats,) pairs of different customers in the same class."""
    members = np.eye(labels.max(initial=-1) + 1)[labels]
    return np.asarray((((counts @ members) ** 2 - counts**2 @ members) / 2).sum(axis=1))
