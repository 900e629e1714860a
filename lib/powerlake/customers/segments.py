"""Load-shape segments: fitting them, keeping them, and finding the segment of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from powerlake.customers.month_shapes import POINTS
from powerlake.customers.segment_search import MIN_SHARE, CandidateScore, choose, finest, nearest, partitions
from powerlake.customers.shape_features import DAYPARTS, Shapes

UNUSUAL = -1
"""The class of a customer whom no segment describes."""
SHAPE_LIMIT = 0.2
"""A customer is unusual if Σ(outline − segment's outline)² exceeds this many times Σ(segment's outline)², for every
segment: the limit at which adaptive k-means splits a cluster (VISDOM), applied to those that no split can place."""
MAX_UNUSUAL_SHARE = 0.10
"""Where more customers than this would be unusual, the limit is raised until they are not."""
SCREEN = 1.5
"""Times the limit, against the median customer: who is left out of the very first fit."""
MAX_FIT_CUSTOMERS = 20_000
"""A larger set is fitted on a random sample: the centres' error is then far below a customer's own."""
FORMAT = 1
"""Of `SegmentModel.to_dict`."""

_REFITS = 2

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Assignment:
    """The segment of each customer, in the order of the shapes."""

    segment: Ints
    """(customers,) index of the segment, or UNUSUAL."""
    nearest: Ints
    """(customers,) index of the nearest segment, also of the unusual; −1 where there is no shape."""
    distance: Floats
    """(customers,) distance to the nearest segment's centre, in daypart features; NaN where there is no shape."""
    margin: Floats
    """(customers,) 1 − distance ÷ distance to the next segment; NaN where there is no next."""

    @property
    def is_unusual(self) -> Flags:
        return np.asarray(self.segment == UNUSUAL)


@dataclass(frozen=True)
class SegmentModel:
    """The segments: small, made of plain numbers, and all that is needed to find a customer's."""

    centres: Floats
    """(k, 4) centres in daypart features (`shape_features.daypart_features`)."""
    outlines: Floats
    """(k, POINTS) mean outline of the members."""
    average: Floats
    """(4,) daypart features of all customers of the fit, the unusual included: what a name compares with."""
    limit: float
    """The SHAPE_LIMIT in force."""
    scores: tuple[CandidateScore, ...] = ()
    """What the number of segments was chosen by."""

    def __len__(self) -> int:
        return len(self.centres)

    def nearest(self, dayparts: Floats) -> tuple[Ints, Floats]:
        """Index of the nearest centre (n,), and the distances to all (n, k)."""
        return nearest(dayparts, self.centres)

    def assign(self, shapes: Shapes) -> Assignment:
        """The segment of each customer; one without a shape is unusual, with no distance."""
        size = len(shapes)
        found = Assignment(np.full(size, UNUSUAL), np.full(size, -1), np.full(size, np.nan), np.full(size, np.nan))
        rows = np.flatnonzero(shapes.known)
        if len(rows) and len(self):
            known = shapes.take(rows)
            labels, distances = self.nearest(known.dayparts)
            ordered = np.sort(distances, axis=1)
            fits = misfit(known.outlines, self.outlines).min(axis=1) <= self.limit
            found.nearest[rows] = labels
            found.segment[rows] = np.where(fits, labels, UNUSUAL)
            found.distance[rows] = ordered[:, 0]
            if len(self) > 1:
                found.margin[rows] = 1 - ordered[:, 0] / np.maximum(ordered[:, 1], np.finfo(np.float64).tiny)
        return found

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON values."""
        return {
            "format": FORMAT,
            "centres": self.centres.tolist(),
            "outlines": self.outlines.tolist(),
            "average": self.average.tolist(),
            "limit": self.limit,
            "scores": [asdict(score) for score in self.scores],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The model that `to_dict` wrote. Raises ValueError for another format."""
        if values.get("format") != FORMAT:
            raise ValueError(f"a segment model of format {values.get('format')} cannot be read, only {FORMAT}")
        return cls(
            centres=np.array(values["centres"], dtype=np.float64).reshape(-1, len(DAYPARTS)),
            outlines=np.array(values["outlines"], dtype=np.float64).reshape(-1, POINTS),
            average=np.array(values["average"], dtype=np.float64),
            limit=float(values["limit"]),
            scores=tuple(CandidateScore(**score) for score in values["scores"]),
        )


def fit_segments(shapes: Shapes, seed: int) -> SegmentModel:
    """The segments of these customers.

    Customers far from the median outline are set aside, the number of segments is chosen on the rest
    (`segment_search.choose`), and then members and the unusual are told apart anew around the segments found. Few
    customers make one segment; none with a shape make a model without segments, for which everyone is unusual.
    """
    known = _sample(shapes.take(shapes.known), seed)
    if not len(known):
        return SegmentModel(np.empty((0, len(DAYPARTS))), np.empty((0, POINTS)), np.ones(len(DAYPARTS)), SHAPE_LIMIT)
    median = np.median(known.outlines, axis=0, keepdims=True)
    far = misfit(known.outlines, median)[:, 0]
    keep = far <= _limit(far, SCREEN * SHAPE_LIMIT)
    segments, scores = choose(known.dayparts[keep], len(known), seed)
    limit, centres, outlines = SHAPE_LIMIT, np.empty((0, len(DAYPARTS))), median
    for _ in range(1 + _REFITS):
        centres = finest(partitions(known.dayparts[keep], segments, MIN_SHARE * len(known)), segments)
        labels = nearest(known.dayparts, centres)[0]
        outlines = np.stack([known.outlines[keep & (labels == j)].mean(axis=0) for j in range(len(centres))])
        off = misfit(known.outlines, outlines).min(axis=1)
        limit = _limit(off, SHAPE_LIMIT)
        keep = off <= limit
    return SegmentModel(centres, outlines, known.dayparts.mean(axis=0), limit, scores)


def misfit(outlines: Floats, segment_outlines: Floats) -> Floats:
    """(n, k) squared distance of each outline from each segment's, ÷ the segment's own sum of squares."""
    own = (segment_outlines**2).sum(axis=1)
    apart = np.stack([((outlines - segment) ** 2).sum(axis=1) for segment in segment_outlines], axis=1)
    return np.asarray(apart / own)


def _limit(off: Floats, at_least: float) -> float:
    return max(at_least, float(np.quantile(off, 1 - MAX_UNUSUAL_SHARE, method="higher")))


def _sample(shapes: Shapes, seed: int) -> Shapes:
    if len(shapes) <= MAX_FIT_CUSTOMERS:
        return shapes
    return shapes.take(np.sort(np.random.default_rng(seed).choice(len(shapes), MAX_FIT_CUSTOMERS, replace=False)))
