"""Loss of each transformer area and month: what went in, what was sold, what the plate explains, what stands out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from powerlake.grid.rules import GridRules

IQR_SD = 1.349
"""Interquartile range of a normal distribution in standard deviations."""
ENERGIES = ("supplied_kwh", "sold_kwh", "estimated_kwh", "register_kwh", "technical_kwh")
DIGITS = 6
"""Of energies in kWh."""


def line_loss(areas: DataFrame, sold: DataFrame, transformers: DataFrame, rules: GridRules) -> DataFrame:
    """One row per transformer area and month, columns as in gold.line_loss less the run; inputs as of `area_losses`."""
    return judged(area_losses(areas, sold, transformers, rules), rules)


def area_losses(areas: DataFrame, sold: DataFrame, transformers: DataFrame, rules: GridRules) -> DataFrame:
    """What an area's month shows by itself: a row each, the columns of gold.line_loss but those of `judged`.

    Loss rate = (supplied − sold) ÷ supplied. `areas` are rows of `supply.area_months`, `sold` of
    `sold.meter_months`, `transformers` of silver.transformers. Areas without a meter are left out: nothing is
    supplied there that could be sold. Energies are rounded, so that the same months come out the same again.
    """
    return (
        areas.join(_area_sold(sold), on=["transformer_id", "month"], how="inner")
        .join(transformers.select("transformer_id", "feeder_id", "rated_kva"), on="transformer_id", how="left")
        .withColumn("technical_kwh", _technical(rules))
        .withColumns({name: F.round(name, DIGITS) for name in ENERGIES})
        .transform(_with_rates)
    )


def judged(losses: DataFrame, rules: GridRules) -> DataFrame:
    """`losses`, of all months, with what an area's past and its neighbours say of them: place, outliers, reasons."""
    return losses.transform(_against_history, rules).transform(_judged, rules)


def _area_sold(sold: DataFrame) -> DataFrame:
    return sold.groupBy("transformer_id", "month").agg(
        F.countDistinct("meter_id").alias("meters"),
        F.countDistinct(F.when(F.col("sold_kwh").isNull(), F.col("meter_id"))).alias("unknown_meters"),
        F.coalesce(F.sum("sold_kwh"), F.lit(0.0)).alias("sold_kwh"),
        F.sum("estimated_kwh").alias("estimated_kwh"),
        F.sum("register_kwh").alias("register_kwh"),
        (F.sum("known_days") / F.sum("expected_days")).alias("known_share"),
    )


def _technical(rules: GridRules) -> Column:
    """Plate loss: the iron's while energised, the copper's and the wires' with the square of the load; null unrated."""
    ratio = F.col("rated_kva") / 100
    iron = rules.no_load_kw * ratio**rules.no_load_exponent * F.col("days") * 24
    copper = rules.load_loss_kw * ratio**rules.load_loss_exponent + rules.wire_loss_share * F.col("rated_kva")
    return iron + copper * F.col("square_kva2h") / F.col("rated_kva") ** 2


def _with_rates(losses: DataFrame) -> DataFrame:
    supplied = F.when(F.col("supplied_kwh") > 0, F.col("supplied_kwh"))
    loss = F.col("supplied_kwh") - F.col("sold_kwh")
    return losses.withColumns(
        {
            "loss_kwh": loss,
            "loss_rate": loss / supplied,
            "technical_rate": F.col("technical_kwh") / supplied,
            "unexplained_kwh": loss - F.coalesce("technical_kwh", F.lit(0.0)),
            "estimated_share": F.when(F.col("sold_kwh") > 0, F.col("estimated_kwh") / F.col("sold_kwh")),
        }
    )


def _against_history(losses: DataFrame, rules: GridRules) -> DataFrame:
    """With the usual rate of the months before and its spread; null without enough of them."""
    past = Window.partitionBy("transformer_id").orderBy("month").rowsBetween(-rules.history_months, -1)
    quartiles = F.percentile_approx("loss_rate", [0.25, 0.5, 0.75], 10_000).over(past)
    enough = F.count("loss_rate").over(past) >= rules.history_months_least
    spread = (F.col("quartiles")[2] - F.col("quartiles")[0]) / IQR_SD
    return losses.withColumn("quartiles", F.when(enough, quartiles)).withColumns(
        {"usual_rate": F.col("quartiles")[1], "usual_spread": F.greatest(spread, F.lit(rules.least_spread))}
    )


def _judged(losses: DataFrame, rules: GridRules) -> DataFrame:
    """With `reasons` why an area's month stands out (null when none), and its place among the month's areas."""
    high = F.col("usual_rate") + rules.unusual_spreads * F.col("usual_spread")
    beyond = F.col("loss_rate") - F.coalesce("technical_rate", F.lit(0.0))
    reasons = F.array_compact(
        F.array(
            F.when(F.col("loss_rate") > high, F.lit("above_its_history")),
            F.when(beyond > rules.unexplained_rate, F.lit("above_technical_loss")),
            F.when(F.col("loss_rate") < -rules.gain_rate, F.lit("more_sold_than_supplied")),
        )
    )
    is_known = (F.col("known_share") >= rules.least_known_share) & (F.col("unknown_meters") == 0)
    worst_first = Window.partitionBy("month").orderBy(F.col("unexplained_kwh").desc(), "transformer_id")
    return losses.withColumns(
        {
            "reasons": F.when(is_known & (F.size(reasons) > 0), reasons),
            "is_outlier": is_known & (F.size(reasons) > 0),
            "place": F.row_number().over(worst_first),
        }
    )
