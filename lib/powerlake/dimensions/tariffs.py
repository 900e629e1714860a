"""Rows of gold.dim_tariff from silver.tariffs."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def tariffs(tariffs: DataFrame) -> DataFrame:
    """One row per tariff, component, period and step, from a date; columns as in gold.dim_tariff less the run."""
    steps = Window.partitionBy("tariff_code", "component", "period", "valid_from_date").orderBy("step_from_kwh")
    price_per = F.when(F.col("component") == "energy", "kWh").when(F.col("component") == "demand", "kW and month")
    return tariffs.select(
        "tariff_code",
        F.col("name").alias("tariff"),
        "tariff_kind",
        "component",
        "period",
        F.col("step_from_kwh").alias("from_kwh_a_year"),
        F.lead("step_from_kwh").over(steps).alias("to_kwh_a_year"),
        "price_cny",
        price_per.otherwise("month").alias("price_per"),
        "hours",
        "months",
        "valid_from_date",
        "valid_to_date",
        "is_current",
    )
