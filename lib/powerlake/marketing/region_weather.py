"""The temperature of a region's days, of the station that stands for it."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

LEAST_MINUTES = 20 * 60
"""Of a day that must be observed for its mean temperature to be taken."""


def daily_temperature(weather: DataFrame, regions: DataFrame) -> DataFrame:
    """region_code, date, temperature_c: mean of each local day, of the regions of `regions` (region_code, repeated).

    A station stands for the region whose code is its number or the end of it after a hyphen; a station that is
    alone stands for all regions.
    """
    days = _station_days(weather)
    stations = days.select("station_id").distinct()
    is_alone = F.broadcast(stations.agg((F.count("*") == 1).alias("is_alone")))
    code = F.col("region_code")
    stands_for = (F.col("station_id") == code) | F.col("station_id").endswith(F.concat(F.lit("-"), code))
    pairs = (
        regions.select("region_code")
        .distinct()
        .crossJoin(stations.crossJoin(is_alone))
        .where(stands_for | F.col("is_alone"))
        .groupBy("region_code")
        .agg(F.min("station_id").alias("station_id"))
    )
    return days.join(F.broadcast(pairs), "station_id", how="inner").select("region_code", "date", "temperature_c")


def _station_days(weather: DataFrame) -> DataFrame:
    """station_id, date, temperature_c, of hours or of days; a day known by its extremes has their middle."""
    middle = (F.col("temperature_high_c") + F.col("temperature_low_c")) / 2
    observed = weather.withColumn("temperature_c", F.coalesce("temperature_c", middle)).where(
        F.col("temperature_c").isNotNull()
    )
    weighted = F.sum(F.col("temperature_c") * F.col("interval_minutes")) / F.sum("interval_minutes")
    return (
        observed.groupBy("station_id", F.col("observed_date").alias("date"))
        .agg(weighted.alias("temperature_c"), F.sum("interval_minutes").alias("minutes"))
        .where(F.col("minutes") >= LEAST_MINUTES)
        .drop("minutes")
    )
