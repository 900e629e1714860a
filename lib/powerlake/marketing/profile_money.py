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
    due = bills_in_force(bills, as_of).where(is_due & F.col("corrects_bill_id").isNull())
    is_late = F.coalesce("paid_cny", F.lit(0.0)) < F.col("amount_cny") - CENT_CNY
    return (
        _paid_in_time(due, payments.where(F.col("paid_date") <= F.lit(as_of)))
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
    """A row a bill due: customer_id, bill_id, amount_cny and paid_cny by the due date, null where nothing was paid.

    A payment that names no bill settles one of its customer, of the same amount and then open.
    """
    of_amount = F.concat_ws(" ", "customer_id", F.round(F.col("amount_cny") / CENT_CNY).cast("long"))
    paid = payments.select(
        F.coalesce("bill_id", of_amount).alias("settles"),
        F.col("bill_id").isNotNull().alias("is_named"),
        "paid_date",
        F.col("amount_cny").alias("paid_cny"),
    )
    is_open = F.col("is_named") | (F.col("paid_date") >= F.col("issued_date"))
    bill = ("customer_id", "bill_id", "amount_cny")
    return (
        due.select(*bill, "issued_date", "due_date", F.explode(F.array("bill_id", of_amount)).alias("settles"))
        .join(paid, "settles", how="left")
        .groupBy(*bill)
        .agg(F.sum(F.when((F.col("paid_date") <= F.col("due_date")) & is_open, F.col("paid_cny"))).alias("paid_cny"))
    )
