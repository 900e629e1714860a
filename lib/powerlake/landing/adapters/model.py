"""What an adapter is: a public data set's folder on one side, tables in the contract's form on the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

TRUTH = "truth"
"""Stands for a feed where a piece is what a model is to find, which no department would deliver."""


@dataclass(frozen=True)
class Piece:
    """One file to write: `rows` of the feed `feed` (department/name, or TRUTH) under the name `file`.

    Columns are named as in the contract. Times are text with a UTC offset, dates ISO text or dates.
    """

    feed: str
    file: str
    rows: pa.Table


@dataclass(frozen=True)
class Adapter:
    """How one public data set is put into the contract's form.

    `files` are patterns of file names, each of which the set's folder must have; `pieces` reads the folder, a file
    at a time, and may raise ConfigurationError where a file is not what the set's is. `clock` is the zone whose dates
    the set's days are, which a lake of it needs as its `utility_clock`.
    """

    name: str
    what: str
    files: tuple[str, ...]
    pieces: Callable[[Path], Iterator[Piece]]
    clock: str
