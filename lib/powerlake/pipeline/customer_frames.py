"""What the jobs on customers' use work on: which months may have changed, and who was supplied through which meter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from powerlake.pipeline.changed import Held, months_to_make
from powerlake.tables.feeds.marketing import BILLS, CONTRACTS, CUSTOMERS, PAYMENTS
from powerlake.tables.feeds.metering import METERS
from powerlake.tables.feeds.service import TICKETS
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_profile import CUSTOMER_PROFILE
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.market_days import MARKET_DAYS
from powerlake.tables.model import Table
from powerlake.tables.silver.of_feed import silver_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from powerlake.pipeline.context import JobContext

_CUSTOMERS = silver_of(CUSTOMERS)
HELD_BY_CUSTOMER = Held(_CUSTOMERS, ("customer_id",), "opened_date", "closed_date")
HELD_BY_CONTRACT = Held(silver_of(CONTRACTS), ("customer_id", "point_id"), "start_date", "end_date")
INSTALLED = Held(
    silver_of(METERS),
    ("point_id", "meter_id", "multiplier"),
    "installed_date",
    "removed_date",
    holds_on_last=METERS.holds_on_last,
)
IN_CELL = Held(_CUSTOMERS, ("customer_id", "region_code", "sector_code"), "opened_date", "closed_date")
LATEST = (
    (CUSTOMER_DAYS, "date"),
    (MARKET_DAYS, "date"),
    (silver_of(BILLS), "issued_date"),
    (silver_of(PAYMENTS), "paid_date"),
    (silver_of(TICKETS), "opened_date"),
)
"""Tables that grow day by day, and the column of the day; the first that is there says how far the data reach."""
SUPPLY = (_CUSTOMERS, HELD_BY_CONTRACT.table, INSTALLED.table)


def supply_months(ctx: JobContext) -> set[str]:
    """The months in which gold.customer_days may be other than it stands."""
    by = HELD_BY_CONTRACT if ctx.files(HELD_BY_CONTRACT.table) else HELD_BY_CUSTOMER
    return months_to_make(ctx, CUSTOMER_DAYS, [DAILY_LOAD_FEATURES], [by, INSTALLED])


def market_months(ctx: JobContext) -> set[str]:
    """The months in which gold.market_days may be other than it stands."""
    return months_to_make(ctx, MARKET_DAYS, [CUSTOMER_DAYS], [IN_CELL])


def latest_date(ctx: JobContext, inputs: Iterable[Table]) -> date | None:
    """The last local date of the first of the LATEST tables among the inputs that holds a row; None where none does."""
    there = {table.name for table in inputs if ctx.files(table)}
    days = (ctx.lake.highest(table, column) for table, column in LATEST if table.name in there)
    return next(days, None)


def profiles_to_carry(ctx: JobContext, as_of: date) -> DataFrame | None:
    """gold.customer_profile as it stands, where its weather responses are recent enough to keep; else None."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    if ctx.is_forced or not ctx.files(CUSTOMER_PROFILE):
        return None
    standing = ctx.read(CUSTOMER_PROFILE)
    fitted: date | None = standing.agg(F.max("weather_fit_date")).collect()[0][0]
    age = None if fitted is None else (as_of - fitted).days
    return standing if age is not None and 0 <= age < ctx.settings.profile.refit_days else None
