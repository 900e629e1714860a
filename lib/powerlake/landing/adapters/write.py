"""A public data set written in the contract's form."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from pyarrow import csv

from powerlake.errors import ConfigurationError
from powerlake.landing.adapters.model import TRUTH, Adapter, Piece
from powerlake.landing.adapters.source import files_of

GZIP_LEVEL = 1
"""Half a second for two million readings, where 9 takes twelve."""


@dataclass(frozen=True)
class Adapted:
    """What was written: files below `out`, and rows by feed (department/name, or `truth`); the set's clock."""

    files: tuple[Path, ...]
    rows: dict[str, int]
    clock: str


def write_adapted(adapter: Adapter, source: Path, out: Path) -> Adapted:
    """Write the set in `source` to `out`/landing/<department>/<feed>/ and what is to be found to `out`/truth/.

    The same source gives the same bytes under the same names, each in place at once; a piece without rows is no
    file. Raises ConfigurationError where the folder is not the set's, before anything is written for files that are
    missing.
    """
    for pattern in adapter.files:
        files_of(source, pattern)
    files: list[Path] = []
    rows: Counter[str] = Counter()
    for piece in (piece for piece in adapter.pieces(source) if len(piece.rows)):
        files.append(_write(piece, out))
        rows[piece.feed] += len(piece.rows)
    return Adapted(tuple(files), dict(rows), adapter.clock)


def _write(piece: Piece, out: Path) -> Path:
    folder = out / TRUTH if piece.feed == TRUTH else out / "landing" / piece.feed
    unfinished = folder / f".{piece.file}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _opened(unfinished, piece.file.endswith(".gz")) as stream:
            csv.write_csv(piece.rows, stream, csv.WriteOptions(quoting_style="needed"))
        return unfinished.replace(folder / piece.file)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        raise ConfigurationError(
            f"{folder} cannot be written: {error.strerror}", remedy="give another folder with --out"
        ) from error


@contextmanager
def _opened(file: Path, is_gzip: bool) -> Iterator[IO[bytes]]:
    """The file to write to; gzip fast and without name or time, so that equal tables give equal bytes."""
    with file.open("wb") as plain:
        if is_gzip:
            with gzip.GzipFile("", "wb", compresslevel=GZIP_LEVEL, fileobj=plain, mtime=0) as stream:
                yield cast("IO[bytes]", stream)
        else:
            yield plain
