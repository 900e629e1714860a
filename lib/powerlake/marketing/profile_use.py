"""How much a customer used in the year before a day, and how its days answered to the weather."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.loadcurve.weather_response import Doubles, weather_response
from powerlake.marketing.year import YEAR, first_of_year, in_year

MIN_DAYS = YEAR - 37
"""Days of a year that must be known to speak of a year's use; as many as the weather's response asks for."""
RESPONSE = (
    "customer_id string, base_daily_kwh double, heating_kwh_per_c double, cooling_kwh_per_c double, "
    "heating_balance_c double, cooling_balance_c double, weather_r2 double"
)


def usage(daily: DataFrame, as_of: date) -> DataFrame:
    """A row a customer with use in the year up to `as_of`; the year's sum is null where too many days are missing."""
    total, days = F.sum("kwh"), F.count("kwh")
    mean_kw = total / (days * 24)
    return (
        daily.where(in_year("date", as_of))
        .groupBy("customer_id")
        .agg(
            days.cast("int").alias("usage_days"),
            F.when(days >= MIN_DAYS, total * YEAR / days).alias("annual_kwh"),
            mean_kw.alias("mean_kw"),
            F.max("peak_kw").alias("peak_kw"),
            (mean_kw / F.nullif(F.max("peak_kw"), F.lit(0.0))).alias("load_factor"),
            (F.sum("night_kwh") / F.nullif(total, F.lit(0.0))).alias("night_share"),
            F.max("date").alias("last_usage_date"),
        )
    )


def weather_responses(daily: DataFrame, accounts: DataFrame, temperature: DataFrame, as_of: date) -> DataFrame:
    """RESPONSE, a row a customer: the CalTRACK fit of its days of the year up to `as_of`; without rows where none."""
    day = F.datediff("date", F.lit(first_of_year(as_of)))
    days = (
        daily.where(in_year("date", as_of))
        .groupBy("customer_id")
        .agg(F.collect_list(F.struct(day.alias("day"), F.col("kwh").alias("value"))).alias("use"))
        .where(F.size("use") >= MIN_DAYS)
    )
    weather = (
        temperature.where(in_year("date", as_of))
        .groupBy("region_code")
        .agg(F.collect_list(F.struct(day.alias("day"), F.col("temperature_c").alias("value"))).alias("weather"))
    )
    return (
        days.join(accounts.select("customer_id", "region_code"), "customer_id", how="inner")
        .join(F.broadcast(weather), "region_code", how="inner")
        .select("customer_id", "region_code", "use", "weather")
        .mapInArrow(responses, RESPONSE)
    )


def responses(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of RESPONSE for batches of customer_id, region_code, and lists of (day, value) of use and of weather."""
    for batch in batches:
        regions = np.asarray(batch.column("region_code").to_numpy(zero_copy_only=False))
        for region in np.unique(regions):
            rows = batch.filter(pa.array(regions == region))
            fits = _responses_of_region(rows)
            if len(fits):
                yield fits


def _responses_of_region(rows: pa.RecordBatch) -> pa.RecordBatch:
    temperature = by_day(rows.column("weather").slice(0, 1), YEAR)[0]
    found = weather_response(by_day(rows.column("use"), YEAR), temperature)
    columns = (
        found.base,
        found.heating,
        found.cooling,
        found.heating_balance_c,
        found.cooling_balance_c,
        found.r2,
    )
    arrays = [rows.column("customer_id"), *(pa.array(values, from_pandas=True) for values in columns)]
    names = [part.split()[0] for part in RESPONSE.split(", ")]
    return pa.RecordBatch.from_arrays(arrays, names).filter(pc.is_valid(arrays[1]))


def by_day(lists: pa.ListArray, days: int) -> Doubles:
    """(rows, days) values of lists of (day, value); NaN where a list has no such day."""
    values: Doubles = np.full((len(lists), days), np.nan)
    items = lists.flatten()
    row = pc.list_parent_indices(lists).to_numpy()
    values[row, items.field("day").to_numpy()] = items.field("value").to_numpy(zero_copy_only=False)
    return values
