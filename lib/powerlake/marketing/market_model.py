"""gold.market_model: what the utility sells, by region, sector and month, and what it will."""

from __future__ import annotations

from datetime import date
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from powerlake.marketing.market_months import (
    MONTH,
    market_cells,
    market_months,
    normal_days,
    outputs,
    revenues,
)
from powerlake.marketing.market_outlook import NUMBERS, OUTLOOK, outlook
from powerlake.marketing.region_weather import daily_temperature
from powerlake.marketing.supply import Frames
from powerlake.tables.derive import spark_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.market_days import MARKET_DAYS
from powerlake.tables.gold.market_model import MARKET_MODEL
from powerlake.tables.parts import RUN_ID
from powerlake.tables.silver.of_feed import silver_of

_FEEDS = (
    "marketing/customers",
    "marketing/bills",
    "external/weather",
    "external/economy",
)
INPUTS = (*(silver_of(FEEDS[path]) for path in _FEEDS), MARKET_DAYS)


def market_model(frames: Frames, as_of: date) -> DataFrame:
    """Rows of MARKET_MODEL without the run; nothing after `as_of` is used. What an absent table would say is null.

    `frames` must have silver.customers, and market days or bills.
    """
    cells = market_cells(frames["silver.customers"])
    parts = [*_of_use(frames, cells, as_of), *_of_bills(frames, cells, as_of)]
    months = reduce(lambda one, other: one.join(other, list(MONTH), how="full"), parts)
    if "silver.economy" in frames:
        published = outputs(frames["silver.economy"]).where(F.col("month_date") <= F.lit(as_of))
        months = months.join(published, list(MONTH), how="left")
    given = [F.col(name) if name in months.columns else F.lit(None).alias(name) for name in NUMBERS]
    rows = months.select(*MONTH, *(column.cast("double") for column in given)).toDF(*MONTH, *NUMBERS)
    return _declared(rows.coalesce(1).mapInArrow(outlook, from_arrow_schema(OUTLOOK)), as_of)


def _of_use(frames: Frames, cells: DataFrame, as_of: date) -> list[DataFrame]:
    if "gold.market_days" not in frames:
        return []
    days = frames["gold.market_days"].where(F.col("date") <= F.lit(as_of)).drop("month", "run_id")
    if "silver.weather" not in frames:
        return [market_months(days, None)]
    return [market_months(days, normal_days(days, daily_temperature(frames["silver.weather"], cells)))]


def _of_bills(frames: Frames, cells: DataFrame, as_of: date) -> list[DataFrame]:
    return [revenues(frames["silver.bills"], cells, as_of)] if "silver.bills" in frames else []


def _declared(rows: DataFrame, as_of: date) -> DataFrame:
    dated = rows.withColumn("as_of_date", F.lit(as_of))
    columns = [field for field in spark_schema(MARKET_MODEL) if field.name != RUN_ID.name]
    return dated.select(*(F.col(field.name).cast(field.dataType) for field in columns))
