"""Rows of ops.landing_files, and of quarantine for paths that were not opened, after an ingestion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.lake.staging import Stamp
from powerlake.landing.discover import LandingFile
from powerlake.landing.ledger import NO_CONTENT, Sorted
from powerlake.shards.ingest import Ingested
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.derive import arrow_schema
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of

_NOTHING = {"rows_received": 0, "rows_kept": 0, "rows_quarantined": 0, "readings": 0}


def ledger_rows(found: Sorted, ingested: Sequence[Ingested], feed: str, stamp: Stamp) -> pa.Table:
    """One row for each file of `found`; `ingested` are the results of `found.new`, in order."""
    rows = [_of_file(file) | _outcome(result) for file, result in zip(found.new, ingested, strict=True)]
    rows += [_of_file(file) | _NOTHING | {"outcome": "duplicate"} for file in found.duplicates]
    rows += [
        {"file": path.file, "file_sha256": NO_CONTENT, "bytes": 0, "modified_at": stamp.at}
        | _NOTHING
        | {"outcome": "rejected", "reason": path.reason}
        for path in found.refused
    ]
    common = {"feed": feed, "batch": stamp.batch, "seen_at": stamp.at, "run_id": stamp.run_id}
    return pa.Table.from_pylist([row | common for row in rows], arrow_schema(LANDING_FILES))


def refused_paths(found: Sorted, stamp: Stamp) -> pa.Table:
    """Quarantine rows of the paths that were refused before they were opened."""
    rows = [
        {
            "level": "file",
            "reason": path.reason,
            "file": path.file,
            "readings": 0,
            "batch": stamp.batch,
            "quarantined_at": stamp.at,
            "run_id": stamp.run_id,
        }
        for path in found.refused
    ]
    return pa.Table.from_pylist(rows, arrow_schema(quarantine_of(LOAD_CURVES_RAW)))


def counted(rows: pa.Table) -> dict[str, int]:
    """An ingestion in numbers: files by outcome, and rows, of which received = kept + quarantined."""
    outcomes = Counter(f"files_{outcome}" for outcome in rows["outcome"].to_pylist())
    names = ("rows_received", "rows_kept", "rows_quarantined", "readings")
    return {**outcomes, **{name: pc.sum(rows[name]).as_py() or 0 for name in names}}


def _of_file(file: LandingFile) -> dict[str, Any]:
    return {"file": file.file, "file_sha256": file.sha256, "bytes": file.size, "modified_at": file.modified_at}


def _outcome(result: Ingested) -> dict[str, Any]:
    return {
        "outcome": "rejected" if result.rejected else "taken",
        "reason": result.rejected,
        "rows_received": result.rows_received,
        "rows_kept": result.rows_kept,
        "rows_quarantined": result.rows_quarantined,
        "readings": result.readings,
        "new_columns": list(result.new_columns) or None,
        "missing_columns": list(result.missing_columns) or None,
    }
