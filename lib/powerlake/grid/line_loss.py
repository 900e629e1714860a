"""Loss of each transformer area and month: what went in, what was sold, what the plate explains, what stands out.

A meter that is recorded in another area than it hangs in makes two areas wrong at once. Where the energy balances say
so plainly (gold.topology_suspects), the loss is told as recorded and as it would be with those meters moved, and it is
the latter that is judged.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from powerlake.grid.rules import DIGITS, GridRules

IQR_SD = 1.349
"""Interquartile range of a normal distribution in standard deviations."""


def line_loss(
    areas: DataFrame, sold: DataFrame, transformers: DataFrame, rules: GridRules, suspects: DataFrame | None = None
) -> DataFrame:
    """One row per transformer area and month, columns as in gold.line_loss less the run.

    Loss rate = (supplied − sold) ÷ supplied. `areas` are rows of `supply.area_months`, `sold` of
    `sold.meter_months`, `transformers` of silver.transformers, `suspects` of gold.topology_suspects. Areas without a
    meter are left out: nothing is supplied there that could be sold.
    """
    recorded = (
        areas.join(_area_sold(sold, rules), on=["transformer_id", "month"], how="inner")
        .join(transformers.select("transformer_id", "feeder_id", _rated()), on="transformer_id", how="left")
        .withColumn("technical_kwh", F.round(_technical(rules), DIGITS))
    )
    return (
        recorded.join(_moved(sold, suspects, recorded), on=["transformer_id", "month"], how="left")
        .transform(_with_rates)
        .withColumn("doubt_rate", _doubt(rules))
        .transform(_against_history, rules)
        .transform(_judged, rules)
        .drop("square_doubt")
    )


def _area_sold(sold: DataFrame, rules: GridRules) -> DataFrame:
    """What the meters of each area counted; `square_doubt` is the variance of it, (kWh)²."""
    counted, guessed = rules.meter_error * F.col("sold_kwh"), rules.estimate_error * F.col("estimated_kwh")
    return sold.groupBy("transformer_id", "month").agg(
        F.count("*").alias("meters"),
        F.count_if(F.col("sold_kwh").isNull()).alias("unknown_meters"),
        F.round(F.coalesce(F.sum("sold_kwh"), F.lit(0.0)), DIGITS).alias("sold_kwh"),
        F.round(F.sum("estimated_kwh"), DIGITS).alias("estimated_kwh"),
        F.round(F.sum("register_kwh"), DIGITS).alias("register_kwh"),
        (F.sum("known_days") / F.sum("expected_days")).alias("known_share"),
        F.round(F.coalesce(F.sum(counted**2 + guessed**2), F.lit(0.0)), DIGITS).alias("square_doubt"),
    )


def _moved(sold: DataFrame, suspects: DataFrame | None, recorded: DataFrame) -> DataFrame:
    """transformer_id, month, suspect_meters, moved_kwh: what comes to an area if they are moved, less what goes."""
    if suspects is None:
        months = sold.select("transformer_id", "month").where(F.lit(False))
        return months.withColumns({"suspect_meters": F.lit(None).cast("long"), "moved_kwh": F.lit(None).cast("double")})
    comes = F.struct(F.col("likely_transformer_id").alias("transformer_id"), F.col("sold_kwh").alias("kwh"))
    goes = F.struct(F.col("recorded_transformer_id").alias("transformer_id"), (-F.col("sold_kwh")).alias("kwh"))
    return (
        _mending(sold, suspects, recorded)
        .select("meter_id", "month", F.explode(F.array(comes, goes)).alias("move"))
        .select("meter_id", "month", "move.*")
        .groupBy("transformer_id", "month")
        .agg(F.countDistinct("meter_id").alias("suspect_meters"), F.round(F.sum("kwh"), DIGITS).alias("moved_kwh"))
    )


def _mending(sold: DataFrame, suspects: DataFrame, recorded: DataFrame) -> DataFrame:
    """meter_id, month, recorded_transformer_id, likely_transformer_id, sold_kwh of the suspects whose move mends.

    The hours' evidence for a move is one thing; the energy of the months is another, and has to agree: moved, a meter
    must bring the two areas together closer to the loss that their plates explain, over all months and in most of them.
    """
    loss = F.col("supplied_kwh") - F.col("sold_kwh") - F.coalesce("technical_kwh", F.lit(0.0))
    left = recorded.select("transformer_id", "month", loss.alias("left_kwh"))
    here, there = (
        left.withColumnsRenamed({"transformer_id": f"{name}_transformer_id", "left_kwh": f"{name}_kwh"})
        for name in ("recorded", "likely")
    )
    those = suspects.where("is_suspect").select("meter_id", "recorded_transformer_id", "likely_transformer_id")
    moves = (
        sold.select("meter_id", F.col("transformer_id").alias("recorded_transformer_id"), "month", "sold_kwh")
        .join(those, ["meter_id", "recorded_transformer_id"])
        .join(here, ["recorded_transformer_id", "month"])
        .join(there, ["likely_transformer_id", "month"])
    )
    own, other, kwh = F.col("recorded_kwh"), F.col("likely_kwh"), F.coalesce("sold_kwh", F.lit(0.0))
    better = F.abs(own) + F.abs(other) - F.abs(own + kwh) - F.abs(other - kwh)
    of_meter = Window.partitionBy("meter_id")
    in_most = F.avg((better > 0).cast("int")).over(of_meter) > 1 / 2
    mends = (F.sum(better).over(of_meter) > 0) & in_most
    names = ("meter_id", "month", "recorded_transformer_id", "likely_transformer_id", "sold_kwh")
    return moves.withColumn("mends", mends).where("mends").select(*names)


def _rated() -> Column:
    """What the asset register holds as 0 is not known."""
    return F.when(F.col("rated_kva") > 0, F.col("rated_kva")).alias("rated_kva")


def _technical(rules: GridRules) -> Column:
    """Plate loss: the iron's while energised, the copper's and the wires' with the square of the load; null unrated."""
    ratio = F.col("rated_kva") / 100
    iron = rules.no_load_kw * ratio**rules.no_load_exponent * F.col("days") * 24
    copper = rules.load_loss_kw * ratio**rules.load_loss_exponent + rules.wire_loss_share * F.col("rated_kva")
    return iron + copper * F.col("square_kva2h") / F.col("rated_kva") ** 2


