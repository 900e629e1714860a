"""Rows that follow one another: an open one ends when the next begins, and two may not hold at once.

A last day may be the first day of the row that follows: departments end one and begin the next on it. The day is the
follower's, so that no day counts twice.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.typed import REASON
from powerlake.tables.feeds.model import Feed

OVERLAPPING = "overlapping_period"
CLOSED, SHARED = "period", "shared_day"
"""Rules of `edits`: the row was open, or ended on the day the next began, and holds until the day before."""

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


def overlapping(feed: Feed, rows: pa.Table, is_incoming: Bools) -> Ints:
    """Places of the rows that may not stand because a neighbour's period holds already.

    Of two that overlap the one that stood before stays; of two that came together the one that begins earlier.
    """
    order, is_next = _followers(feed, rows)
    if not len(is_next):
        return is_next
    first, last = _days(rows, feed)
    earlier, later = order[is_next - 1], order[is_next]
    meets = (last[earlier] > first[later]) & (last[earlier] != _OPEN)
    is_ours = is_incoming[later] | is_incoming[earlier]
    losing = np.where(is_incoming[later], later, earlier)[meets & is_ours]
    return np.unique(losing)


def closed(feed: Feed, rows: pa.Table, as_of: date) -> pa.Table:
    """The rows with `is_current`, each ended before its follower begins where it was open or was to end on that day.

    A row is current that holds on `as_of`.
    """
    assert feed.period is not None
    order, is_next = _followers(feed, rows)
    first, last = _days(rows, feed)
    ends, begins = order[is_next - 1], first[order[is_next]]
    was_open = last[ends] == _OPEN
    was_shared = (last[ends] == begins) & feed.holds_on_last
    last[ends] = np.where(was_open | was_shared, begins - feed.holds_on_last, last[ends])
    today = np.datetime64(as_of, "D").astype(np.int64)
    is_current = (first <= today) & (last >= today + (not feed.holds_on_last))
    rows = _ending(rows, feed, last)
    for kind, places in ((CLOSED, ends[was_open]), (SHARED, ends[was_shared])):
        rows = _with(rows, "edits", _noted(rows["edits"].combine_chunks(), places, _rule(feed, kind)))
    return rows.append_column("is_current", pa.array(is_current))


def reopened(feed: Feed, rows: pa.Table) -> pa.Table:
    """The rows as they were delivered: what `closed` ended is open again, or ends on the day its follower begins."""
    if feed.period is None or not len(rows):
        return rows
    edits = rows["edits"].combine_chunks()
    _, last = _days(rows, feed)
    last[_noting(edits, _rule(feed, CLOSED))] = _OPEN
    last[_noting(edits, _rule(feed, SHARED))] += 1
    rows = _ending(rows, feed, last)
    parents, items = pc.list_parent_indices(edits), pc.list_flatten(edits)
    ours = pa.array([_rule(feed, CLOSED), _rule(feed, SHARED)])
    kept = ~np.asarray(pc.is_in(items, ours), np.bool_)
    return _with(rows, "edits", _lists(np.asarray(parents, np.int64)[kept], items.filter(pa.array(kept)), len(rows)))


def refuse(rows: pa.Table, places: Ints, reason: str) -> pa.Table:
    """The rows with a reason why some may not stand."""
    why = np.full(len(rows), None, object)
    why[places] = reason
    return _with(rows, REASON, pc.coalesce(rows[REASON].combine_chunks(), pa.array(why, pa.string())))


def _followers(feed: Feed, rows: pa.Table) -> tuple[Ints, Ints]:
    """The rows by entity and first day, and the places in that order of those that follow one of their entity."""
    assert feed.period is not None
    start = feed.period[0]
    entity = [name for name in feed.key if name != start]
    order = pc.sort_indices(rows, [(name, "ascending") for name in (*entity, start)])
    keys = rows.select(entity).take(order)
    same = np.ones(max(len(rows) - 1, 0), np.bool_)
    for column in keys.columns:
        same &= np.asarray(pc.equal(column.slice(1), column.slice(0, len(same))))
    return np.asarray(order, np.int64), np.flatnonzero(same) + 1


_OPEN = np.iinfo(np.int32).max


def _days(rows: pa.Table, feed: Feed) -> tuple[Ints, Ints]:
    """First and last days since 1970; the last of an open row lies beyond any other."""
    assert feed.period is not None
    first, last = (rows[name].combine_chunks().cast(pa.int32()) for name in feed.period)
    return np.asarray(first, np.int64), np.asarray(pc.fill_null(last, _OPEN), np.int64)


def _ending(rows: pa.Table, feed: Feed, last: Ints) -> pa.Table:
    """The rows with these last days, as `_days` gives them."""
    assert feed.period is not None
    return _with(rows, feed.period[1], pa.array(last.astype(np.int32), mask=last == _OPEN).cast(pa.date32()))


def _rule(feed: Feed, kind: str) -> str:
    assert feed.period is not None
    return f"{kind}:{feed.period[1]}"


def _noting(edits: pa.ListArray, rule: str) -> Ints:
    """Places of the rows whose `edits` name the rule."""
    is_it = pc.equal(pc.list_flatten(edits), rule)
    return np.asarray(pc.list_parent_indices(edits).filter(is_it), np.int64)


def _noted(edits: pa.ListArray, places: Ints, rule: str) -> pa.ListArray:
    """`edits` with the rule added to the rows at `places`."""
    parents = np.concatenate([np.asarray(pc.list_parent_indices(edits), np.int64), places])
    items = pa.concat_arrays([pc.list_flatten(edits), pa.array([rule] * len(places), pa.string())])
    order = np.argsort(parents, kind="stable")
    return _lists(parents[order], items.take(pa.array(order)), len(edits))


def _lists(parents: Ints, items: pa.Array, count: int) -> pa.ListArray:
    """A list for each of `count` rows, null where it has no item."""
    counts = np.bincount(parents, minlength=count)
    starts = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), mask=np.append(counts == 0, False))
    return pa.ListArray.from_arrays(starts, items)


def _with(rows: pa.Table, name: str, column: pa.Array) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(name), column)
