"""What departments delivered and what was refused of it."""

from __future__ import annotations

from powerlake.errors import TableMissing
from powerlake.report.data import Ledger, LedgerFile, LedgerTotal, Quarantine, Refusal
from powerlake.report.queries import Query, records
from powerlake.tables import TABLES

REASONS_SHOWN = 20
FILES_SHOWN = 20
_LEDGER = "ops.landing_files"
_OUTCOMES = "case outcome when 'rejected' then 0 when 'duplicate' then 1 else 2 end"


def read_quarantine(query: Query) -> Quarantine:
    """All quarantine tables together. Raises TableMissing where none holds a row."""
    tables = sorted(name for name, table in TABLES.items() if table.layer == "quarantine")
    refusals = [refusal for table in tables for refusal in _refusals(query, table)]
    if not refusals:
        raise TableMissing("quarantine.*")
    worst_first = sorted(refusals, key=lambda refusal: (-refusal.readings, -refusal.records, refusal.reason))
    return Quarantine(
        records=sum(refusal.records for refusal in refusals),
        readings=sum(refusal.readings for refusal in refusals),
        reasons=tuple(worst_first[:REASONS_SHOWN]),
    )


def _refusals(query: Query, table: str) -> tuple[Refusal, ...]:
    """The reasons in one quarantine table: a rule each, so as many as there are rules."""
    sql = f"""
        select
            '{table}' as "table", level, reason,
            count(*) as records,
            sum(readings)::bigint as readings,
            count(distinct file) as files,
            max_by(file, (quarantined_at, file)) as file
        from {table} group by level, reason
    """
    try:
        return tuple(Refusal(**refusal) for refusal in records(query, sql, table))
    except TableMissing:
        return ()


def read_ledger(query: Query) -> Ledger:
    """Totals by outcome, and the latest files: newest ingestion first, in it the rejected, then the duplicates."""
    totals = f"""
        select
            outcome,
            count(*) as files,
            sum(bytes)::bigint as bytes,
            sum(rows_received)::bigint as rows_received,
            sum(rows_kept)::bigint as rows_kept,
            sum(rows_quarantined)::bigint as rows_quarantined,
            sum(readings)::bigint as readings
        from {_LEDGER} group by outcome order by {_OUTCOMES} desc
    """
    latest = f"""
        select file, outcome, reason, bytes, rows_received, rows_kept, rows_quarantined, readings, batch, seen_at
        from {_LEDGER} order by seen_at desc, batch desc, {_OUTCOMES}, file limit {FILES_SHOWN}
    """
    return Ledger(
        totals=tuple(LedgerTotal(**total) for total in records(query, totals, _LEDGER)),
        latest=tuple(LedgerFile(**file) for file in records(query, latest, _LEDGER)),
    )