def _with_rates(losses: DataFrame) -> DataFrame:
    supplied = F.when(F.col("supplied_kwh") > 0, F.col("supplied_kwh"))
    loss = F.col("supplied_kwh") - F.col("sold_kwh")
    if_moved = loss - F.coalesce("moved_kwh", F.lit(0.0))
    return losses.withColumns(
        {
            "suspect_meters": F.coalesce(F.col("suspect_meters").cast("int"), F.lit(0)),
            "loss_kwh": loss,
            "loss_rate": loss / supplied,
            "loss_if_moved_kwh": if_moved,
            "loss_rate_if_moved": if_moved / supplied,
            "technical_rate": F.col("technical_kwh") / supplied,
            "unexplained_kwh": if_moved - F.coalesce("technical_kwh", F.lit(0.0)),
            "estimated_share": F.when(F.col("sold_kwh") > 0, F.col("estimated_kwh") / F.col("sold_kwh")),
        }
    ).drop("moved_kwh")


def _doubt(rules: GridRules) -> Column:
    """Standard deviation of the loss rate for what is known to be uncertain.

    Estimates and meters, each by itself; the supply's meter and its lost hours; the loss by the plate.
    """
    supplied = F.when(F.col("supplied_kwh") > 0, F.col("supplied_kwh"))
    lost = rules.estimate_error * (1 - F.col("supplied_known_share"))
    technical = rules.technical_error * F.coalesce("technical_rate", F.lit(0.0))
    return F.sqrt(F.col("square_doubt") / supplied**2 + lost**2 + technical**2 + rules.supply_error**2)


def _against_history(losses: DataFrame, rules: GridRules) -> DataFrame:
    """With the usual rate of the months before and its spread; null without enough of them."""
    past = Window.partitionBy("transformer_id").orderBy("month").rowsBetween(-rules.history_months, -1)
    quartiles = F.percentile_approx("loss_rate_if_moved", [0.25, 0.5, 0.75], 10_000).over(past)
    enough = F.count("loss_rate_if_moved").over(past) >= rules.history_months_least
    spread = (F.col("quartiles")[2] - F.col("quartiles")[0]) / IQR_SD
    return losses.withColumn("quartiles", F.when(enough, quartiles)).withColumns(
        {"usual_rate": F.col("quartiles")[1], "usual_spread": F.greatest(spread, F.lit(rules.least_spread))}
    )


def _judged(losses: DataFrame, rules: GridRules) -> DataFrame:
    """With `reasons` why an area's month stands out (null when none), and its place among the month's areas.

    What stands out does so by more than the doubt allows.
    """
    rate, doubt = F.col("loss_rate_if_moved"), rules.doubts * F.col("doubt_rate")
    high = F.col("usual_rate") + F.greatest(rules.unusual_spreads * F.col("usual_spread"), doubt)
    beyond = rate - F.coalesce("technical_rate", F.lit(0.0))
    reasons = F.array_compact(
        F.array(
            F.when(rate > high, F.lit("above_its_history")),
            F.when(beyond > F.greatest(F.lit(rules.unexplained_rate), doubt), F.lit("above_technical_loss")),
            F.when(rate < -F.greatest(F.lit(rules.gain_rate), doubt), F.lit("more_sold_than_supplied")),
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
