"""Rows of bronze as rows of silver, each still by itself; those that cannot be one, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.cells import Bools, Cells, cells_of
from powerlake.conformed.units import UNIT, rescaled
from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds.model import Feed, Kind
from powerlake.tables.silver.of_feed import local_date_of, silver_of

MISSING, REVERSED = "missing_value", "period_reversed"
REASON = "reason"
ORIGIN = pa.schema(
    [
        ("file", pa.string()),
        ("row_number", pa.int32()),
        ("file_sha256", pa.string()),
        ("bronze_file", pa.string()),
        ("is_deletion", pa.bool_()),
        (REASON, pa.string()),
        ("was_waiting", pa.bool_()),
    ]
)
"""What a typed row carries beside silver's columns. `reason` is why it may not stand yet, null where it may;
`was_waiting` says that an earlier run had it wait, `bronze_file` where it is."""

_DELETION = "is_deletion"
_PLACE = ("file", "row_number", "batch")
_LATER = ("run_id", "is_current")
"""Columns of silver that the row itself does not say."""


@dataclass(frozen=True)
class Typed:
    """Typed rows, of `typed_schema(feed)`, and the refused ones.

    `refused` has file, row_number, batch, reason, detail and record, a struct of its cells as received. `unknown`
    counts codes beyond the contract, by column and code.
    """

    rows: pa.Table
    refused: pa.Table
    unknown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def typed_schema(feed: Feed) -> pa.Schema:
    """Silver's columns as far as a row says them itself, all nullable, and ORIGIN."""
    own = [item.with_nullable(True) for item in arrow_schema(silver_of(feed)) if item.name not in _LATER]
    return pa.schema([*own, *ORIGIN])


def bronze_columns(feed: Feed) -> tuple[str, ...]:
    """What is read of bronze: no column that names a person."""
    pseudonyms = (pseudonym_of(item) for item in feed.direct if item.is_join_key)
    return (*(item.name for item in feed.fields if not item.is_direct), *pseudonyms, *_PLACE, "file_sha256", _DELETION)


def typed(feed: Feed, rows: pa.Table, timezone: str, aliases: Mapping[str, Mapping[str, str]]) -> Typed:
    """Bronze rows (`bronze_columns`), typed.

    `timezone` is the clock of times without an offset; `aliases` maps feed.column → code → the contract's code.

    A row is refused for the first cell at fault. A deletion needs its key alone. `bronze_file` and `was_waiting` are
    kept of rows that say them.
    """
    columns: dict[str, pa.Array] = {name: rows[name].combine_chunks() for name in rows.column_names}
    cells = {
        item.name: cells_of(item, columns[item.name], timezone, aliases.get(f"{feed.name}.{item.name}", {}))
        for item in feed.fields
        if not item.is_direct
    }
    made = {name: column for one in cells.values() for name, column in one.columns.items()}
    made |= {pseudonym_of(item): columns[pseudonym_of(item)] for item in feed.direct if item.is_join_key}
    edits = {f"{rule}:{name}": changed for name, one in cells.items() for rule, changed in one.edits.items()}
    for name, (values, changed) in rescaled(feed.path, made).items():
        made[name], edits[f"{UNIT}:{name}"] = values, changed
    made |= {"edits": named_rows(edits, len(rows)), "batch": columns["batch"]}
    if feed.month_of:
        made["month"] = pc.strftime(made[_date_column(feed)], "%Y-%m")
    made |= {name: columns[name] for name in ("file", "row_number", "file_sha256", _DELETION)}
    made[REASON] = nothing = pa.nulls(len(rows), pa.string())
    made["bronze_file"] = columns.get("bronze_file", nothing)
    made["was_waiting"] = columns.get("was_waiting", pa.repeat(pa.scalar(False), len(rows)))
    schema = typed_schema(feed)
    table = pa.table([made[name].cast(schema.field(name).type) for name in schema.names], schema=schema)
    reason, detail = _first_fault(feed, cells, columns, made)
    unknown = {name: one.unknown for name, one in cells.items() if one.unknown}
    return Typed(table.filter(pc.is_null(reason)), _refused(rows, reason, detail), unknown)


def named_rows(rules: Mapping[str, Bools], count: int) -> pa.Array:
    """(count,) the names of the rules that hold of each row; null where none does."""
    held = np.array(list(rules.values()) or np.zeros((0, count)), np.bool_).T
    row, rule = np.nonzero(held)
    counts = np.bincount(row, minlength=count)
    starts = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), mask=np.append(counts == 0, False))
    return pa.ListArray.from_arrays(starts, pa.array(list(rules), pa.string()).take(pa.array(rule)))


def _date_column(feed: Feed) -> str:
    item = feed.field(feed.month_of)
    return local_date_of(item) if item.kind is Kind.INSTANT else item.name


def _first_fault(
    feed: Feed, cells: Mapping[str, Cells], columns: Mapping[str, pa.Array], made: Mapping[str, pa.Array]
) -> tuple[pa.Array, pa.Array]:
    """The reason why a row is refused and the column it is about; null where it is not."""
    count = len(columns["row_number"])
    is_row = ~np.asarray(pc.fill_null(columns[_DELETION], False))
    reason, detail = np.full(count, None, object), np.full(count, None, object)
    found = [(why, name, rows) for name, one in cells.items() for why, rows in one.faults.items()]
    for item in feed.fields:
        if item.is_required and item.name in cells:
            needed = is_row if item.name not in feed.key else np.ones(count, np.bool_)
            found.append((MISSING, item.name, needed & ~np.asarray(made[item.name].is_valid())))
    if feed.period:
        first, last = (made[name] for name in feed.period)
        found.append((REVERSED, feed.period[1], np.asarray(pc.fill_null(pc.less(last, first), False))))
    for why, name, rows in reversed(found):
        reason[rows], detail[rows] = why, f"column {name}"
    return pa.array(reason, pa.string()), pa.array(detail, pa.string())


def _refused(rows: pa.Table, reason: pa.Array, detail: pa.Array) -> pa.Table:
    """The rows that have a reason, their cells as received in one struct."""
    is_bad = pc.is_valid(reason)
    bad = rows.filter(is_bad)
    cells = bad.select([name for name in bad.column_names if name not in _PLACE])
    return pa.table(
        {
            **{name: bad[name] for name in _PLACE},
            REASON: reason.filter(is_bad),
            "detail": detail.filter(is_bad),
            "record": cells.to_struct_array(),
        }
    )
