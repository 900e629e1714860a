"""gold.customer_profile: all that the departments know of a customer on a day, joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from powerlake.marketing.profile_account import accounts, contracts_held, segments_of, tariff_kinds
from powerlake.marketing.profile_grid import meter_events, network_positions, with_outages
from powerlake.marketing.profile_money import balances, billed, late_payments, reminders
from powerlake.marketing.profile_service import channels_used, tickets_of
from powerlake.marketing.profile_use import carried_responses, usage, weather_responses
from powerlake.marketing.region_weather import daily_temperature
from powerlake.marketing.supply import Frames, main_meters, supplies
from powerlake.tables.derive import spark_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_months import CUSTOMER_MONTHS
from powerlake.tables.gold.customer_profile import COUNTS, CUSTOMER_PROFILE, SPOKEN_OF
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.parts import RUN_ID
from powerlake.tables.silver.of_feed import silver_of

_FEEDS = (
    "marketing/customers",
    "marketing/contracts",
    "marketing/tariffs",
    "marketing/bills",
    "marketing/payments",
    "marketing/dunning",
    "metering/meters",
    "metering/meter_events",
    "service/tickets",
    "service/channel_usage",
    "dispatch/outages",
    "assets/topology",
    "external/weather",
)
INPUTS = (*(silver_of(FEEDS[path]) for path in _FEEDS), CUSTOMER_DAYS, CUSTOMER_MONTHS, CUSTOMER_SEGMENTS)


def customer_profiles(frames: Frames, as_of: date, clock: str, standing: DataFrame | None = None) -> DataFrame:
    """Rows of CUSTOMER_PROFILE without the run; nothing after `as_of` is used. What an absent table would say is null.

    `frames` must have silver.customers; days end by the utility's `clock`. Where the profiles `standing` are given,
    their weather responses are kept.
    """
    customers = accounts(frames["silver.customers"], as_of)
    joined = _side_by_side([customers, *_parts(frames, customers, as_of, clock, standing)])
    of_customers = joined.where(F.col("is_active").isNotNull())  # which `accounts` says of each
    return _declared(_counted(of_customers, frames), as_of)


def _side_by_side(parts: Iterable[DataFrame]) -> DataFrame:
    """The parts, each with a row a customer and columns of its own, in one row a customer.

    One aggregate over all of them below one another: a plan with a join a part took three times as long to make.
    """
    stacked = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)
    names = [name for name in stacked.columns if name != "customer_id"]
    return stacked.groupBy("customer_id").agg(*(F.max(name).alias(name) for name in names))


def _parts(
    frames: Frames, customers: DataFrame, as_of: date, clock: str, standing: DataFrame | None
) -> Iterator[DataFrame]:
    """Frames keyed by customer_id, one for each thing that can be said with the tables that are there."""
    supplied = supplies(frames, as_of)
    meters = main_meters(supplied, as_of)
    yield meters
    yield from _of_contracts(frames, as_of)
    yield from _of_use(frames, customers, as_of, standing)
    yield from _of_money(frames, as_of)
    yield from _of_network(frames, supplied, meters, as_of, clock)
    if "gold.customer_segments" in frames:
        yield segments_of(frames["gold.customer_segments"], meters, as_of)
    if "silver.tickets" in frames:
        yield tickets_of(frames["silver.tickets"], as_of)
    if "silver.channel_usage" in frames:
        yield channels_used(frames["silver.channel_usage"], as_of)


def _of_contracts(frames: Frames, as_of: date) -> Iterator[DataFrame]:
    if "silver.contracts" not in frames:
        return
    held = contracts_held(frames["silver.contracts"], as_of)
    if "silver.tariffs" in frames:
        kinds = F.broadcast(tariff_kinds(frames["silver.tariffs"], as_of))
        held = held.join(kinds, "tariff_code", how="left")
    yield held


def _of_use(frames: Frames, customers: DataFrame, as_of: date, standing: DataFrame | None) -> Iterator[DataFrame]:
    if not {"gold.customer_days", "gold.customer_months"} <= set(frames):
        return
    days = frames["gold.customer_days"]
    yield usage(frames["gold.customer_months"], days, as_of)
    if standing is not None:
        yield carried_responses(standing)
    elif "silver.weather" in frames:
        temperature = daily_temperature(frames["silver.weather"], customers)
        yield weather_responses(days, customers, temperature, as_of)


def _of_money(frames: Frames, as_of: date) -> Iterator[DataFrame]:
    bills, payments = frames.get("silver.bills"), frames.get("silver.payments")
    if bills is not None:
        yield billed(bills, as_of)
    if bills is not None and payments is not None:
        yield late_payments(bills, payments, as_of)
        yield balances(bills, payments, as_of)
    if "silver.dunning" in frames:
        yield reminders(frames["silver.dunning"], as_of)


def _of_network(frames: Frames, supplied: DataFrame, meters: DataFrame, as_of: date, clock: str) -> Iterator[DataFrame]:
    if "silver.meter_events" in frames:
        yield meter_events(frames["silver.meter_events"], supplied, as_of)
    if "silver.topology" not in frames:
        return
    positions = network_positions(frames["silver.topology"], meters, as_of)
    outages = frames.get("silver.outages")
    yield positions if outages is None else with_outages(positions, outages, as_of, clock)


def _counted(joined: DataFrame, frames: Frames) -> DataFrame:
    """Counts of a table that is there are 0, not null, for a customer without a row in it."""
    return joined.fillna(0, [name for name, table in COUNTS.items() if table in frames and name in joined.columns])


def _declared(joined: DataFrame, as_of: date) -> DataFrame:
    """The columns of the declaration: null where no part had them, and what is missing of a customer said."""
    missing = F.filter(F.array(*_missing(joined.columns)), F.isnotnull)
    have = {
        "as_of_date": F.lit(as_of),
        "missing": missing,
        "completeness": (1 - F.size(missing) / len(SPOKEN_OF)).cast("float"),
    }
    return joined.select(
        *(
            have.get(field.name, F.col(field.name) if field.name in joined.columns else F.lit(None))
            .cast(field.dataType)
            .alias(field.name)
            for field in spark_schema(CUSTOMER_PROFILE)
            if field.name != RUN_ID.name
        )
    )


def _missing(columns: Iterable[str]) -> list[Column]:
    """For each department its name where it says nothing of the customer, else null."""
    return [
        F.when(F.col(column).isNull(), F.lit(department)) if column in set(columns) else F.lit(department)
        for department, column in SPOKEN_OF.items()
    ]
