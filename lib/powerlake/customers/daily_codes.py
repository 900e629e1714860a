"""Codes of daily shapes, and how varied a customer's days are: the entropy of its codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.cluster import KMeans

from powerlake.customers.month_shapes import POINTS, complete_days
from powerlake.loadcurve.days import to_lists

HOURS = 24
FIRST_CODES = 5
SPLIT_LIMIT = 0.2
"""A code is split while it has a day with Σ(x − c)² above this many times Σc² (adaptive k-means, VISDOM)."""
MAX_CODES = 48
"""Days of single households are so varied that the limit alone would give a code to nearly every odd day."""
MIN_DAY_KWH = 0.1
"""A day with less energy has no shape; it has the last code, idle."""
SAMPLE_DAYS = 20_000
"""Days that the codes are fitted on."""
CODE_COUNTS = pa.schema([("meter_id", pa.string()), ("counts", pa.list_(pa.int32()))])

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Codebook:
    """The shapes that days are coded by."""

    centres: npt.NDArray[np.float64]
    """(codes, HOURS) shares of a day's energy by hour."""

    @property
    def codes(self) -> int:
        """Shapes, and one for an idle day."""
        return len(self.centres) + 1

    def encode(self, kwh: Floats) -> Ints:
        """(days,) code of each day of hourly energy (days, HOURS): the nearest shape, or the last code if idle."""
        if not len(self.centres):
            return np.zeros(len(kwh), dtype=np.int64)
        energy = kwh.sum(axis=1)
        shares = kwh / np.maximum(energy, MIN_DAY_KWH)[:, None]
        # |x − c|² less |x|², which is the same for every c.
        nearest = ((self.centres**2).sum(axis=1) - 2 * shares @ self.centres.T).argmin(axis=1)
        return np.where(energy < MIN_DAY_KWH, len(self.centres), nearest)

    def to_dict(self) -> dict[str, Any]:
        """The codebook as JSON values."""
        return {"centres": self.centres.tolist()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The codebook that `to_dict` wrote."""
        return cls(np.array(values["centres"], dtype=np.float64).reshape(-1, HOURS))


def day_sample(curves: pa.Table, at_most: int, seed: int) -> npt.NDArray[np.float32]:
    """(days, HOURS) energy by hour of a random sample of the complete days of silver.load_curves."""
    days = complete_days(curves).kwh
    if len(days) > at_most:
        days = days[np.sort(np.random.default_rng(seed).choice(len(days), at_most, replace=False))]
    return _hourly(days)


def fit_codebook(kwh: Floats, seed: int) -> Codebook:
    """The codes of these days (days, HOURS): k-means at FIRST_CODES, then codes split in two while one is too wide.

    A code that is too wide is split by the widest first, until all are within SPLIT_LIMIT or there are MAX_CODES.
    Fewer days than codes give fewer codes; no day with energy gives none.
    """
    energy = kwh.sum(axis=1)
    shares = (kwh[energy >= MIN_DAY_KWH] / energy[energy >= MIN_DAY_KWH, None]).astype(np.float64)
    distinct = len(np.unique(shares, axis=0))
    if not distinct:
        return Codebook(np.empty((0, HOURS)))
    first = KMeans(min(FIRST_CODES, distinct), n_init=4, random_state=seed).fit(shares)
    centres, labels = first.cluster_centers_, first.labels_
    while len(centres) < min(MAX_CODES, distinct):
        off = ((shares - centres[labels]) ** 2).sum(axis=1)
        worst = off / (centres[labels] ** 2).sum(axis=1)
        if worst.max() <= SPLIT_LIMIT:
            break
        spread = np.bincount(labels, weights=np.where(_in_wide_code(worst, labels), off, 0), minlength=len(centres))
        centres, labels = _with_split(shares, centres, labels, int(spread.argmax()), seed)
    return Codebook(centres)


def code_counts(curves: pa.Table, codebook: Codebook) -> pa.Table:
    """One row per meter of a shard of silver.load_curves: how many complete days have each code (CODE_COUNTS)."""
    days = complete_days(curves)
    codes, meters = codebook.codes, len(days.meter_ids)
    cell = days.meter * codes + codebook.encode(_hourly(days.kwh))
    counts = np.bincount(cell, minlength=meters * codes).reshape(meters, codes).astype(np.int32)
    return pa.table([days.meter_ids, to_lists(counts)], schema=CODE_COUNTS)


def entropy_bits(counts: npt.NDArray[np.number]) -> npt.NDArray[np.float64]:
    """(n,) Shannon entropy in bits of counts (n, codes): 0 for one code only; NaN where nothing was counted."""
    total = counts.sum(axis=1, keepdims=True)
    share = counts / np.where(total > 0, total, np.nan)
    return np.asarray(-(share * np.log2(np.where(share > 0, share, 1))).sum(axis=1) + 0.0)


def _hourly(kwh: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(kwh.reshape(len(kwh), HOURS, POINTS // HOURS).sum(axis=2))


def _in_wide_code(worst: Floats, labels: Ints) -> npt.NDArray[np.bool_]:
    """(days,) True for each day whose code holds a day beyond the limit."""
    widest = np.zeros(labels.max() + 1)
    np.maximum.at(widest, labels, worst)
    return np.asarray(widest[labels] > SPLIT_LIMIT)


def _with_split(
    shares: npt.NDArray[np.float64], centres: npt.NDArray[np.float64], labels: Ints, code: int, seed: int
) -> tuple[npt.NDArray[np.float64], Ints]:
    """The codes after the days of one are parted in two."""
    members = labels == code
    halves = KMeans(2, n_init=1, random_state=seed).fit(shares[members])
    centres = np.vstack([centres, halves.cluster_centers_[1]])
    centres[code] = halves.cluster_centers_[0]
    labels = labels.copy()
    labels[np.flatnonzero(members)[halves.labels_ == 1]] = len(centres) - 1
    return centres, labels
