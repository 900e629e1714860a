"""What marketing has on file of a customer: who it is, its contract and its tariff, on a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def accounts(customers: DataFrame, as_of: date) -> DataFrame:
    """A row a customer that had become one by `as_of`; who leaves on that day or later is still one."""
    closed = F.when(F.col("closed_date") < F.lit(as_of), F.col("closed_date"))
    return customers.where(F.col("opened_date") <= F.lit(as_of)).select(
        "customer_id",
        "customer_kind",
        "sector_code",
        "region_code",
        "opened_date",
        closed.alias("closed_date"),
        closed.isNull().alias("is_active"),
        "is_key_account",
        "floor_area_m2",
        "has_pv",
        "has_ev",
        "has_heat_pump",
    )


def contracts_held(contracts: DataFrame, as_of: date) -> DataFrame:
    """A row a customer with a contract in force on `as_of`: how many, and the one of the greatest power."""
    main = F.struct(F.coalesce("contracted_kw", F.lit(0.0)), "start_date", "contract_id")
    return (
        contracts.where(_holds("start_date", "end_date", as_of))
        .groupBy("customer_id")
        .agg(
            F.count_distinct("contract_id").cast("int").alias("contracts"),
            F.sum("contracted_kw").alias("contracted_kw"),
            *(
                F.max_by(name, main).alias(name)
                for name in ("contract_id", "point_id", "tariff_code", "payment_method")
            ),
            F.max_by("start_date", main).alias("contract_start_date"),
        )
    )


def tariff_kinds(tariffs: DataFrame, as_of: date) -> DataFrame:
    """tariff_code, tariff_kind: how each tariff counts by its latest row of before or on `as_of`."""
    return (
        tariffs.where(F.col("valid_from_date") <= F.lit(as_of))
        .groupBy("tariff_code")
        .agg(F.max_by("tariff_kind", F.struct("valid_from_date", "tariff_kind")).alias("tariff_kind"))
    )


def segments_of(segments: DataFrame, meters: DataFrame, as_of: date) -> DataFrame:
    """customer_id, segment, stability of the shape of the customer's main meter; the model numbers them by meter."""
    known = segments.where(F.col("as_of_date") <= F.lit(as_of)).select(
        F.col("customer_id").alias("meter_id"), "segment", F.col("stability").alias("segment_stability")
    )
    return meters.join(known, "meter_id", how="inner").select("customer_id", "segment", "segment_stability")


def _holds(first: str, last: str, as_of: date) -> Column:
    return F.lit(as_of).between(F.col(first), F.coalesce(last, F.lit(as_of)))
