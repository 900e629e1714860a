"""How far each meter's registers went on in each month."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from powerlake.grid.installations import as_installed
from powerlake.months import shifted

FORWARD, REVERSE = "00010000", "00020000"
"""DL/T 645 items of the active energy registers."""
SECONDS_PER_DAY = 86_400
_READ = ("meter_id", "register_code", "read_at", "reading_kwh", "read_kind")
LONGEST_ADVANCE_MONTHS = 12
"""Between two readings; spread over more than a year, an advance says nothing of a month."""


def monthly_advances(reads: DataFrame, meters: DataFrame, clock: str, months: Collection[str] = ()) -> DataFrame:
    """One row per meter and local month: `forward_kwh_per_day`, `reverse_kwh_per_day`, `forward_days` read over.

    From reading to reading, estimated ones passed over, an advance is spread evenly over the time between, which is
    exact where meters are read at the month's ends. A register that rolled over went on by what is left to its
    capacity; an advance of more than half the capacity is no advance but a reading set back, and is not used. Nor is
    one over more than LONGEST_ADVANCE_MONTHS.

    With `months`, what `sold.meter_months` asks of to fill them and no more: the forward register of their span, the
    reverse one also of LONGEST_ADVANCE_MONTHS before.
    """
    return (
        _advances(reads, meters, clock)
        .where(_bears_on(months))
        .transform(_by_month)
        .groupBy("meter_id", "month")
        .agg(
            *(
                (
                    F.sum(F.when(F.col("register_code") == code, F.col("kwh")))
                    / F.sum(F.when(F.col("register_code") == code, F.col("days")))
                ).alias(f"{name}_kwh_per_day")
                for name, code in (("forward", FORWARD), ("reverse", REVERSE))
            ),
            F.coalesce(F.sum(F.when(F.col("register_code") == FORWARD, F.col("days"))), F.lit(0.0)).alias(
                "forward_days"
            ),
        )
    )


def meters_of_other_reads(before: DataFrame, after: DataFrame) -> DataFrame:
    """meter_id of those of which two versions of silver.register_reads say something else that an advance goes by."""
    return differing_rows(before.select(*_READ), after.select(*_READ)).select("meter_id").distinct()


def months_of_other_advances(before: DataFrame, after: DataFrame) -> set[str]:
    """The months that `sold.meter_months` may fill otherwise by one of two results of `monthly_advances`.

    What a meter fed in stands for the months after it until the next reading, LONGEST_ADVANCE_MONTHS at most.
    """
    fed_in = F.max(F.col("reverse_kwh_per_day").isNotNull()).alias("fed_in")
    differing = differing_rows(before, after).groupBy("month").agg(fed_in).collect()
    later = (
        shifted(row["month"], by) for row in differing if row["fed_in"] for by in range(1, LONGEST_ADVANCE_MONTHS + 1)
    )
    return {row["month"] for row in differing} | set(later)


def differing_rows(one: DataFrame, other: DataFrame) -> DataFrame:
    """The rows that the two do not hold equally often, each looked at once: two `exceptAll` would make both twice."""
    counted = one.withColumn("times", F.lit(1)).unionByName(other.withColumn("times", F.lit(-1)))
    return counted.groupBy(*one.columns).agg(F.sum("times").alias("times")).where("times <> 0").drop("times")


def _advances(reads: DataFrame, meters: DataFrame, clock: str) -> DataFrame:
    """One row per two neighbouring readings of a register: local `begin` and `end`, `kwh` after the multiplier.

    That of the day it begins: who changes a multiplier reads the meter then.
    """
    before = Window.partitionBy("meter_id", "register_code").orderBy("read_at")
    capacity = F.pow(F.lit(10.0), F.coalesce("register_digits", F.lit(6)))
    advance = F.pmod(F.col("reading_kwh") - F.col("previous_kwh"), capacity)
    return (
        reads.where(F.col("register_code").isin(FORWARD, REVERSE))
        .where("read_kind is null or read_kind <> 'estimated'")
        .withColumn("end", F.from_utc_timestamp("read_at", clock))
        .withColumns({"begin": F.lag("end").over(before), "previous_kwh": F.lag("reading_kwh").over(before)})
        .withColumn("begin_date", F.to_date("begin"))
        .transform(as_installed, meters, "begin_date")
        .where((F.col("end") > F.col("begin")) & (advance <= capacity / 2))
        .where(F.col("end") <= F.add_months("begin", LONGEST_ADVANCE_MONTHS))
        .select("meter_id", "register_code", "begin", "end", (advance * F.col("multiplier")).alias("kwh"))
    )


def _bears_on(months: Collection[str]) -> Column:
    """Whether an advance is asked for by `months`, see `monthly_advances`."""
    if not months:
        return F.lit(True)
    first, last = min(months), max(months)
    since = F.when(F.col("register_code") == REVERSE, shifted(first, -LONGEST_ADVANCE_MONTHS)).otherwise(first)
    return (F.date_format("end", "yyyy-MM") >= since) & (F.date_format("begin", "yyyy-MM") <= last)


def _by_month(advances: DataFrame) -> DataFrame:
    """The part of each advance that falls into each month it touches: `month`, `days`, `kwh`."""
    starts = F.sequence(F.trunc("begin", "month"), F.trunc("end", "month"), F.expr("INTERVAL 1 MONTH"))
    begin = F.greatest(F.col("begin"), F.col("start").cast("timestamp"))
    end = F.least(F.col("end"), F.add_months("start", 1).cast("timestamp"))
    seconds = F.unix_timestamp(end) - F.unix_timestamp(begin)
    whole = F.unix_timestamp("end") - F.unix_timestamp("begin")
    return (
        advances.withColumn("start", F.explode(starts))
        .withColumns({"seconds": seconds, "share": seconds / whole})
        .where("seconds > 0")
        .select(
            "meter_id",
            "register_code",
            F.date_format("start", "yyyy-MM").alias("month"),
            (F.col("seconds") / SECONDS_PER_DAY).alias("days"),
            (F.col("kwh") * F.col("share")).alias("kwh"),
        )
    )
