"""A part of a feed settled: incoming rows merged with those that stand, and histories without overlap."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from powerlake.conformed.merge import Fate, Merged, merged
from powerlake.conformed.periods import OVERLAPPING, closed, overlapping, refuse, reopened
from powerlake.tables.feeds.model import Feed


def settled(feed: Feed, existing: pa.Table, incoming: pa.Table) -> tuple[Merged, pa.Table]:
    """What stands, and the incoming rows with the reasons of those that wait. See `merged`.

    A row whose period overlaps another's waits, and what it would have taken the place of stands again.
    """
    existing = reopened(feed, existing)
    while True:
        result = merged(feed, existing, incoming)
        if feed.period is None:
            return result, incoming
        losing = overlapping(feed, result.rows, result.is_incoming)
        if not len(losing):
            return result, incoming
        published = np.flatnonzero(result.fate == Fate.PUBLISHED)
        place = np.cumsum(result.is_incoming) - 1
        incoming = refuse(incoming, published[place[losing]], OVERLAPPING)


def standing(feed: Feed, result: Merged, as_of: date) -> pa.Table:
    """The rows that stand, as silver has them but for the run."""
    return closed(feed, result.rows, as_of) if feed.period else result.rows
