"""Tables as the bytes of files, the same bytes each time: CSV, JSON lines and Parquet, gzip, UTF-8 and GB18030."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from powerlake.tables.feeds.model import KEPT, Feed, Kind

TYPES = {
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.INSTANT: pa.timestamp("ms"),
}
DATE_FORMS = {
    "iso": ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S"),
    "slashes": ("%Y/%m/%d", "%Y/%m/%d %H:%M:%S"),
    "digits": ("%Y%m%d", "%Y%m%d%H%M%S"),
    "chinese": ("%Y年%m月%d日", "%Y年%m月%d日 %H:%M:%S"),
}
"""Form → how a file of text writes a date, and a date with a time."""
GZIP_LEVEL = 6


@dataclass(frozen=True)
class Form:
    """How a file is written: `kind` is csv, jsonl or parquet; the rest says nothing of Parquet."""

    kind: str = "csv"
    encoding: str = "utf-8"
    is_gzip: bool = False
    dates: str = "iso"

    @property
    def ending(self) -> str:
        return f".{self.kind}{'.gz' if self.is_gzip and self.kind != 'parquet' else ''}"


@dataclass(frozen=True)
class File:
    """A file to be: its path below the folder of the simulation, what it holds, and its rows."""

    path: str
    content: bytes
    rows: int


def conformed(feed: Feed, table: pa.Table) -> pa.Table:
    """The table with the columns of the contract in order and its types, columns that are absent left empty.

    Raises ValueError for a column the contract has not.
    """
    unknown = set(table.column_names) - {field.name for field in feed.fields} - set(KEPT)
    if unknown:
        raise ValueError(f"{feed.path} has no column {', '.join(sorted(unknown))}")
    types = {field.name: TYPES[field.kind] for field in feed.fields}
    types |= {name: type_ for name, type_ in zip(KEPT, (pa.string(), pa.timestamp("ms")), strict=True)
              if name in table.column_names}  # fmt: skip
    columns = [
        table[name].cast(type_, safe=False) if name in table.column_names else pa.nulls(len(table), type_)
        for name, type_ in types.items()
    ]
    return pa.table(columns, names=list(types))


def encoded(table: pa.Table, form: Form) -> bytes:
    """The bytes of a file that holds the table."""
    if form.kind == "parquet":
        return _parquet(table)
    texts = as_text(table, form.dates)
    content = (_json_lines(texts) if form.kind == "jsonl" else _csv(texts)).decode().encode(form.encoding)
    return gzip.compress(content, compresslevel=GZIP_LEVEL, mtime=0) if form.is_gzip else content


def as_text(table: pa.Table, dates: str) -> pa.Table:
    """Dates and times as local text, the other columns as they are."""
    day, instant = DATE_FORMS[dates]
    columns = []
    for column in table.columns:
        if pa.types.is_date(column.type):
            columns.append(pc.strftime(column, day))
        elif pa.types.is_timestamp(column.type):
            columns.append(pc.strftime(column.cast(pa.timestamp("s"), safe=False), instant))
        else:
            columns.append(column)
    return pa.table(columns, names=table.column_names)


def write_file(folder: Path, file: File) -> None:
    """Puts the file below the folder in one step; another try of the same task writes the same bytes."""
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    unfinished.write_bytes(file.content)
    unfinished.replace(target)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _csv(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(quoting_style="needed"))
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def _json_lines(table: pa.Table) -> bytes:
    frame = table.to_pandas(integer_object_nulls=True)
    text: str = frame.to_json(orient="records", lines=True, force_ascii=False, double_precision=15)
    return text.encode()
