"""One row a key out of all that was delivered under it: the latest counts, a deletion takes it away."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.typed import ORIGIN, REASON
from powerlake.tables.feeds.model import Feed

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Fate(enum.IntEnum):
    """What becomes of a delivered row."""

    PUBLISHED = 0
    DUPLICATE = 1
    """The row of its key said the same already."""
    SUPERSEDED = 2
    """Another value was delivered after it."""
    DELETED = 3
    """It is a deletion, or a deletion came after it."""
    WAITING = 4
    """It may not stand, as its `reason` says, and nothing that may came after it: to quarantine."""


@dataclass(frozen=True)
class Merged:
    """The rows that stand, with the columns of the incoming ones; `fate` (n,) of each incoming row in its order.

    `is_incoming` says which of the standing rows came now. Of the existing rows `replaced` gave way to another value,
    `withdrawn` to a deletion.
    """

    rows: pa.Table
    is_incoming: Bools
    fate: Ints
    replaced: int
    withdrawn: int

    @property
    def is_changed(self) -> bool:
        """Whether other rows stand than before."""
        return bool(self.is_incoming.any()) or self.withdrawn > 0

    def counts(self) -> Mapping[Fate, int]:
        """Incoming rows by fate."""
        return Counter({fate: int((self.fate == fate).sum()) for fate in Fate})


def merged(feed: Feed, existing: pa.Table, incoming: pa.Table) -> Merged:
    """The rows that stand when `incoming` has come to `existing`; both as `typed_schema` has them.

    Of one key the later batch counts, within a batch the later file by name, within a file the later row; an existing
    row is the first of its batch. Of rows that say the same one after the other the first stands.
    """
    both = pa.concat_tables([existing, incoming])
    coming = np.arange(len(both)) >= len(existing)
    order = _order(feed, both, coming)
    group = _groups(feed, both, order)
    is_deletion, has_reason = np.asarray(both["is_deletion"]), np.asarray(pc.is_valid(both[REASON]))
    fate = np.full(len(both), Fate.SUPERSEDED, np.int64)
    settles = ~has_reason[order]
    settling, group_of = order[settles], group[settles]
    _settle(feed, both, settling, group_of, is_deletion, fate)
    _wait(order, group, settles, fate)
    stands = np.sort(np.flatnonzero(fate == Fate.PUBLISHED))
    lost = fate[: len(existing)]
    return Merged(
        both.take(pa.array(stands)),
        coming[stands],
        fate[len(existing) :],
        replaced=int((lost == Fate.SUPERSEDED).sum()),
        withdrawn=int((lost == Fate.DELETED).sum()),
    )


def _order(feed: Feed, both: pa.Table, coming: Bools) -> Ints:
    """Rows by key and, within it, as they were delivered."""
    by = [*feed.key, "batch", "_coming", "file", "row_number"]
    columns = both.select([name for name in by if name != "_coming"]).append_column("_coming", pa.array(coming))
    return np.asarray(pc.sort_indices(columns, [(name, "ascending") for name in by]), np.int64)


def _groups(feed: Feed, both: pa.Table, order: Ints) -> Ints:
    """(n,) number of each ordered row's key."""
    if not len(order):
        return order
    keys = both.select(list(feed.key)).take(pa.array(order))
    is_new = ~_same(keys, np.arange(len(order) - 1), np.arange(1, len(order)))
    return np.concatenate([[0], np.cumsum(is_new)])


def _same(rows: pa.Table, left: Ints, right: Ints) -> Bools:
    """(n,) whether two rows agree in every column; nulls agree."""
    same = np.ones(len(left), np.bool_)
    for column in rows.columns:
        one, other = column.take(pa.array(left)), column.take(pa.array(right))
        same &= np.asarray(pc.or_(pc.fill_null(pc.equal(one, other), False), pc.and_(one.is_null(), other.is_null())))
    return same


def _settle(feed: Feed, both: pa.Table, rows: Ints, group: Ints, is_deletion: Bools, fate: Ints) -> None:
    """Sets the fates of the rows that may stand or delete, given in order with the number of their key."""
    if not len(rows):
        return
    follows = np.flatnonzero(group[1:] == group[:-1]) + 1
    both_rows = ~is_deletion[rows[follows]] & ~is_deletion[rows[follows - 1]]
    pairs = follows[both_rows]
    said = both.select([name for name in both.column_names if name not in _UNSAID])
    is_repeat = np.zeros(len(rows), np.bool_)
    is_repeat[pairs] = _same(said, rows[pairs - 1], rows[pairs])
    kept = np.flatnonzero(~is_repeat)
    is_last = np.append(group[kept][1:] != group[kept][:-1], True)
    goes = is_deletion[rows[kept]]
    then_goes = np.append(goes[1:], False) & ~is_last
    fate[rows[kept]] = np.where(goes | then_goes, Fate.DELETED, np.where(is_last, Fate.PUBLISHED, Fate.SUPERSEDED))
    fate[rows[is_repeat]] = Fate.DUPLICATE


def _wait(order: Ints, group: Ints, settles: Bools, fate: Ints) -> None:
    """The last row of a key waits where it may not stand; rows of its kind before it are superseded."""
    if len(order):
        is_last = np.append(group[1:] != group[:-1], True)
        fate[order[is_last & ~settles]] = Fate.WAITING


_UNSAID = (*ORIGIN.names, "batch", "edits", "run_id", "is_current")
"""Columns in which two deliveries of the same row may differ."""
