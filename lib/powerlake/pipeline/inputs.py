"""What a job that takes whatever is there reads: the tables that hold something, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from powerlake.pipeline.context import JobContext
from powerlake.tables.model import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def present(ctx: JobContext, tables: Iterable[Table]) -> dict[str, DataFrame]:
    """Frames by name of those tables that have a row; a table that is there but empty is as one that is not."""
    return {one.name: ctx.read(one) for one in tables if ctx.files(one)}
