"""Rows of gold.dim_asset from what asset management and metering say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from powerlake.grid.links import holds, spans

KINDS = ("substation", "feeder", "transformer", "switchgear", "meter")
UPWARDS = (("meter", "transformer"), ("transformer", "feeder"), ("feeder", "substation"))
"""What hangs on what, from the meter on."""
DAYS_PER_YEAR = 365.25
KVA_PER_MVA = 1000

_SHOWN: Mapping[str, Mapping[str, str]] = {
    "substation": {"rated_kva": f"capacity_mva * {KVA_PER_MVA}"},
    "transformer": {"asset_type": "transformer_kind"},
    "switchgear": {"asset_type": "switchgear_kind"},
    "meter": {"asset_type": "meter_kind", "commissioned_date": "installed_date"},
}
"""By kind of asset, where columns come from that are not called so in its feed."""
_COLUMNS = {
    "asset_type": "string",
    "meter_id": "string",
    "transformer_id": "string",
    "feeder_id": "string",
    "substation_id": "string",
    "region_code": "string",
    "voltage_kv": "double",
    "rated_kva": "double",
    "rated_a": "double",
    "length_km": "double",
    "manufacturer": "string",
    "model": "string",
    "commissioned_date": "date",
    "removed_date": "date",
}


def assets(feeds: Mapping[str, DataFrame], topology: DataFrame | None, as_of: date) -> DataFrame:
    """One row per asset, columns as in gold.dim_asset less the run.

    `feeds` maps kinds of asset to their silver rows, those that are there. What feeds an asset is what the topology
    says of `as_of`, or else its own record.
    """
    shown = reduce(DataFrame.unionByName, [_shown(feeds[kind], kind, as_of) for kind in KINDS if kind in feeds])
    rows = shown
    for child, parent in UPWARDS:
        rows = _with_parent(rows, _links(shown, topology, child, parent, as_of), child, parent)
    parent_id = {
        "meter": F.col("transformer_id"),
        "transformer": F.col("feeder_id"),
        "feeder": F.col("substation_id"),
        "switchgear": F.coalesce("feeder_id", "substation_id"),
    }
    is_served = F.coalesce(F.col("commissioned_date") <= F.lit(as_of), F.lit(True))
    removed = F.when(F.col("removed_date") <= F.lit(as_of), F.col("removed_date"))
    age = F.date_diff(F.coalesce(removed, F.lit(as_of)), "commissioned_date")
    return rows.transform(_with_region).withColumns(
        {
            "parent_kind": _parent_kind(),
            "parent_id": F.coalesce(*(F.when(F.col("asset_kind") == kind, up) for kind, up in parent_id.items())),
            "age_years": F.greatest(age, F.lit(0)) / DAYS_PER_YEAR,
            "is_in_service": is_served & removed.isNull(),
            "removed_date": removed,
            "as_of_date": F.lit(as_of),
        }
    )


def _shown(rows: DataFrame, kind: str, as_of: date) -> DataFrame:
    """A kind's rows in the shared columns; of a meter, its latest installation, of before `as_of` if it has one."""
    if kind == "meter":
        installed = F.col("installed_date")
        latest = Window.partitionBy("meter_id").orderBy(installed > F.lit(as_of), installed.desc())
        rows = rows.withColumn("place", F.row_number().over(latest)).where("place = 1")

    def value(name: str) -> Column:
        source = _SHOWN.get(kind, {}).get(name, name if name in rows.columns else "null")
        return F.expr(source)

    columns = [value(name).cast(dtype).alias(name) for name, dtype in _COLUMNS.items()]
    return rows.select(F.lit(kind).alias("asset_kind"), F.col(f"{kind}_id").alias("asset_id"), *columns)


def _links(rows: DataFrame, topology: DataFrame | None, child: str, parent: str, as_of: date) -> DataFrame:
    """`<child>_id`, `linked_id`: one parent a child, the latest link of the topology before the asset's own record."""
    child_id, own = f"{child}_id", (F.col("asset_kind") == child) & F.col(f"{parent}_id").isNotNull()
    said = rows.where(own).select(child_id, F.col(f"{parent}_id").alias("linked_id"), F.lit(None).alias("since"))
    if topology is not None:
        held = spans(topology, child, parent).where(holds(as_of, "link_from_date", "link_to_date"))
        linked = F.col(f"{parent}_id").alias("linked_id")
        said = said.unionByName(held.select(child_id, linked, F.col("link_from_date").alias("since")))
    first = Window.partitionBy(child_id).orderBy(F.col("since").desc_nulls_last(), "linked_id")
    return said.withColumn("place", F.row_number().over(first)).where("place = 1").select(child_id, "linked_id")


def _with_parent(rows: DataFrame, links: DataFrame, child: str, parent: str) -> DataFrame:
    parent_id = f"{parent}_id"
    return (
        rows.join(links, on=f"{child}_id", how="left")
        .withColumn(parent_id, F.coalesce("linked_id", parent_id))
        .drop("linked_id")
    )


def _with_region(rows: DataFrame) -> DataFrame:
    of_substations = rows.where("asset_kind = 'substation'").select(
        "substation_id", F.col("region_code").alias("substation_region")
    )
    return (
        rows.join(of_substations, on="substation_id", how="left")
        .withColumn("region_code", F.coalesce("region_code", "substation_region"))
        .drop("substation_region")
    )


def _parent_kind() -> Column:
    above = F.create_map(*(F.lit(kind) for link in UPWARDS for kind in link))[F.col("asset_kind")]
    switched = F.when(F.col("feeder_id").isNotNull(), "feeder").when(F.col("substation_id").isNotNull(), "substation")
    linked = F.create_map(*(part for child, up in UPWARDS for part in (F.lit(child), F.col(f"{up}_id"))))
    return F.when(F.col("asset_kind") == "switchgear", switched).when(linked[F.col("asset_kind")].isNotNull(), above)
