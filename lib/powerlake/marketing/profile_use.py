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
from powerlake.marketing.year import YEAR, ends_of_year, first_of_year, in_year, whole_months

MIN_DAYS = YEAR - 37
"""Days of a year that must be known to speak of a year's use; as many as the weather's response asks for."""
RESPONSE = (
    "customer_id string, base_daily_kwh double, heating_kwh_per_c double, cooling_kwh_per_c double, "
    "heating_balance_c double, cooling_balance_c double, weather_r2 double"
)


def usage(months: DataFrame, days: DataFrame, as_of: date) -> DataFrame:
    """A row a customer with use in the year up to `as_of`; the year's sum is null where too many days are missing.

    Whole months come from gold.customer_months; only the year's two ends are added up from gold.customer_days.
    """
    whole = whole_months(as_of)
    ends = days.where(in_year("date", as_of) & F.col("month").isin(ends_of_year(as_of)))
    parts = months.where(F.col("month").isin(whole)).select(
        "customer_id", "days", "last_date", "energy_kwh", "peak_kw", "night_kwh"
    )
    of_ends = ends.select(
        "customer_id", F.lit(1).alias("days"), F.col("date").alias("last_date"), "energy_kwh", "peak_kw", "night_kwh"
    )
    total, count = F.sum("energy_kwh"), F.sum("days")
    mean_kw = total / (count * 24)
    return (
        parts.unionByName(of_ends)
        .groupBy("customer_id")
        .agg(
            count.cast("int").alias("usage_days"),
            F.when(count >= MIN_DAYS, total * YEAR / count).alias("annual_kwh"),
            mean_kw.alias("mean_kw"),
            F.max("peak_kw").alias("peak_kw"),
            (mean_kw / F.nullif(F.max("peak_kw"), F.lit(0.0))).alias("load_factor"),
            (F.sum("night_kwh") / F.nullif(total, F.lit(0.0))).alias("night_share"),
            F.max("last_date").alias("last_usage_date"),
        )
    )


def carried_responses(profiles: DataFrame) -> DataFrame:
    """The weather responses that rows of gold.customer_profile have, as RESPONSE with the day of the fit."""
    return profiles.select(*(part.split()[0] for part in RESPONSE.split(", ")), "weather_fit_date")


def weather_responses(daily: DataFrame, accounts: DataFrame, temperature: DataFrame, as_of: date) -> DataFrame:
    """RESPONSE and the day of the fit, a row a customer: the CalTRACK fit of its days of the year up to `as_of`.

    Without rows where none can be fitted.
    """
    day = F.datediff("date", F.lit(first_of_year(as_of)))
    days = (
        daily.where(in_year("date", as_of))
        .groupBy("customer_id")
        .agg(F.collect_list(F.struct(day.alias("day"), F.col("energy_kwh").alias("value"))).alias("use"))
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
        .withColumn("weather_fit_date", F.lit(as_of))
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
