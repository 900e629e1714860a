"""One landing file into bronze.load_curves_raw, its refused rows into quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.landing.discover import LandingFile
from powerlake.landing.load_curves import Parsed, read_load_curves
from powerlake.landing.refusals import Delivery
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.quarantine import quarantine_of


@dataclass(frozen=True)
class IngestTask:
    """A file to take in: where it lies, and what its rows carry."""

    home: Path
    path: Path
    delivery: Delivery

    @classmethod
    def of(cls, file: LandingFile, home: Path, stamp: Stamp, bucket_count: int) -> IngestTask:
        """The task of one landing file."""
        delivery = Delivery(file.file, file.sha256, stamp.batch, stamp.at, stamp.run_id, bucket_count)
        return cls(home, file.path, delivery)


@dataclass(frozen=True)
class Ingested:
    """What became of a file, or of a part of it: what was staged, and its rows and readings counted."""

    staged: Staged
    rows_received: int
    rows_kept: int
    rows_quarantined: int
    readings: int
    rejected: str | None = None
    new_columns: tuple[str, ...] = ()
    missing_columns: tuple[str, ...] = ()


def ingest_file(task: IngestTask) -> Ingested:
    """Read, stage and count one file. A file refused as a whole leaves nothing in bronze."""
    return whole_file([_ingest_part(task, part) for part in read_load_curves(task.path, task.delivery)])


def whole_file(parts: Sequence[Ingested]) -> Ingested:
    """A file from its parts. One refused as a whole keeps the last of them, which says so."""
    rejected = next((part.rejected for part in parts if part.rejected), None)
    if rejected:
        parts = parts[-1:]  # what was staged before the damage was met is never published
    return Ingested(
        combine(part.staged for part in parts),
        sum(part.rows_received for part in parts),
        sum(part.rows_kept for part in parts),
        sum(part.rows_quarantined for part in parts),
        sum(part.readings for part in parts),
        rejected,
        () if rejected else tuple(dict.fromkeys(name for part in parts for name in part.new_columns)),
        () if rejected else tuple(name for name in parts[0].missing_columns if _misses_all(parts, name)),
    )


def _misses_all(parts: Sequence[Ingested], name: str) -> bool:
    return all(name in part.missing_columns for part in parts)


def _ingest_part(task: IngestTask, part: Parsed) -> Ingested:
    stamp = Stamp(task.delivery.run_id, task.delivery.batch, task.delivery.ingested_at)
    staged = combine(
        stage_rows(table, task.home, rows, stamp)
        for table, rows in ((LOAD_CURVES_RAW, part.rows), (quarantine_of(LOAD_CURVES_RAW), part.refused))
    )
    readings = pc.sum(part.rows["readings"]).as_py() or 0
    return Ingested(staged, part.rows_received, part.rows_kept, part.rows_refused, readings, part.rejected)
