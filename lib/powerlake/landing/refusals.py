"""Why a file or a row is refused, and the quarantine rows that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from powerlake.errors import PowerlakeError
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.model import Table
from powerlake.tables.quarantine import quarantine_of

FILE_REASONS: dict[str, str] = {
    "empty_file": "no byte, or a header without rows",
    "wrong_header": "the header fits no layout, or more than one",
    "duplicate_columns": "a column name appears twice",
    "wrong_type": "a Parquet column has a type that cannot hold what it should",
    "bad_encoding": "neither UTF-8 nor GB18030",
    "damaged": "gzip or Parquet cut short or altered; the whole file is refused, for the sender will send it again",
    "too_large": "decodes to more than the limit",
    "line_too_long": "a line longer than the limit",
    "not_readable": "the system does not let us read it",
}
ROW_REASONS: dict[str, str] = {
    "wrong_cell_count": "more or fewer cells than the header, or a quote that never ends",
    "control_character": "a NUL or a unit separator in the row",
    "cut_line": "last line of the file, without a line end: it may have been cut within the value",
    "missing_meter": "no meter number",
    "bad_time": "the time or date is in no form of this file, or no such instant",
    "date_out_of_range": "a date no reading of ours can have",
    "empty_value": "no value (of a wide row: none at all)",
    "not_a_number": "a value that is no decimal number",
    "not_finite": "NaN, infinity, or beyond a double",
}
FEED_FILE_REASONS: dict[str, str] = {
    "empty_file": "no byte, or a header without rows",
    "wrong_format": "no CSV, JSON lines or Parquet: a web page, a spreadsheet, one JSON array",
    "wrong_header": "the first line is no list of names",
    "missing_column": "a required column is not in the file",
    "too_many_columns": "more columns than the limit",
    **{
        reason: FILE_REASONS[reason]
        for reason in (
            "duplicate_columns",
            "wrong_type",
            "bad_encoding",
            "damaged",
            "too_large",
            "line_too_long",
            "not_readable",
        )
    },
}
"""Why a file of a feed other than load_curves is refused."""
FEED_ROW_REASONS: dict[str, str] = {
    "wrong_cell_count": ROW_REASONS["wrong_cell_count"],
    "bad_json": "the line is no JSON object, has a key twice, or text that is no Unicode",
    "control_character": ROW_REASONS["control_character"],
    "bad_change": "`change` says something else than insert, update, upsert or delete",
    "missing_value": "a required column is empty",
    "bad_number": "no number, or no whole one where one is due",
    "not_finite": ROW_REASONS["not_finite"],
    "bad_date": "no date with the year first, or none that the calendar has",
    "bad_instant": "no date and time with the year first, or none that the calendar and the clock have",
    "date_out_of_range": "a date before 1900 or after 2100",
    "bad_boolean": "neither yes nor no",
    "cut_line": "last line of the file, without a line end: it may have been cut within its last cell",
}
"""Why a row of such a feed is refused; where several hold, `feed_judge` says which counts."""


class FileRefused(PowerlakeError):
    """The whole file goes to quarantine. `rows` are its data rows as far as they could be counted."""

    def __init__(self, reason: str, detail: str, rows: int = 0) -> None:
        super().__init__(f"file refused, {reason}: {detail}", reason=reason, detail=detail, rows=rows)
        self.reason = reason
        self.detail = detail
        self.rows = rows


@dataclass(frozen=True)
class Delivery:
    """One file's place in the ingestion: what every row of it carries.

    `file` is the path below landing/, `bucket_count` the lake's number of meter buckets.
    """

    file: str
    file_sha256: str
    batch: int
    ingested_at: datetime
    run_id: str
    bucket_count: int


@dataclass(frozen=True)
class RefusedRows:
    """Rows refused from one block, parallel in all five: number, reason, detail, text and readings they stand for."""

    row_number: pa.Array
    reason: pa.Array
    detail: pa.Array
    record: pa.Array
    readings: pa.Array

    def __len__(self) -> int:
        return len(self.row_number)


def schema_of(table: Table) -> pa.Schema:
    """The Arrow schema of a declared table."""
    return pa.schema([pa.field(column.name, column.type, column.nullable) for column in table.columns])


QUARANTINE_SCHEMA = schema_of(quarantine_of(LOAD_CURVES_RAW))


def quarantine_of_rows(blocks: Sequence[RefusedRows], delivery: Delivery) -> pa.Table:
    """One quarantine row per refused row, in the order of the file."""
    parts = [quarantine("row", block, delivery) for block in blocks if len(block)]
    return pa.concat_tables(parts) if parts else QUARANTINE_SCHEMA.empty_table()


def quarantine_of_file(refusal: FileRefused, delivery: Delivery) -> pa.Table:
    """One quarantine row for the whole file."""
    return quarantine("file", refused_file(refusal), delivery)


def refused_file(refusal: FileRefused) -> RefusedRows:
    """The whole file as one entry. Its readings are the rows counted: a row has one at least."""
    return RefusedRows(
        row_number=pa.nulls(1, pa.int64()),
        reason=pa.array([refusal.reason]),
        detail=pa.array([refusal.detail]),
        record=pa.nulls(1, pa.string()),
        readings=pa.array([refusal.rows], pa.int64()),
    )


def quarantine(level: str, refused: RefusedRows, delivery: Delivery) -> pa.Table:
    """Refused rows as rows of a quarantine table; every table's quarantine has the same columns."""
    constants = {
        "level": level,
        "file": delivery.file,
        "batch": delivery.batch,
        "quarantined_at": delivery.ingested_at,
        "run_id": delivery.run_id,
    }
    arrays = [
        pa.repeat(pa.scalar(constants[field.name], field.type), len(refused))
        if field.name in constants
        else getattr(refused, field.name).cast(field.type)
        for field in QUARANTINE_SCHEMA
    ]
    return pa.Table.from_arrays(arrays, schema=QUARANTINE_SCHEMA)
