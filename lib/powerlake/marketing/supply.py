"""Who is supplied through which meter, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

Frames = Mapping[str, DataFrame]
"""Frames by table name; a table that holds nothing is not in it."""


def supplies(frames: Frames, as_of: date) -> DataFrame:
    """customer_id, meter_id, multiplier, from_date, to_date (both within): a row a contract's time at a meter.

    Nothing is known of what comes after `as_of`. Where marketing delivers no contracts, a customer is supplied at the
    point of its own number; where metering delivers no meters, a point's meter has the point's number: so do public
    sets.
    """
    held, installed = _held_points(frames, as_of), _installed_meters(frames, as_of)
    if installed is None:
        return held.withColumnRenamed("point_id", "meter_id").withColumn("multiplier", F.lit(1.0))
    from_date = F.greatest("start_date", "installed_date")
    to_date = F.least("end_date", "removed_date")
    return (
        held.withColumnsRenamed({"from_date": "start_date", "to_date": "end_date"})
        .join(installed, "point_id", how="inner")
        .select("customer_id", "meter_id", "multiplier", from_date.alias("from_date"), to_date.alias("to_date"))
        .where(F.col("from_date") <= F.col("to_date"))
    )


def main_meters(supplied: DataFrame, as_of: date) -> DataFrame:
    """customer_id, meter_id: the meter that stands for a customer on `as_of`, the lowest number of several."""
    holds = F.lit(as_of).between(F.col("from_date"), F.col("to_date"))
    return supplied.where(holds).groupBy("customer_id").agg(F.min("meter_id").alias("meter_id"))


def _held_points(frames: Frames, as_of: date) -> DataFrame:
    """customer_id, point_id, from_date, to_date, from contracts or else from the customers themselves."""
    contracts = frames.get("silver.contracts")
    if contracts is not None:
        held = contracts.withColumn("last_date", _last_date())
        return _until(held, as_of, "start_date", "last_date", "customer_id", "point_id")
    customers = frames["silver.customers"].withColumn("point_id", F.col("customer_id"))
    return _until(customers, as_of, "opened_date", "closed_date", "customer_id", "point_id")


def _last_date() -> Column:
    """Last day of a contract: who takes over a point on the day that another leaves has that day."""
    taken_over = F.lead("start_date").over(Window.partitionBy("point_id").orderBy("start_date"))
    return F.when(taken_over == F.col("end_date"), F.date_sub("end_date", 1)).otherwise(F.col("end_date"))


def _installed_meters(frames: Frames, as_of: date) -> DataFrame | None:
    """point_id, meter_id, multiplier, installed_date, removed_date (last whole day); None without meters."""
    meters = frames.get("silver.meters")
    if meters is None:
        return None
    stands = meters.withColumn("last_date", F.date_sub("removed_date", 1)).withColumn(
        "multiplier", F.coalesce("multiplier", F.lit(1.0))
    )
    return _until(
        stands, as_of, "installed_date", "last_date", "point_id", "meter_id", "multiplier"
    ).withColumnsRenamed({"from_date": "installed_date", "to_date": "removed_date"})


def _until(frame: DataFrame, as_of: date, first: str, last: str, *columns: str) -> DataFrame:
    """The rows that had begun by `as_of`: columns, from_date and to_date, the latter at most `as_of`."""
    to_date = F.least(F.coalesce(last, F.lit(as_of)), F.lit(as_of))
    return frame.where(F.col(first) <= F.lit(as_of)).select(
        *columns, F.col(first).alias("from_date"), to_date.alias("to_date")
    )
