"""What electricity costs at every quarter of an hour, and the price lists of the utility and the authority."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pyarrow as pa

from powerlake.simulate.offers import FLAT, PERIODS, TARIFFS, Prices, Tariff
from powerlake.simulate.utility import Floats, Ints, Made, Utility

QUARTERS = 96
PRICE_CHANGE_MONTH = 6
"""New prices hold from the first of the first June that is not before the utility's first day."""


def price_change_date(utility: Utility) -> date:
    """First day of the new prices; it may lie after the utility's last day."""
    first = utility.first_date
    this_year = date(first.year, PRICE_CHANGE_MONTH, 1)
    return this_year if this_year >= first else date(first.year + 1, PRICE_CHANGE_MONTH, 1)


@lru_cache(maxsize=16)
def period_of(utility: Utility, tariff: int) -> Ints:
    """(days, 96) place in PERIODS at each quarter of an hour; do not write into it."""
    month = utility.dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    hour = np.arange(QUARTERS) // 4
    period = np.full((utility.days, QUARTERS), FLAT)
    for hours in TARIFFS[tariff].schedule:
        holds = np.isin(month, _months(hours.months))[:, None] & np.isin(hour, _hours(hours.hours))
        period[holds] = hours.period
    period.flags.writeable = False
    return period


@lru_cache(maxsize=16)
def price_of(utility: Utility, tariff: int) -> Floats:
    """(days, 96) price of a kWh in CNY, of the first step where there are steps; do not write into it."""
    period = period_of(utility, tariff)
    old, new = (np.array(prices.by_period)[period] for prices in (TARIFFS[tariff].before, TARIFFS[tariff].after))
    price = np.where((utility.dates >= np.datetime64(price_change_date(utility)))[:, None], new, old)
    price.flags.writeable = False
    return price


def tariff_commons(utility: Utility) -> Made:
    """Feeds marketing/tariffs and external/tariff_book: the same prices as the utility and as the authority put them.

    The book has a document for each tariff and date, and energy only.
    """
    tariffs: list[dict[str, object]] = []
    book: list[dict[str, object]] = []
    for number, tariff in enumerate(TARIFFS):
        for prices, first, last in _editions(utility, tariff):
            dates = {"valid_from_date": first, "valid_to_date": last}
            for row in _price_rows(tariff, prices):
                names = {"tariff_code": tariff.code, "name": tariff.name, "tariff_kind": tariff.kind}
                tariffs.append(names | row | dates)
                if row["component"] == "energy":
                    book.append(_book_row(f"PB{first.year}-{number + 1:02d}", tariff, row) | dates)
    return Made(feeds={"marketing/tariffs": _table(tariffs), "external/tariff_book": _table(book)})


def _table(rows: list[dict[str, object]]) -> pa.Table:
    return pa.table({name: [row[name] for row in rows] for name in rows[0]})


def _editions(utility: Utility, tariff: Tariff) -> Iterator[tuple[Prices, date, date | None]]:
    change = price_change_date(utility)
    yield tariff.before, date(change.year - 2, 12, 1), change - timedelta(days=1)
    yield tariff.after, change, None


def _price_rows(tariff: Tariff, prices: Prices) -> Iterator[dict[str, object]]:
    """Component, period, step, price, hours and months of all that a tariff charges."""
    for hours in tariff.schedule:
        period = PERIODS[hours.period]
        yield _price_row("energy", period, 0.0, prices.by_period[hours.period], hours.hours, hours.months or None)
    if not tariff.schedule:
        for step_from, price in prices.by_step:
            yield _price_row("energy", "all", step_from, price)
    if prices.demand:
        yield _price_row("demand", "all", 0.0, prices.demand)
    if prices.fixed:
        yield _price_row("fixed", "all", 0.0, prices.fixed)


def _price_row(
    component: str, period: str, step_from: float, price: float, hours: str | None = None, months: str | None = None
) -> dict[str, object]:
    return {
        "component": component,
        "period": period,
        "step_from_kwh": step_from,
        "price_cny": price,
        "hours": hours,
        "months": months,
    }


def _book_row(document_id: str, tariff: Tariff, row: dict[str, object]) -> dict[str, object]:
    return {
        "document_id": document_id,
        "region_code": "all",
        "category": tariff.category,
        "voltage_level": tariff.voltage_level,
        "period": row["period"],
        "step_from_kwh": row["step_from_kwh"],
        "price_cny_per_kwh": row["price_cny"],
        "hours": row["hours"],
        "months": row["months"],
    }


def _hours(text: str) -> list[int]:
    """Hours of the day that text such as 8-11,22-6 covers, so 8, 9, 10, 22, 23, 0 to 5 of it."""
    pairs = (part.split("-") for part in text.split(","))
    return [hour % 24 for first, end in pairs for hour in range(int(first), int(end) + 24 * (int(end) < int(first)))]


def _months(text: str) -> list[int]:
    """Months that text such as 1,7-8 covers, both ends with it; all for an empty text."""
    pairs = [part.split("-") for part in text.split(",") if part]
    return [month for pair in pairs for month in range(int(pair[0]), int(pair[-1]) + 1)] or list(range(1, 13))
