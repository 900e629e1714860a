"""Spark frames of a simulated folder's feeds, for suites whose production code is Spark's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from powerlake.lake.session import open_session
from powerlake.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@contextmanager
def frames(settings: Settings, tables: Mapping[str, pa.Table]) -> Iterator[dict[str, DataFrame]]:
    """The tables as frames of the one session, by name, for as long as the context lasts."""
    session = open_session(settings.spark)
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in tables.items():
            pq.write_table(rows, Path(folder) / f"{name}.parquet")
        yield {name: session.read.parquet(str(Path(folder) / f"{name}.parquet")) for name in tables}
