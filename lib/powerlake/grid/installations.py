"""What a meter's readings are to be multiplied by, and when its registers roll over: as it was put up at the time."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from powerlake.months import BEGINNING, FOREVER


def as_installed(rows: DataFrame, meters: DataFrame, day: str = "date") -> DataFrame:
    """Rows of a `meter_id` and a local `day`, with `multiplier` and `register_digits` of silver.meters on that day.

    An installation stands for the days until the next one, the first also for those before it. Rows of meters that
    metering does not know are left out.
    """
    stood = F.col(day).between(F.col("stood_from_date"), F.col("stood_to_date"))
    found = rows.join(_installations(meters), on="meter_id", how="inner").where(stood)
    return found.drop("stood_from_date", "stood_to_date")


def _installations(meters: DataFrame) -> DataFrame:
    """meter_id, multiplier, register_digits, stood_from_date and stood_to_date (both within): each day has one row."""
    own = Window.partitionBy("meter_id").orderBy("installed_date")
    is_first = F.row_number().over(own) == 1
    day_before_next = F.date_sub(F.lead("installed_date").over(own), 1)
    return meters.select(
        "meter_id",
        F.coalesce("multiplier", F.lit(1.0)).alias("multiplier"),
        "register_digits",
        F.when(is_first, F.lit(BEGINNING)).otherwise(F.col("installed_date")).alias("stood_from_date"),
        F.coalesce(day_before_next, F.lit(FOREVER)).alias("stood_to_date"),
    )
