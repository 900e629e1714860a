"""What a customer was billed, what it paid and when, and how often it had to be reminded, up to a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.year import in_year

CENT_CNY = 0.01
"""Amounts that differ by less are the same."""


def bills_in_force(bills: DataFrame, as_of: date) -> DataFrame:
    """Bills issued by `as_of`, without those that another one of these takes the place of."""
    issued = bills.where(F.col("issued_date") <= F.lit(as_of))
    replaced = issued.select(F.col("corrects_bill_id").alias("bill_id")).where(F.col("bill_id").isNotNull())
    return issued.join(replaced, "bill_id", how="left_anti")


def billed(bills: DataFrame, as_of: date) -> DataFrame:
    """A row a customer: its bills of the 12 months up to `as_of`, and the last of all."""
    is_of_year = in_year("issued_date", as_of)
    amount = F.when(is_of_year, F.col("amount_cny"))
    last = F.struct("issued_date", "bill_id")
    return (
        bills_in_force(bills, as_of)
        .groupBy("customer_id")
        .agg(
            F.count(amount).cast("int").alias("bills_12m"),
            F.sum(amount).alias("billed_12m_cny"),
            F.avg(amount).alias("mean_bill_cny"),
            F.max_by("amount_cny", last).alias("last_bill_cny"),
            F.max("issued_date").alias("last_bill_date"),
        )
    )


def late_payments(bills: DataFrame, payments: DataFrame, as_of: date) -> DataFrame:
    """customer_id, due_12m, late_share: of the bills due in the 12 months before `as_of`, those not settled in time.

    Corrected bills and their corrections are left out: what was owed when is not clear of them.
    """
    is_due = in_year("due_date", as_of) & (F.col("due_date") < F.lit(as_of))
    due = (
        bills_in_force(bills, as_of)
        .where(is_due & F.col("corrects_bill_id").isNull())
        .select("bill_id", "customer_id", "issued_date", "due_date", "amount_cny")
    )
    paid = _paid_in_time(due, payments.where(F.col("paid_date") <= F.lit(as_of)))
    is_late = F.coalesce("paid_cny", F.lit(0.0)) < F.col("amount_cny") - CENT_CNY
    return (
        due.join(paid, "bill_id", how="left")
        .groupBy("customer_id")
        .agg(F.count("*").cast("int").alias("due_12m"), F.avg(is_late.cast("double")).alias("late_share"))
    )


def balances(bills: DataFrame, payments: DataFrame, as_of: date) -> DataFrame:
    """customer_id, open_cny: what was billed up to `as_of` less what was paid, below zero for a credit."""
    owed = bills_in_force(bills, as_of).select("customer_id", "amount_cny")
    paid = payments.where(F.col("paid_date") <= F.lit(as_of)).select(
        "customer_id", (-F.col("amount_cny")).alias("amount_cny")
    )
    return owed.unionByName(paid).groupBy("customer_id").agg(F.round(F.sum("amount_cny"), 2).alias("open_cny"))


def reminders(dunning: DataFrame, as_of: date) -> DataFrame:
    """customer_id, dunning_12m: dunning steps taken in the 12 months up to `as_of`."""
    return (
        dunning.where(in_year("sent_date", as_of))
        .groupBy("customer_id")
        .agg(F.count("*").cast("int").alias("dunning_12m"))
    )


def _paid_in_time(due: DataFrame, payments: DataFrame) -> DataFrame:
    """bill_id, paid_cny by the due date. A payment that names no bill settles one of the same amount then open."""
    named = payments.where(F.col("bill_id").isNotNull()).select(
        "bill_id", "paid_date", F.col("amount_cny").alias("paid_cny")
    )
    unnamed = payments.where(F.col("bill_id").isNull()).select(
        "customer_id", "paid_date", F.col("amount_cny").alias("paid_cny")
    )
    in_time = F.col("paid_date") <= F.col("due_date")
    is_same = F.abs(F.col("paid_cny") - F.col("amount_cny")) < CENT_CNY
    by_name = named.join(due, "bill_id", how="inner").where(in_time)
    by_amount = unnamed.join(due, "customer_id", how="inner").where(
        in_time & is_same & (F.col("paid_date") >= F.col("issued_date"))
    )
    found = by_name.select("bill_id", "paid_cny").unionByName(by_amount.select("bill_id", "paid_cny"))
    return found.groupBy("bill_id").agg(F.sum("paid_cny").alias("paid_cny"))
