"""Rows of gold.dim_date from silver.calendar."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

NEW_YEAR = "春节"
"""What calendars call the lunar new year, its first day first."""
NEW_YEAR_IN_ENGLISH = "Chinese New Year"
SEASONS = ("winter", "spring", "summer", "autumn")
"""Of the north, from December on by three months."""


def dates(calendar: DataFrame, southern_regions: Sequence[str] = ()) -> DataFrame:
    """One row per region and date, columns as in gold.dim_date less the run."""
    date = F.col("date")
    return calendar.join(_new_years(calendar), on=["region_code", "date"], how="left").select(
        "region_code",
        "date",
        F.year(date).cast("smallint").alias("year"),
        F.quarter(date).cast("smallint").alias("quarter"),
        F.date_format(date, "yyyy-MM").alias("month"),
        F.dayofmonth(date).cast("smallint").alias("day_of_month"),
        F.dayofyear(date).cast("smallint").alias("day_of_year"),
        F.weekofyear(date).cast("smallint").alias("iso_week"),
        (F.weekday(date) + 1).cast("smallint").alias("weekday"),
        (F.weekday(date) >= 5).alias("is_weekend"),
        "is_working_day",
        F.coalesce("is_make_up_day", F.lit(False)).alias("is_make_up_day"),
        F.col("holiday_name").isNotNull().alias("is_holiday"),
        F.col("holiday_name").alias("holiday"),
        _season(southern_regions).alias("season"),
        "days_from_new_year",
    )


def _season(southern_regions: Sequence[str]) -> Column:
    shift = F.when(F.col("region_code").isin(list(southern_regions)), 6).otherwise(0)
    place = F.floor(F.pmod(F.month("date") + shift, F.lit(12)) / 3)
    return F.array(*map(F.lit, SEASONS))[place.cast("int")]


def _new_years(calendar: DataFrame) -> DataFrame:
    """Days of each date after the nearest of the new year's days that the region's calendar names."""
    named = F.col("holiday_name").startswith(NEW_YEAR) | F.col("holiday_name").startswith(NEW_YEAR_IN_ENGLISH)
    firsts = (
        calendar.where(named).groupBy("region_code", F.year("date").alias("year")).agg(F.min("date").alias("new_year"))
    )
    after = F.date_diff("date", "new_year")
    return (
        calendar.select("region_code", "date")
        .join(firsts.select("region_code", "new_year"), on="region_code", how="inner")
        .groupBy("region_code", "date")
        .agg(F.min_by(after, F.abs(after)).alias("days_from_new_year"))
    )
