"""What was refused, the commonest reasons of each table, and a few records of each, masked."""

from __future__ import annotations

from typing import Any

from powerlake.errors import TableMissing
from powerlake.report.data import Cell, Quarantine, QuarantineTable, Refusal, Sample
from powerlake.report.declared import columns_of, feed_of, refusing_tables
from powerlake.report.masking import CELLS_SHOWN, masked_record
from powerlake.report.queries import Query, records
from powerlake.tables.model import Table
from powerlake.tables.ops.waiting_rows import WAITING_ROWS

REASONS_SHOWN = 5
SAMPLES_SHOWN = 2
_ORIGIN = frozenset({"file", "file_sha256", "row_number", "batch", "ingested_at", "run_id", "month", "bucket"})
"""Columns that say where a row came from; the page says it beside the record."""


def read_quarantine(query: Query) -> Quarantine:
    """All quarantine tables together. Raises TableMissing where none holds a row."""
    found = [_table(query, name, refusing) for name, refusing in refusing_tables().items()]
    tables = sorted((table for table in found if table), key=lambda table: (-table.records, table.table))
    if not tables:
        raise TableMissing("quarantine.*")
    return Quarantine(
        records=sum(table.records for table in tables),
        settled=_settled(query),
        readings=sum(table.readings for table in tables),
        tables=tuple(tables),
    )


def _settled(query: Query) -> int:
    """Rows that waited and do so no longer; they stay in quarantine as what was refused at the time."""
    sql = f"select count(*) as settled from {WAITING_ROWS.name} where step < 0"
    try:
        return int(records(query, sql, WAITING_ROWS.name)[0]["settled"])
    except TableMissing:
        return 0


def _table(query: Query, name: str, refusing: Table) -> QuarantineTable | None:
    """What one quarantine table holds; a reason is a rule, so there are as many as there are rules."""
    sql = f"""
        select
            level, reason,
            count(*) as records,
            sum(readings)::bigint as readings,
            count(distinct file) as files,
            max_by(file, (quarantined_at, file)) as file,
            max_by(
                {{'file': file, 'row_number': row_number, 'detail': detail, 'record': record}},
                (quarantined_at, file, row_number, record), {SAMPLES_SHOWN}
            ) as samples
        from {name} group by level, reason order by records desc, readings desc, reason, level
    """
    try:
        found = records(query, sql, name)
    except TableMissing:
        return None
    feed = feed_of(refusing)
    return QuarantineTable(
        table=name,
        refused_by=refusing.name,
        feed=feed.path if feed else None,
        records=sum(row["records"] for row in found),
        readings=sum(row["readings"] for row in found),
        all_reasons=len(found),
        reasons=tuple(_refusal(row, refusing) for row in found[:REASONS_SHOWN]),
    )


def _refusal(row: dict[str, Any], refusing: Table) -> Refusal:
    return Refusal(**row | {"samples": tuple(_sample(one, refusing) for one in row["samples"])})


def _sample(one: dict[str, Any], refusing: Table) -> Sample:
    """The record masked, the column that `detail` is about in front, then the key."""
    cells = [cell for cell in masked_record(one["record"], columns_of(refusing.name)) if cell.column not in _ORIGIN]
    first = {f"column {cell.column}": cell for cell in cells}.get(one["detail"] or "")
    cells.sort(key=lambda cell: (cell is not first, cell.column not in refusing.key))
    return Sample(
        file=one["file"],
        row_number=one["row_number"],
        detail=one["detail"],
        cells=tuple[Cell, ...](cells[:CELLS_SHOWN]),
        left_out=max(0, len(cells) - CELLS_SHOWN),
    )
