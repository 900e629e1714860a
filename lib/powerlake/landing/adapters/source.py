"""Files of a public data set, each as a table of text columns."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from powerlake.errors import ConfigurationError
from powerlake.landing.refusals import FileRefused
from powerlake.landing.text_file import Limits, open_text

_REMEDY = "give the folder of the set as it is published"


def files_of(folder: Path, pattern: str) -> list[Path]:
    """Files of that pattern in the folder, by name. Raises ConfigurationError where there is none."""
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder", remedy=_REMEDY)
    found = sorted(path for path in folder.glob(pattern) if path.is_file())
    if not found:
        raise ConfigurationError(f"{folder} has no file {pattern}", remedy=_REMEDY)
    return found


def read(file: Path, *columns: str) -> pa.Table:
    """These columns of a CSV file, plain or gzip, UTF-8 or GB18030, as text; an empty cell is an empty text.

    Raises ConfigurationError where the file is damaged or lacks a column.
    """
    try:
        data = b"".join(block.data for block in open_text(file, Limits()).blocks())
        names = data.partition(b"\n")[0].decode()
        return csv.read_csv(io.BytesIO(data), convert_options=_as_text(columns))
    except FileRefused as error:
        raise ConfigurationError(f"{file} cannot be read: {error.reason}", remedy=_REMEDY) from error
    except KeyError as error:
        wanted = ", ".join(columns)
        raise ConfigurationError(
            f"{file} has the columns {names[:200]}, not all of {wanted}", remedy=_REMEDY
        ) from error
    except pa.ArrowInvalid as error:
        raise ConfigurationError(f"{file} is no table: {str(error)[:200]}", remedy=_REMEDY) from error


def first(folder: Path, name: str, *columns: str) -> pa.Table:
    """`read` of the one file of that name in the folder."""
    return read(files_of(folder, name)[0], *columns)


def _as_text(columns: tuple[str, ...]) -> csv.ConvertOptions:
    types = dict.fromkeys(columns, pa.string())
    return csv.ConvertOptions(column_types=types, include_columns=list(columns), strings_can_be_null=False)
