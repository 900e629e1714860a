"""Rows that point at something that nobody has delivered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.periods import refuse
from powerlake.tables.feeds.model import Feed
from powerlake.tables.feeds.references import REFERENCES, Reference, Target

Bools = npt.NDArray[np.bool_]
Known = Mapping[Target, pa.Array]
"""The numbers delivered, by target. A target left out is not looked up."""


def checked(feed: Feed, rows: pa.Table, known: Known) -> pa.Table:
    """The rows with the `reason` of those that point nowhere: `dangling_<column>`, the first where it is several."""
    for reference in REFERENCES.get(feed.path, ()):
        rows = refuse(rows, np.flatnonzero(_dangles(reference, rows, known)), reference.reason)
    return rows


def _dangles(reference: Reference, rows: pa.Table, known: Known) -> Bools:
    """(n,) whether the row points at a number that its target does not have; a deletion points at nothing."""
    dangles = np.zeros(len(rows), np.bool_)
    column = rows[reference.column]
    for target in reference.targets:
        if target in known:
            is_lost = pc.and_(column.is_valid(), pc.invert(pc.is_in(column, known[target])))
            if target.kind:
                is_lost = pc.and_(is_lost, pc.fill_null(pc.equal(rows[reference.kind_column], target.kind), False))
            dangles |= np.asarray(is_lost)
    is_row: Bools = ~np.asarray(pc.fill_null(rows["is_deletion"], False))
    return dangles & is_row
