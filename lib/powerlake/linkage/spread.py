"""Linkage of customers on Spark: the kernels of this package, each on the rows that it must see together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T
from pyspark.sql.window import Window as W

from powerlake.linkage.clusters import CLUSTERED, clusters_of
from powerlake.linkage.compared import (
    BLOCKED,
    COMPARED,
    PAIRS,
    RECORDS,
    Population,
    blocked,
    candidate_pairs,
    pairs_among,
)
from powerlake.linkage.fellegi_sunter import LINKS, METHOD_VERSION, LinkModel, fit, links_of

_SQL_TYPES = {pa.string(): "string", pa.int8(): "tinyint", pa.int32(): "int", pa.int64(): "bigint",
              pa.float64(): "double", pa.list_(pa.string()): "array<string>"}  # fmt: skip
Kernel = Callable[[pa.Table], pa.Table]


def records_of(customers: DataFrame) -> DataFrame:
    """Rows of RECORDS; the number of a value is its 64-bit hash."""
    numbered = [F.when(F.col(name).isNotNull(), F.xxhash64(name)).alias(name) for name in COMPARED]
    return customers.select("customer_id", *numbered)


def pairs_of(records: DataFrame) -> DataFrame:
    """Rows of PAIRS, each pair once: records that agree in a pseudonym which not too many have."""
    rows = _through(blocked, records, RECORDS, BLOCKED)
    return _through(candidate_pairs, rows.repartition("by", "block"), BLOCKED, PAIRS).distinct()


def population_of(records: DataFrame) -> Population:
    """The pairs among the records, counted by value: one row a column comes back."""
    cells = F.array(
        *(F.struct(F.lit(place).alias("place"), F.col(name).alias("value")) for place, name in enumerate(COMPARED))
    )
    by_value = records.select(F.explode(cells).alias("cell")).select("cell.*").groupBy("place", "value").count()
    n = F.col("count").cast("double")
    sums = (
        by_value.groupBy("place")
        .agg(
            F.sum(n).alias("records"),
            F.sum(F.when(F.col("value").isNotNull(), n)).alias("known"),
            F.sum(F.when(F.col("value").isNotNull(), n * (n - 1) / 2)).alias("agreeing"),
        )
        .collect()
    )
    rows = {row["place"]: row for row in sums}
    return Population(
        pairs=pairs_among(int(rows[0]["records"])) if rows else 0.0,
        known=np.array(
            [pairs_among(int(rows[place]["known"] or 0)) if rows else 0.0 for place in range(len(COMPARED))]
        ),
        agreeing=np.array([rows[place]["agreeing"] or 0.0 if rows else 0.0 for place in range(len(COMPARED))]),
    )


def fitted(pairs: DataFrame, population: Population) -> LinkModel:
    """The model of the pairs. What comes back from them is a row a pattern: see `compared`."""
    counts = pairs.groupBy("pattern").count().collect()
    pattern, count = np.array([(row["pattern"], row["count"]) for row in counts], np.int64).reshape(-1, 2).T
    return fit(pattern, count, population)


def customer_links(customers: DataFrame, pairs: DataFrame, model: LinkModel) -> DataFrame:
    """Rows of silver.customer_links, but for the run."""
    links = _through(lambda rows: links_of(rows, model), pairs, PAIRS, LINKS)
    clustered = _through(clusters_of, links.repartition(1), LINKS, CLUSTERED)
    stands_first = W.partitionBy("cluster").orderBy(*_rank())
    return (
        customers.select("customer_id", "opened_date", "closed_date")
        .join(clustered, "customer_id", "left")
        .withColumn("cluster", F.coalesce("cluster", "customer_id"))
        .select(
            "customer_id",
            F.first("customer_id").over(stands_first).alias("linked_customer_id"),
            F.count("*").over(W.partitionBy("cluster")).cast(T.IntegerType()).alias("records"),
            "probability",
            "evidence",
            F.lit(METHOD_VERSION).alias("method_version"),
        )
    )


def _rank() -> list[Column]:
    """The record that stands for a cluster: still a customer, opened last, of the smallest number."""
    return [F.col("closed_date").isNotNull(), F.col("opened_date").desc_nulls_last(), F.col("customer_id")]


def _through(kernel: Kernel, frame: DataFrame, given: pa.Schema, made: pa.Schema) -> DataFrame:
    """The kernel on each partition as a whole."""

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from kernel(_whole(batches, given)).to_batches()

    ddl = ", ".join(f"{field.name} {_SQL_TYPES[field.type]}" for field in made)
    return frame.select(*given.names).mapInArrow(work, ddl)


def _whole(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    parts = [pa.Table.from_batches([batch]).cast(schema) for batch in batches]
    return pa.concat_tables(parts) if parts else schema.empty_table()
