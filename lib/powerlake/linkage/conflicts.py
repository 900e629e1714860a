"""Where departments disagree about a customer, a contract, a bill or a meter. Frames in, frames out.

Every function gives rows of silver.conflicts, but for the run. A value that one side lacks is no conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from powerlake.linkage.survivorship import differing_records, power_in_force
from powerlake.months import FOREVER
from powerlake.tables.feeds.survivorship import WINNERS, Conflict

Frames = Mapping[str, DataFrame]
"""By table, those that hold something."""

LEAST_KW = 0.001
"""Powers that differ by less are the same: three decimals are what departments write."""


def conflicts(frames: Frames) -> DataFrame | None:
    """All conflicts that the tables there are can show, in one partition; None where they can show none."""
    shown = [find(*(frames[name] for name in needs)) for needs, find in FINDERS.items() if set(needs) <= set(frames)]
    return reduce(DataFrame.unionByName, shown).repartition(1) if shown else None


def contracted_power(customers: DataFrame, links: DataFrame, contracts: DataFrame) -> DataFrame:
    """Customers whose contracts in force add up to another power than the record that stands for them has."""
    told = customers.join(power_in_force(links, contracts), F.col("customer_id") == F.col("linked_customer_id")).where(
        F.abs(F.col("contracted_kw") - F.col("in_force_kw")) >= LEAST_KW
    )
    return _rows(
        told, Conflict.CONTRACTED_POWER, ("customer", "customer_id"), "contracted_kw",
        {"contracts": F.col("in_force_kw"), "customers": F.col("contracted_kw")},
    )  # fmt: skip


def supply_after_closing(customers: DataFrame, contracts: DataFrame) -> DataFrame:
    """Contracts that run on after the day their customer left."""
    latest = (
        contracts.join(customers.select("customer_id", "closed_date"), "customer_id")
        .where(F.col("closed_date") < F.coalesce("end_date", F.lit(FOREVER)))
        .groupBy("contract_id")
        .agg(F.max_by(F.struct("end_date", "closed_date"), "start_date").alias("last"))
    )
    return _rows(
        latest, Conflict.SUPPLY_AFTER_CLOSING, ("contract", "contract_id"), "end_date",
        {"contracts": F.col("last.end_date"), "customers": F.col("last.closed_date")},
    )  # fmt: skip


def unknown_tariff(contracts: DataFrame, tariffs: DataFrame) -> DataFrame:
    """Contracts with a tariff that the tariffs do not have."""
    dangling = (
        contracts.join(tariffs.select("tariff_code").distinct(), "tariff_code", "left_anti")
        .groupBy("contract_id")
        .agg(F.max_by("tariff_code", "start_date").alias("tariff_code"))
    )
    return _rows(
        dangling, Conflict.UNKNOWN_TARIFF, ("contract", "contract_id"), "tariff_code",
        {"contracts": F.col("tariff_code"), "tariffs": F.lit(None)},
    )  # fmt: skip


def billed_by_other_tariff(bills: DataFrame, contracts: DataFrame) -> DataFrame:
    """Bills reckoned by another tariff than their contract had on the last day billed."""
    terms = contracts.select("contract_id", "start_date", "end_date", F.col("tariff_code").alias("contract_tariff"))
    last_day = F.col("period_end_date")
    other = bills.join(terms, "contract_id").where(
        (last_day >= F.col("start_date"))
        & ((last_day <= F.col("end_date")) | F.col("end_date").isNull())
        & (F.col("tariff_code") != F.col("contract_tariff"))
    )
    return _rows(
        other, Conflict.BILLED_BY_OTHER_TARIFF, ("bill", "bill_id"), "tariff_code",
        {"bills": F.col("tariff_code"), "contracts": F.col("contract_tariff")},
    )  # fmt: skip


def meter_outside_topology(meters: DataFrame, topology: DataFrame) -> DataFrame:
    """Meters that stand at a point before their first or after their last link of the supply tree, or without one.

    The day a meter is taken away may be in its last link or not.
    """
    standing = _span(meters, "meter_id", "installed_date", "removed_date", "standing")
    links = topology.where(F.col("child_kind") == "meter").withColumnRenamed("child_id", "meter_id")
    linked = _span(links, "meter_id", "valid_from_date", "valid_to_date", "linked")
    begins_late = F.col("standing.begin") < F.col("linked.begin")
    ends_early = F.col("linked.end") < F.date_sub("standing.end", 1)
    outside = standing.join(linked, "meter_id", "left").where(F.col("linked").isNull() | begins_late | ends_early)
    return _rows(
        outside, Conflict.METER_OUTSIDE_TOPOLOGY, ("meter", "meter_id"), "installed_date",
        {"meters": _told(F.col("standing")), "topology": _told(F.col("linked"))},
    )  # fmt: skip


def _span(frame: DataFrame, key: str, begin: str, end: str, name: str) -> DataFrame:
    """One row per key: its first and last day as a struct, the latter far off while it lasts."""
    last = F.max(F.coalesce(end, F.lit(FOREVER)))
    return frame.groupBy(key).agg(F.struct(F.min(begin).alias("begin"), last.alias("end")).alias(name))


def _told(span: Column) -> Column:
    """`2020-01-31 to 2021-05-04`, or `… to ` while it lasts; null without a span."""
    end = F.when(span["end"] == F.lit(FOREVER), "").otherwise(span["end"].cast("string"))
    return F.when(span.isNotNull(), F.concat(span["begin"].cast("string"), F.lit(" to "), end))


def _rows(
    frame: DataFrame, conflict: Conflict, entity: tuple[str, str], column: str, told: dict[str, Column]
) -> DataFrame:
    """Rows of silver.conflicts: `entity` is its kind and the column of its number, `told` what each feed says."""
    winner = WINNERS[conflict]
    return frame.select(
        F.lit(conflict.value).alias("conflict"),
        F.lit(entity[0]).alias("entity_kind"),
        F.col(entity[1]).alias("entity_id"),
        F.lit(column).alias("compared_column"),
        F.array(*(F.lit(feed) for feed in told)).alias("sources"),
        F.array(*(value.cast("string") for value in told.values())).alias("found"),
        told[winner].cast("string").alias("counts"),
        F.lit(winner).alias("rule"),
    )


FINDERS: Mapping[tuple[str, ...], Callable[..., DataFrame]] = {
    ("silver.customers", "silver.customer_links", "silver.golden_customers"): differing_records,
    ("silver.customers", "silver.customer_links", "silver.contracts"): contracted_power,
    ("silver.customers", "silver.contracts"): supply_after_closing,
    ("silver.contracts", "silver.tariffs"): unknown_tariff,
    ("silver.bills", "silver.contracts"): billed_by_other_tariff,
    ("silver.meters", "silver.topology"): meter_outside_topology,
}
"""What finds a conflict, by the tables it compares."""
