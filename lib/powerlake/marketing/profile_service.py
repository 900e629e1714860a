"""How a customer spoke to the utility in the year before a day: tickets, and visits to its channels."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.year import in_year


def tickets_of(tickets: DataFrame, as_of: date) -> DataFrame:
    """customer_id, tickets_12m, last_ticket_date, last_ticket_channel, satisfaction (of tickets closed by `as_of`)."""
    is_closed = F.col("closed_date") <= F.lit(as_of)
    known = tickets.where(F.col("customer_id").isNotNull() & (F.col("opened_date") <= F.lit(as_of)))
    return known.groupBy("customer_id").agg(
        F.count_if(in_year("opened_date", as_of)).cast("int").alias("tickets_12m"),
        F.max("opened_date").alias("last_ticket_date"),
        F.max_by("channel", F.struct("opened_at", "ticket_id")).alias("last_ticket_channel"),
        F.avg(F.when(is_closed, F.col("satisfaction"))).alias("satisfaction"),
    )


def channels_used(visits: DataFrame, as_of: date) -> DataFrame:
    """customer_id, visits_12m, main_channel: the channel most visited, of equal ones the first by name."""
    return (
        visits.where(in_year("used_date", as_of))
        .groupBy("customer_id", "channel")
        .agg(F.count("*").alias("visits"))
        .groupBy("customer_id")
        .agg(
            F.sum("visits").cast("int").alias("visits_12m"),
            F.min_by("channel", F.struct(-F.col("visits"), "channel")).alias("main_channel"),
        )
    )
