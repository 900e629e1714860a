"""The form of a file, known by its first bytes: CSV, JSON lines or Parquet, and what is none of them."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from itertools import chain, dropwhile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from powerlake.landing.csv_rows import split_header
from powerlake.landing.json_lines import keys_of
from powerlake.landing.parquet_rows import PARQUET_MAGIC
from powerlake.landing.refusals import FileRefused
from powerlake.landing.text_file import Block, Limits, TextFile, open_text

FOREIGN_BYTES = {
    b"PK\x03\x04": "a zip archive, such as a spreadsheet",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"%PDF": "a PDF",
}
FOREIGN_TEXT = {b"<": "a page of HTML or XML", b"[": "one JSON array; JSON lines have an object a line"}
_BLANK = b" \t\n"


class Form(enum.Enum):
    """How rows are written in a file; gzip around text makes no difference."""

    PARQUET = "Parquet"
    CSV = "CSV"
    JSON_LINES = "JSON lines"


def form_of(path: Path) -> Form | None:
    """PARQUET, or None for text, of which `open_blocks` tells more. Raises FileRefused."""
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
    except OSError as error:
        raise FileRefused("not_readable", error.strerror or type(error).__name__) from error
    if start in FOREIGN_BYTES:
        raise FileRefused("wrong_format", FOREIGN_BYTES[start])
    return Form.PARQUET if start == PARQUET_MAGIC else None


def open_blocks(file: TextFile) -> tuple[Form, Iterator[Block]]:
    """CSV or JSON_LINES, and the blocks from the first that is not blank. Raises FileRefused."""
    blocks = dropwhile(lambda block: not block.data.strip(_BLANK), file.blocks())
    first = next(blocks, Block(b""))
    start = first.data.lstrip(_BLANK)[:1]
    if start in FOREIGN_TEXT:
        raise FileRefused("wrong_format", FOREIGN_TEXT[start])
    return Form.JSON_LINES if start == b"{" else Form.CSV, chain([first], blocks)


def header_of(path: Path, limits: Limits) -> tuple[str, ...]:
    """The names of a file's columns; of JSON lines the keys in its first block. Raises FileRefused."""
    if form_of(path) is Form.PARQUET:
        try:
            return tuple(pq.read_schema(path).names)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise FileRefused("damaged", f"Parquet: {type(error).__name__}") from error
    form, blocks = open_blocks(open_text(path, limits))
    if form is Form.JSON_LINES:
        return keys_of(next(blocks).data.decode().split("\n"))
    return split_header(blocks)[0]
