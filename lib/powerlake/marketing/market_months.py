"""Use, customers, revenue and output by region, sector and month: what is added up before anything is reckoned."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.customer_use import DIGITS
from powerlake.marketing.market_outlook import MIN_DAYS
from powerlake.marketing.normal_weather import at_normal_weather
from powerlake.marketing.profile_money import bills_in_force

HOMES = "homes"
"""Stands for the sector of customers who have none."""
CELL = ("region_code", "sector_code")
MONTH = (*CELL, "month_date")
NORMAL_DAY = "region_code string, sector_code string, date date, normal_kwh double"


def market_cells(customers: DataFrame) -> DataFrame:
    """customer_id, region_code, sector_code: which cell of the market a customer is in."""
    return customers.select("customer_id", "region_code", F.coalesce("sector_code", F.lit(HOMES)).alias("sector_code"))


def market_days(days: DataFrame, cells: DataFrame) -> DataFrame:
    """Rows of gold.market_days, less the run, of gold.customer_days and `market_cells`."""
    return (
        days.join(cells, "customer_id", how="inner")
        .groupBy(*CELL, "date", "month")
        .agg(F.round(F.sum("energy_kwh"), DIGITS).alias("energy_kwh"), F.count("*").alias("customers"))
    )


def normal_days(days: DataFrame, temperature: DataFrame) -> DataFrame:
    """CELL, date, normal_kwh: the use of each day of `days` in the weather of a normal year."""
    return (
        days.join(F.broadcast(temperature), ["region_code", "date"], how="inner")
        .groupBy("region_code")
        .applyInArrow(normal_days_of_region, NORMAL_DAY)
    )


def market_months(days: DataFrame, normal: DataFrame | None) -> DataFrame:
    """MONTH, energy_kwh, normal_kwh, days, customers (of a mean day): a row a cell's month."""
    both = days.withColumn("normal_kwh", F.lit(None).cast("double"))
    if normal is not None:
        both = days.join(normal, [*CELL, "date"], how="left")
    known = F.count("normal_kwh")
    return both.groupBy(*CELL, F.trunc("date", "month").alias("month_date")).agg(
        F.sum("energy_kwh").alias("energy_kwh"),
        F.when(known >= MIN_DAYS, F.avg("normal_kwh") * F.count("*")).alias("normal_kwh"),
        F.count("*").cast("int").alias("days"),
        F.round(F.avg("customers")).cast("int").alias("customers"),
    )


def revenues(bills: DataFrame, cells: DataFrame, as_of: date) -> DataFrame:
    """MONTH, revenue_cny: bills in force on `as_of`, in the month of the last day billed."""
    return (
        bills_in_force(bills, as_of)
        .select("customer_id", F.trunc("period_end_date", "month").alias("month_date"), "amount_cny")
        .join(cells, "customer_id", how="inner")
        .groupBy(*MONTH)
        .agg(F.round(F.sum("amount_cny"), 2).alias("revenue_cny"))
    )


def outputs(economy: DataFrame) -> DataFrame:
    """MONTH, output_index; that of the whole economy is left out."""
    return economy.where((F.col("indicator") == "output_index") & (F.col("sector_code") != "all")).select(
        *MONTH, F.col("value").alias("output_index")
    )


def normal_days_of_region(rows: pa.Table) -> pa.Table:
    """Rows of NORMAL_DAY of a region; each sector's use of a day is taken for a customer, whose number may change."""
    dates = rows["date"].to_numpy().astype("datetime64[D]")
    days = np.arange(dates.min(), dates.max() + 1)
    day = (dates - days[0]).astype(np.int64)
    sectors, sector = np.unique(rows["sector_code"].to_numpy(), return_inverse=True)
    customers = rows["customers"].to_numpy().astype(np.float64)
    use = np.full((len(sectors), len(days)), np.nan)
    use[sector, day] = rows["energy_kwh"].to_numpy() / customers
    temperature = np.full(len(days), np.nan)
    temperature[day] = rows["temperature_c"].to_numpy()
    normal = at_normal_weather(use, temperature, days)[sector, day] * customers
    columns = [rows["region_code"], rows["sector_code"], rows["date"], pa.array(normal, from_pandas=True)]
    return pa.table(columns, names=["region_code", "sector_code", "date", "normal_kwh"])
