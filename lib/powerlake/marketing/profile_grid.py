"""Where a customer hangs in the network on a day, and what happened there and at its meter in the year before."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.year import in_year

PATH = ("transformer", "feeder", "substation")
"""Kinds of asset from the meter upwards."""


def network_positions(topology: DataFrame, meters: DataFrame, as_of: date) -> DataFrame:
    """customer_id, transformer_id, feeder_id, substation_id, phase of the main meter by the links of `as_of`."""
    holds = F.lit(as_of).between(F.col("valid_from_date"), F.coalesce("valid_to_date", F.lit(as_of)))
    links = topology.where(holds)
    found = meters.select("customer_id", F.col("meter_id").alias("_child_id"))
    child = "meter"
    for parent in PATH:
        found = found.join(_links(links, child, parent), "_child_id", how="left").drop("_child_id")
        found, child = found.withColumn("_child_id", F.col(f"{parent}_id")), parent
    return found.drop("_child_id").where(F.col("transformer_id").isNotNull())


def meter_events(events: DataFrame, supplied: DataFrame, as_of: date) -> DataFrame:
    """customer_id, meter_events_12m, last_meter_event, last_meter_event_date, of the meters while they were its own."""
    is_own = F.col("occurred_date").between(F.col("from_date"), F.col("to_date"))
    return (
        events.where(in_year("occurred_date", as_of))
        .select("meter_id", "event_id", "occurred_at", "occurred_date", "event_code")
        .join(supplied, "meter_id", how="inner")
        .where(is_own)
        .groupBy("customer_id")
        .agg(
            F.count("*").cast("int").alias("meter_events_12m"),
            F.max_by("event_code", F.struct("occurred_at", "event_id")).alias("last_meter_event"),
            F.max("occurred_date").alias("last_meter_event_date"),
        )
    )


def with_outages(positions: DataFrame, outages: DataFrame, as_of: date, clock: str) -> DataFrame:
    """`positions` and outages_12m, outage_hours_12m: of the transformer, feeder or substation that it hangs on today.

    What is not over by `as_of` lasts until that day's end by the utility's `clock`. An outage of a feeder counts for
    all who hang on it, though a part may have been supplied from elsewhere.
    """
    end = F.to_utc_timestamp(F.lit(as_of + timedelta(days=1)), clock)
    ended = F.when(F.col("ended_date") <= F.lit(as_of), F.col("ended_at")).otherwise(end)
    hours = (F.unix_timestamp(ended) - F.unix_timestamp("started_at")) / 3600
    happened = outages.where(in_year("started_date", as_of)).select(
        "asset_kind", "asset_id", hours.alias("hours"), "outage_id"
    )
    above = F.array(
        *(F.struct(F.lit(kind).alias("asset_kind"), F.col(f"{kind}_id").alias("asset_id")) for kind in PATH)
    )
    return (
        positions.select("*", F.inline(above))
        .join(happened, ["asset_kind", "asset_id"], how="left")
        .groupBy(*positions.columns)
        .agg(
            F.count_distinct("outage_id").cast("int").alias("outages_12m"),
            F.sum(F.greatest("hours", F.lit(0.0))).alias("outage_hours_12m"),
        )
    )


def _links(links: DataFrame, child: str, parent: str) -> DataFrame:
    """_child_id, <parent>_id (and the phase of a meter), one a child: the latest link, of equal ones the lower number.

    Negative days put the latest first under `min_by`, beside the lowest number.
    """
    since = F.datediff(F.lit(date(1970, 1, 1)), "valid_from_date")
    first = F.struct(since, "parent_id")
    phase = [F.min_by("phase", first).alias("phase")] if child == "meter" else []
    return (
        links.where((F.col("child_kind") == child) & (F.col("parent_kind") == parent))
        .groupBy(F.col("child_id").alias("_child_id"))
        .agg(F.min_by("parent_id", first).alias(f"{parent}_id"), *phase)
    )
