"""What departments delivered, file by file."""

from __future__ import annotations

from powerlake.report.data import Ledger, LedgerFile, LedgerTotal
from powerlake.report.queries import Query, records

FILES_SHOWN = 20
_LEDGER = "ops.landing_files"
_OUTCOMES = "case outcome when 'rejected' then 0 when 'duplicate' then 1 else 2 end"


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
