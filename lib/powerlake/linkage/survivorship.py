"""One row a customer from its records, and the columns in which the records differ. Frames in, frames out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.feeds.marketing import CUSTOMERS
from powerlake.tables.feeds.survivorship import CUSTOMER_RULES, DIFFER_BY_NATURE, Conflict, Rule

RULES = {
    (pseudonym_of(field) if field.is_direct else field.name): CUSTOMER_RULES[field.name]
    for field in CUSTOMERS.fields
    if field.name not in CUSTOMERS.key
}
"""By column of silver.customers."""


def golden_customers(customers: DataFrame, links: DataFrame, contracts: DataFrame | None) -> DataFrame:
    """Rows of silver.golden_customers, but for the run: one per linked_customer_id."""
    chosen = [_chosen(name, rule).alias(name) for name, rule in RULES.items()]
    one = (
        customers.join(links.select("customer_id", "linked_customer_id"), "customer_id")
        .groupBy("linked_customer_id")
        .agg(*chosen, F.count("*").cast("int").alias("records"))
        .withColumnRenamed("linked_customer_id", "customer_id")
    )
    return one if contracts is None else _with_contracted_power(one, links, contracts)


def power_in_force(links: DataFrame, contracts: DataFrame) -> DataFrame:
    """One row per linked_customer_id that has contracts in force: what they add up to, null where one says nothing."""
    says_all = F.count("contracted_kw") == F.count("*")
    return (
        contracts.where(F.col("is_current") & ~F.col("status").eqNullSafe("ended"))
        .join(links.select("customer_id", "linked_customer_id"), "customer_id")
        .groupBy("linked_customer_id")
        .agg(F.when(says_all, F.round(F.sum("contracted_kw"), 3)).alias("in_force_kw"))
    )


def differing_records(customers: DataFrame, links: DataFrame, golden: DataFrame) -> DataFrame:
    """Rows of silver.conflicts, but for the run: columns that two records of a customer fill in differently."""
    compared = {name: rule for name, rule in RULES.items() if name not in DIFFER_BY_NATURE}
    several = links.where("records > 1").select("customer_id", "linked_customer_id")
    told = _cells(customers.join(several, "customer_id"), list(compared), "linked_customer_id", "customer_id")
    counting = _cells(golden.where("records > 1"), list(compared), "customer_id")
    by_source = F.sort_array(F.collect_list(F.struct("source", "value")))
    differing = (
        told.groupBy("entity_id", "compared_column")
        .agg(F.count_distinct("value").alias("values"), by_source.alias("told"))
        .where("values > 1")
        .join(counting.withColumnRenamed("value", "counts"), ["entity_id", "compared_column"], "left")
    )
    rules = F.create_map(*(F.lit(text) for name, rule in compared.items() for text in (name, rule.value)))
    return differing.select(
        F.lit(Conflict.RECORDS_DIFFER.value).alias("conflict"),
        F.lit("customer").alias("entity_kind"),
        "entity_id",
        "compared_column",
        F.col("told.source").alias("sources"),
        F.col("told.value").alias("found"),
        "counts",
        rules[F.col("compared_column")].alias("rule"),
    )


def _chosen(name: str, rule: Rule) -> Column:
    still_first = F.struct(F.col("closed_date").isNull(), F.col("opened_date"), F.col("customer_id"))
    match rule:
        case Rule.STANDING:
            return F.max_by(F.struct(name), F.col("customer_id") == F.col("linked_customer_id"))[name]
        case Rule.EARLIEST:
            return F.min(name)
        case Rule.ANY:
            return F.bool_or(name)
        case Rule.LATEST | Rule.CONTRACT:
            return F.max_by(name, F.struct(F.col(name).isNotNull(), still_first))


def _with_contracted_power(golden: DataFrame, links: DataFrame, contracts: DataFrame) -> DataFrame:
    power = power_in_force(links, contracts).withColumnRenamed("linked_customer_id", "customer_id")
    return (
        golden.join(power, "customer_id", "left")
        .withColumn("contracted_kw", F.coalesce("in_force_kw", "contracted_kw"))
        .drop("in_force_kw")
    )


def _cells(frame: DataFrame, names: list[str], entity: str, source: str | None = None) -> DataFrame:
    """One row per filled cell: entity_id, compared_column, value as text, and the record it is from."""
    pairs = [
        F.struct(F.lit(name).alias("compared_column"), F.col(name).cast("string").alias("value")) for name in names
    ]
    ids = [F.col(entity).alias("entity_id"), *([F.col(source).alias("source")] if source else [])]
    cells = frame.select(*ids, F.explode(F.array(*pairs)).alias("cell")).select("*", "cell.*").drop("cell")
    return cells.where(F.col("value").isNotNull())
