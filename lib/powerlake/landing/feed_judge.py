"""Rows of a feed's file held against its contract: kept, or refused with the first reason that holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.feed_cells import CellBlock, Others, in_order, refused_rows
from powerlake.landing.feed_columns import CHANGED_AT
from powerlake.landing.refusals import RefusedRows
from powerlake.landing.values import parse
from powerlake.tables.feeds.model import Feed

CHANGES = ("insert", "update", "upsert", "delete")
"""What `change` may say, in any case; only the last takes a row away."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class JudgedRows:
    """Rows of one block: those to keep in the schema of `received_schema`, those refused in the order of the file.

    `columns` are those of the contract that the block has, `new_columns` the first beyond it.
    """

    rows: pa.Table
    refused: RefusedRows
    columns: frozenset[str]
    new_columns: tuple[str, ...]

    @property
    def received(self) -> int:
        """Data rows of the block."""
        return len(self.rows) + len(self.refused)


@dataclass(frozen=True)
class Fault:
    """A reason with the rows of a block it holds for, and the column at fault where one is."""

    reason: str
    rows: Bools
    column: str | None = None

    @property
    def detail(self) -> str | None:
        return f"column {self.column}" if self.column else None


def received_schema(feed: Feed) -> pa.Schema:
    """Rows as received: the columns of the contract as text, what any feed may have, and the row's number."""
    return pa.schema(
        [
            *(pa.field(field.name, pa.string()) for field in feed.fields),
            pa.field("is_deletion", pa.bool_(), nullable=False),
            pa.field("changed_at", pa.string()),
            pa.field("others", Others),
            pa.field("row_number", pa.int32(), nullable=False),
        ]
    )


def judge(block: CellBlock, feed: Feed) -> JudgedRows:
    """The rows of a block, kept or refused. A row with several faults has the first in the order of `_faults`."""
    is_deletion = np.asarray(pc.fill_null(pc.equal(pc.utf8_lower(block.column("change")), "delete"), False))
    faults = list(_faults(block, feed, is_deletion))
    verdict = np.zeros(len(block), np.int32)
    for number, fault in enumerate(faults, start=1):
        verdict[(verdict == 0) & fault.rows] = number
    if block.has_open_end and len(block) and not verdict[-1]:
        faults.append(Fault("cut_line", np.zeros(0, np.bool_)))
        verdict[-1] = len(faults)
    rows = _rows(block, feed, is_deletion)
    kept = rows.filter(pa.array(verdict == 0)) if verdict.any() else rows
    refused = in_order([block.torn, _refused(block, faults, verdict)])
    return JudgedRows(kept, refused, frozenset(block.cells), block.new_columns)


def _faults(block: CellBlock, feed: Feed, is_deletion: Bools) -> Iterator[Fault]:
    """In the order in which they count: the row as a whole, what is missing, then each column's values."""
    if block.has_control is not None:
        yield Fault("control_character", block.has_control)
    change = block.cells.get("change")
    if change is not None:
        is_known = pc.is_in(pc.utf8_lower(change), pa.array(CHANGES))
        yield Fault("bad_change", np.asarray(change.is_valid()) & ~np.asarray(is_known), "change")
    for field in feed.fields:
        if field.is_required and block.column(field.name).null_count:
            is_missing = np.asarray(block.column(field.name).is_null())
            is_due = True if field.name in feed.key else ~is_deletion
            yield Fault("missing_value", is_missing & is_due, field.name)
    for field in (*feed.fields, CHANGED_AT):
        if field.name in block.cells:
            for reason, rows in parse(field.kind, block.cells[field.name]).faults.items():
                yield Fault(reason, rows, field.name)


def _rows(block: CellBlock, feed: Feed, is_deletion: Bools) -> pa.Table:
    schema = received_schema(feed)
    columns = {
        "is_deletion": pa.array(is_deletion),
        "others": block.others,
        "row_number": pa.array(block.row_number),
    }
    return pa.Table.from_arrays([columns.get(name, block.column(name)) for name in schema.names], schema=schema)


def _refused(block: CellBlock, faults: list[Fault], verdict: npt.NDArray[np.int32]) -> RefusedRows:
    bad = np.flatnonzero(verdict)
    which = pa.array(verdict[bad] - 1)
    reasons = pa.array([fault.reason for fault in faults], pa.string())
    details = pa.array([fault.detail for fault in faults], pa.string())
    return refused_rows(block.row_number[bad], reasons.take(which), details.take(which), block.record_of(bad))
