"""Load-curve files, read: each data row ends in bronze or in quarantine, none twice and none lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from powerlake.landing.csv_rows import open_csv
from powerlake.landing.layouts import Columns
from powerlake.landing.meter_days import BRONZE_SCHEMA, bronze_rows
from powerlake.landing.parquet_rows import PARQUET_MAGIC, open_parquet
from powerlake.landing.refusals import Delivery, FileRefused, quarantine_of_file, quarantine_of_rows
from powerlake.landing.rows import SortedRows, join
from powerlake.landing.text_file import Limits, open_text

DEFAULT_LIMITS = Limits()
_BYTES_PER_ROW = 40
"""What a kept row of one value takes in a RowBlock, beside its extra columns."""


@dataclass(frozen=True)
class Parsed:
    """A part of a file, or all of it.

    `rows` has the schema of bronze.load_curves_raw and `refused` that of its quarantine; of the `rows_received`
    data rows, `rows_kept` are in `rows`. `rejected` is the reason where the file is refused as a whole.
    """

    rows: pa.Table
    refused: pa.Table
    rows_received: int
    rows_kept: int
    rejected: str | None = None

    @property
    def rows_refused(self) -> int:
        """Data rows in quarantine, those of a file refused as a whole included."""
        return self.rows_received - self.rows_kept


def read_load_curves(path: Path, delivery: Delivery, limits: Limits = DEFAULT_LIMITS) -> Iterator[Parsed]:
    """Read one load-curve file: CSV (plain or gzip) or Parquet, in any layout of `layouts`.

    Gives one `Parsed` for a file within `limits.held_bytes`, else several. A bad file is never an exception: it gives
    one `Parsed` with one quarantine row of level `file`, and nothing in bronze.
    """
    try:
        columns, blocks = _open(path, limits)
        yield from _parts(columns, blocks, delivery, limits)
    except FileRefused as refusal:
        yield Parsed(
            BRONZE_SCHEMA.empty_table(),
            quarantine_of_file(refusal, delivery),
            rows_received=refusal.rows,
            rows_kept=0,
            rejected=refusal.reason,
        )


def _open(path: Path, limits: Limits) -> tuple[Columns, Iterator[SortedRows]]:
    try:
        with path.open("rb") as stream:
            is_parquet = stream.read(len(PARQUET_MAGIC)) == PARQUET_MAGIC
    except OSError as error:
        raise FileRefused("not_readable", error.strerror or type(error).__name__) from error
    return open_parquet(path, limits) if is_parquet else open_csv(open_text(path, limits))


def _parts(columns: Columns, blocks: Iterator[SortedRows], delivery: Delivery, limits: Limits) -> Iterator[Parsed]:
    """Blocks gathered until they fill the limit, so that a meter-day is cut as seldom as memory allows."""
    waiting: list[SortedRows] = []
    size, received = 0, 0
    for block in blocks:
        waiting.append(block)
        received += block.received
        size += _size(block)
        if size > limits.held_bytes:
            yield _parsed(waiting, columns, delivery)
            waiting, size = [], 0
    if not received:
        raise FileRefused("empty_file", "a header without rows")
    if waiting:
        yield _parsed(waiting, columns, delivery)


def _size(block: SortedRows) -> int:
    """Bytes a block holds, about."""
    kept = sum(column.nbytes for column in block.kept.others.values()) + block.kept.kwh.nbytes
    refused = sum(part.record.nbytes for part in block.refused)
    return int(kept + len(block.kept) * _BYTES_PER_ROW + refused)


def _parsed(blocks: list[SortedRows], columns: Columns, delivery: Delivery) -> Parsed:
    kept = join([block.kept for block in blocks])
    return Parsed(
        bronze_rows(kept, columns, delivery),
        quarantine_of_rows([part for block in blocks for part in block.refused], delivery),
        rows_received=sum(block.received for block in blocks),
        rows_kept=len(kept),
    )
