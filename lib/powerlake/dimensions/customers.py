"""Rows of gold.dim_customer: the customer's record, its contract of the day, and its place in the grid."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from powerlake.grid.links import holds
from powerlake.tables.gold.dim_customer import DIM_CUSTOMER

PLACE = ("transformer_id", "feeder_id", "substation_id")


def customers(
    customers: DataFrame,
    contracts: DataFrame | None,
    tariffs: DataFrame | None,
    meters: DataFrame | None,
    assets: DataFrame | None,
    as_of: date,
) -> DataFrame:
    """One row per customer of silver.customers, columns as in gold.dim_customer less the run.

    The others are silver rows and those of gold.dim_asset; where one is not there, its columns are null. But where
    marketing delivers no contracts, a customer is supplied at the point of its own number, as in marketing.supply.
    """
    rows = customers.withColumnRenamed("contracted_kw", "recorded_kw")
    rows = _joined(rows, None if contracts is None else _contracts(contracts, as_of), "customer_id", _OF_CONTRACT)
    if contracts is None:
        rows = rows.withColumn("point_id", F.col("customer_id"))
    rows = _joined(rows, None if tariffs is None else _kinds(tariffs), "tariff_code", {"tariff_kind": "string"})
    rows = _joined(rows, None if meters is None else _meters(meters, as_of), "point_id", {"meter_id": "string"})
    rows = _joined(rows, None if assets is None else _places(assets), "meter_id", dict.fromkeys(PLACE, "string"))
    closed = F.when(F.col("closed_date") < F.lit(as_of), F.col("closed_date"))
    return rows.withColumns(
        {
            "contracts": F.coalesce("contracts", F.lit(0)),
            "contracted_kw": F.coalesce("contracted_kw", "recorded_kw"),
            "closed_date": closed,
            "is_open": (F.col("opened_date") <= F.lit(as_of)) & closed.isNull(),
            "as_of_date": F.lit(as_of),
        }
    ).select(*(name for name in DIM_CUSTOMER.column_names if name != "run_id"))


_OF_CONTRACT = {
    "contracts": "int",
    "contract_id": "string",
    "contract_start_date": "date",
    "contracted_kw": "double",
    "payment_method": "string",
    "tariff_code": "string",
    "point_id": "string",
}


def _joined(rows: DataFrame, other: DataFrame | None, key: str, columns: dict[str, str]) -> DataFrame:
    """With the other's columns, null where there is no other."""
    if other is None:
        return rows.withColumns({name: F.lit(None).cast(dtype) for name, dtype in columns.items()})
    return rows.join(other, on=key, how="left")


def _contracts(contracts: DataFrame, as_of: date) -> DataFrame:
    """The contract of each customer that began last of those that hold, and how many hold."""
    own = Window.partitionBy("customer_id")
    last_first = own.orderBy(F.col("start_date").desc(), F.col("contract_id").desc())
    return (
        contracts.where(holds(as_of, "start_date", "end_date"))
        .withColumns({"place": F.row_number().over(last_first), "contracts": F.count("*").over(own).cast("int")})
        .where("place = 1")
        .withColumnRenamed("start_date", "contract_start_date")
        .select("customer_id", *_OF_CONTRACT)
    )


def _kinds(tariffs: DataFrame) -> DataFrame:
    """How each tariff counts: the same in all its rows."""
    return tariffs.groupBy("tariff_code").agg(F.max("tariff_kind").alias("tariff_kind"))


def _meters(meters: DataFrame, as_of: date) -> DataFrame:
    """The meter at each point: the one that came last of those that stand."""
    last_first = Window.partitionBy("point_id").orderBy(F.col("installed_date").desc(), "meter_id")
    return (
        meters.where(holds(as_of, "installed_date", "removed_date"))
        .withColumn("place", F.row_number().over(last_first))
        .where("place = 1")
        .select("point_id", "meter_id")
    )


def _places(assets: DataFrame) -> DataFrame:
    return assets.where("asset_kind = 'meter'").select(F.col("asset_id").alias("meter_id"), *PLACE)
