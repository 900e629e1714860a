"""What the meters of each transformer area counted in each month, and how much of it is a guess."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from powerlake.grid.installations import as_installed
from powerlake.grid.registers import LONGEST_ADVANCE_MONTHS
from powerlake.grid.rules import DIGITS

LEAST_KNOWN = 0.5
"""Share of a day's points that must have a value for the day to count as known."""
LEAST_READ = 0.8
"""Share of the month's days that two actual readings must span for the register to fill its gaps."""


def meter_months(
    areas: DataFrame, links: DataFrame, days: DataFrame, advances: DataFrame, meters: DataFrame
) -> DataFrame:
    """One row per meter, transformer area and month it hangs there: what was sold through it, in kWh.

    `sold_kwh` is the energy of its known days, and of the others by the register where that was read, else by the
    mean of its known days, less what it fed in; null where there is neither. What it fed in is by the register, in a
    month without a reading of it by the month before. `estimated_kwh` is what rests on estimated points, on that mean,
    or on the month before, `register_kwh` what on the register. `expected_days` and `known_days` count.

    `areas` are rows of `supply.area_months`, `links` of `links.spans`, `days` of gold.daily_load_features, `advances`
    of `registers.monthly_advances`.
    """
    hanging = _hanging(areas, links)
    expected = F.date_diff("last_date", "first_date") + 1
    return (
        hanging.groupBy("meter_id", "transformer_id", "month")
        .agg(F.sum(expected).alias("expected_days"), F.first("area_days").alias("area_days"))
        .join(_known(days, hanging, meters), on=["meter_id", "transformer_id", "month"], how="left")
        .join(_by_registers(areas, advances), on=["meter_id", "month"], how="left")
        .transform(_filled)
    )


def _hanging(areas: DataFrame, links: DataFrame) -> DataFrame:
    """A row a link and month: `first_date` to `last_date`, the days it has in common with the area's measured days."""
    first, last = F.greatest("from_date", "link_from_date"), F.least("to_date", "link_to_date")
    return (
        areas.join(links, on="transformer_id", how="inner")
        .where(first <= last)
        .select(
            "meter_id",
            "transformer_id",
            "month",
            F.col("days").alias("area_days"),
            first.alias("first_date"),
            last.alias("last_date"),
        )
    )


def _known(days: DataFrame, hanging: DataFrame, meters: DataFrame) -> DataFrame:
    """Energy of known days of `_hanging` after the multiplier, points without a value at the mean of the others."""
    whole = F.col("energy_kwh") / F.col("known_share")
    guessed = 1 - F.col("known_share") * (1 - F.col("estimated_share"))
    return (
        days.where(F.col("energy_kwh").isNotNull() & (F.col("known_share") >= LEAST_KNOWN))
        .select("meter_id", "date", "month", whole.alias("kwh"), (whole * guessed).alias("guessed_kwh"))
        .transform(as_installed, meters)
        .join(hanging, on=["meter_id", "month"], how="inner")
        .where(F.col("date").between(F.col("first_date"), F.col("last_date")))
        .groupBy("meter_id", "transformer_id", "month")
        .agg(
            F.count("*").alias("known_days"),
            F.sum(F.col("kwh") * F.col("multiplier")).alias("known_kwh"),
            F.sum(F.col("guessed_kwh") * F.col("multiplier")).alias("guessed_kwh"),
        )
    )


def _by_registers(areas: DataFrame, advances: DataFrame) -> DataFrame:
    """One row per meter and month of `areas`: the month's own advance, and `last_reverse_kwh_per_day`.

    The latter is what it fed in in the latest month with a reading of it, of this and LONGEST_ADVANCE_MONTHS before.
    """
    apart = F.months_between(F.to_date("month", "yyyy-MM"), F.to_date("then", "yyyy-MM"))
    read_in = F.when(F.col("reverse_kwh_per_day").isNotNull(), F.col("then"))
    own = ("forward_kwh_per_day", "reverse_kwh_per_day", "forward_days")
    return (
        advances.withColumnRenamed("month", "then")
        .crossJoin(F.broadcast(areas.select("month").distinct()))
        .withColumn("apart", apart)
        .where(F.col("apart").between(0, LONGEST_ADVANCE_MONTHS))
        .groupBy("meter_id", "month")
        .agg(
            *(F.max(F.when(F.col("apart") == 0, F.col(name))).alias(name) for name in own),
            F.max_by("reverse_kwh_per_day", read_in).alias("last_reverse_kwh_per_day"),
        )
    )


def _filled(months: DataFrame) -> DataFrame:
    zero = F.lit(0.0)
    known, known_days = F.coalesce("known_kwh", zero), F.coalesce("known_days", F.lit(0))
    is_short = known_days < F.col("expected_days")
    is_read = F.coalesce("forward_days", zero) >= LEAST_READ * F.col("area_days")
    by_register = F.greatest(F.col("forward_kwh_per_day") * F.col("expected_days") - known, zero)
    by_mean = F.col("known_kwh") / F.col("known_days") * (F.col("expected_days") - F.col("known_days"))
    register = F.when(is_short & is_read, by_register)
    mean = F.when(is_short & register.isNull(), by_mean)
    gap = F.when(is_short, F.coalesce(register, mean)).otherwise(zero)
    fed_in = F.coalesce("last_reverse_kwh_per_day", zero) * F.col("expected_days")
    guessed_in = F.when(F.col("reverse_kwh_per_day").isNull(), fed_in).otherwise(zero)
    return months.select(
        "meter_id",
        "transformer_id",
        "month",
        F.col("expected_days").cast("int").alias("expected_days"),
        known_days.cast("int").alias("known_days"),
        F.round(known + gap - fed_in, DIGITS).alias("sold_kwh"),
        F.round(F.coalesce("guessed_kwh", zero) + F.coalesce(mean, zero) + guessed_in, DIGITS).alias("estimated_kwh"),
        F.round(F.coalesce(register, zero), DIGITS).alias("register_kwh"),
    )
