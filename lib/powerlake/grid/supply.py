"""What went into each transformer area, by the hour and by the month."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.grid.rules import DIGITS, SQUARE_DIGITS

WINDINGS = ("high", "all")
"""Where a transformer's supply is measured: before its own loss."""


def hourly_supply(feeder_load: DataFrame, clock: str) -> DataFrame:
    """One row per transformer and local hour: `transformer_id`, `date`, `hour`, `power_kw`, `apparent_kva`.

    A measurement of silver.feeder_load is the mean since the one before, so it belongs to the hour that it ends;
    several within an hour are averaged. `clock` is the time zone of local days.
    """
    began = F.from_utc_timestamp(F.col("measured_at") - F.expr("INTERVAL 1 SECOND"), clock)
    apparent = F.hypot("active_power_kw", F.coalesce("reactive_power_kvar", F.lit(0.0)))
    of_transformers = (F.col("asset_kind") == "transformer") & F.col("winding").isin(*WINDINGS)
    return (
        feeder_load.where(of_transformers)
        .select("asset_id", "active_power_kw", apparent.alias("apparent_kva"), began.alias("began"))
        .groupBy(
            F.col("asset_id").alias("transformer_id"), F.to_date("began").alias("date"), F.hour("began").alias("hour")
        )
        .agg(F.avg("active_power_kw").alias("power_kw"), F.avg("apparent_kva").alias("apparent_kva"))
    )


def area_months(hours: DataFrame) -> DataFrame:
    """One row per transformer area and local month with a measurement.

    `from_date` and `to_date` are its first and last day of the month with one, `days` both and what lies between,
    `supplied_kwh` the energy of those days with lost hours at the mean of the others, `supplied_known_share` the share
    of hours measured, `square_kva2h` the sum of squared apparent power over the hours, lost ones at the mean too.
    """
    known = F.col("hours") / (F.col("days") * 24)
    return (
        hours.groupBy("transformer_id", F.date_format("date", "yyyy-MM").alias("month"))
        .agg(
            F.min("date").alias("from_date"),
            F.max("date").alias("to_date"),
            F.count("*").alias("hours"),
            F.sum("power_kw").alias("power_kw"),
            F.sum(F.col("apparent_kva") ** 2).alias("square"),
        )
        .withColumn("days", F.date_diff("to_date", "from_date") + 1)
        .select(
            "transformer_id",
            "month",
            "from_date",
            "to_date",
            "days",
            F.least(known, F.lit(1.0)).alias("supplied_known_share"),
            F.round(F.col("power_kw") / known, DIGITS).alias("supplied_kwh"),
            F.round(F.col("square") / known, SQUARE_DIGITS).alias("square_kva2h"),
        )
    )
