"""gold.customer_days and gold.customer_months: what customers took, from what their meters counted. Frames in, out."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.supply import Frames, supplies
from powerlake.months import FOREVER

LEAST_KNOWN_SHARE = 0.75
"""Share of a day's points that must be known for the day's use to be reckoned; the rest is taken to be like them."""
DIGITS = 6
"""Of what is added up: sums come out the same in whatever order their parts arrive."""


def customer_days(features: DataFrame, frames: Frames) -> DataFrame:
    """Rows of gold.customer_days, less the run, of the days of `features` (gold.daily_load_features).

    `frames` say who was supplied through which meter: see `supply.supplies`.
    """
    kwh = F.col("energy_kwh") * F.col("multiplier") / F.col("known_share")
    return (
        features.where((F.col("known_share") >= LEAST_KNOWN_SHARE) & F.col("energy_kwh").isNotNull())
        .select("meter_id", "date", "month", "energy_kwh", "peak_kw", "night_share", "known_share")
        .join(supplies(frames, FOREVER), "meter_id", how="inner")
        .where(F.col("date").between(F.col("from_date"), F.col("to_date")))
        .groupBy("customer_id", "date", "month")
        .agg(
            F.round(F.sum(kwh), DIGITS).alias("energy_kwh"),
            F.max(F.col("peak_kw") * F.col("multiplier")).alias("peak_kw"),
            F.round(F.sum(kwh * F.col("night_share")), DIGITS).alias("night_kwh"),
        )
    )


def customer_months(days: DataFrame) -> DataFrame:
    """Rows of gold.customer_months, less the run, of whole months of gold.customer_days."""
    return days.groupBy("customer_id", "month").agg(
        F.count("*").cast("int").alias("days"),
        F.max("date").alias("last_date"),
        F.round(F.sum("energy_kwh"), DIGITS).alias("energy_kwh"),
        F.max("peak_kw").alias("peak_kw"),
        F.round(F.sum("night_kwh"), DIGITS).alias("night_kwh"),
    )
