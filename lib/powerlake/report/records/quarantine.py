"""What was refused, by table and reason."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.report.records.masked import Cell


@dataclass(frozen=True)
class Sample:
    """One refused record, masked; `left_out` cells are not shown."""

    file: str | None
    row_number: int | None
    detail: str | None
    cells: tuple[Cell, ...]
    left_out: int


@dataclass(frozen=True)
class Refusal:
    """What one quarantine table holds for one reason; `file` is the latest file it came from."""

    level: str
    reason: str
    records: int
    readings: int
    files: int
    file: str | None
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class QuarantineTable:
    """What one quarantine table holds. `refused_by` is the table that refused it; `feed` the feed, where it is one's.

    `reasons` come with the commonest first and may be cut to the first of `all_reasons`; the totals are not.
    """

    table: str
    refused_by: str
    feed: str | None
    records: int
    readings: int
    all_reasons: int
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True)
class Quarantine:
    """All that was refused, the table with most records first.

    `settled` of the records waited for what they refer to and do so no longer.
    """

    records: int
    settled: int
    readings: int
    tables: tuple[QuarantineTable, ...]
