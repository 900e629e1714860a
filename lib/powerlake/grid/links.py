"""Who hangs on whom: spans of the supply tree, and rows brought to what feeds them on their day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from powerlake.months import FOREVER


def spans(topology: DataFrame, child: str, parent: str) -> DataFrame:
    """`<child>_id`, `<parent>_id`, `link_from_date`, `link_to_date` (both included) of silver.topology's links."""
    of_kinds = (F.col("child_kind") == child) & (F.col("parent_kind") == parent)
    return topology.where(of_kinds).select(
        F.col("child_id").alias(f"{child}_id"),
        F.col("parent_id").alias(f"{parent}_id"),
        F.col("valid_from_date").alias("link_from_date"),
        F.coalesce("valid_to_date", F.lit(FOREVER)).alias("link_to_date"),
    )


def on_the_day(rows: DataFrame, links: DataFrame, child: str) -> DataFrame:
    """Rows of a child and `date`, with the parent of that day; those that hang nowhere then are left out."""
    child_id = f"{child}_id"
    held = rows[child_id].eqNullSafe(links[child_id]) & rows["date"].between(
        links["link_from_date"], links["link_to_date"]
    )
    return rows.join(links, held, how="inner").drop(links[child_id], links["link_from_date"], links["link_to_date"])


def holds(as_of: date, first: str, last: str) -> Column:
    """Whether a row whose first and last day are in those columns holds on `as_of`."""
    return (F.col(first) <= F.lit(as_of)) & (F.coalesce(F.col(last), F.lit(FOREVER)) >= F.lit(as_of))
