"""Low Carbon London: a dynamic tariff, the households it was tried on, their use, weather and bank holidays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import Times, instants, local_times, numbers, same, utc_of
from powerlake.landing.adapters.lcl_households import contracts, customers, tariffs
from powerlake.landing.adapters.lcl_names import GBP_PER_KWH, REGION, ZONE
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import first

TARIFFS, HOUSEHOLDS, GROUP = "Tariffs.csv", "informations_households.csv", "dtou_group_2013.csv"
WEATHER, HOLIDAYS = "weather_hourly_darksky.csv", "uk_bank_holidays.csv"
GROUPS = ("flex", "noflex")
HALF_HOUR = np.timedelta64(30, "m")


def pieces(folder: Path) -> Iterator[Piece]:
    """Prices, group use, weather, calendar, tariffs, customers and contracts.

    Tariff and group use are labelled by the London clock: at the two clock changes of 2013 the working-day profile of
    the group moves by 3 and 6 minutes from one week to the next, no more than at other Sundays, where labels in
    standard time would move it by an hour. The two labels of 31 March that this clock lacks are left out; the hour
    that comes twice on 27 October has one value, taken for the first. The weather is in UTC: in summer the group's
    own temperature follows it an hour late, in winter not.
    """
    announced = first(folder, TARIFFS, "TariffDateTime", "Tariff")
    yield Piece("external/prices", "lcl_prices.csv", _prices(announced))
    yield Piece("dispatch/feeder_load", "lcl_group_use.csv", _group_use(folder))
    yield Piece("external/weather", "lcl_weather.csv", _weather(folder))
    yield Piece("external/calendar", "lcl_calendar.csv", _calendar(folder))
    yield Piece("marketing/tariffs", "lcl_tariffs.csv", tariffs())
    households = first(folder, HOUSEHOLDS, "LCLid", "stdorToU", "Acorn")
    yield Piece("marketing/customers", "lcl_customers.csv", customers(households))
    yield Piece("marketing/contracts", "lcl_contracts.csv", contracts(households))


def _prices(announced: pa.Table) -> pa.Table:
    """One row a half hour, labelled with its start: 00:00 of the first day to 23:30 of the last."""
    labels = pc.replace_substring(announced["TariffDateTime"], "-", "/")
    starts, exists = utc_of(local_times(labels, "day first"), ZONE)
    level = pc.utf8_lower(announced["Tariff"])
    price = pc.index_in(level, pa.array([*GBP_PER_KWH]))
    rows = {
        "area_id": same("lcl_dtou", len(announced)),
        "starts_at": instants(starts),
        "interval_minutes": same("30", len(announced)),
        "price_per_kwh": pa.array(GBP_PER_KWH.values()).take(price.combine_chunks()),
        "currency": same("GBP", len(announced)),
        "price_level": level,
    }
    return pa.table(rows).filter(pa.array(exists))


def _group_use(folder: Path) -> pa.Table:
    """The load of the responsive and of the other households of the trial group, each as a region.

    As load, not as the demand of `prices`: it was measured, not announced, and two groups saw the same price. How
    many households reported changes, so it comes along, beyond the feed's columns; kW by it is the mean.
    """
    use = first(folder, GROUP, "DateTime", *(f"{kind}_{group}" for group in GROUPS for kind in ("mean", "sum")))
    starts, exists = utc_of(local_times(use["DateTime"]), ZONE)
    loads = [_load(use, starts + HALF_HOUR, group).filter(pa.array(exists)) for group in GROUPS]
    return pa.concat_tables(loads)


def _load(use: pa.Table, ends: Times, group: str) -> pa.Table:
    count = len(use)
    total, mean = numbers(use[f"sum_{group}"], 2, 6), numbers(use[f"mean_{group}"], 2)
    return pa.table(
        {
            "asset_kind": same("region", count),
            "asset_id": same(f"lcl_{group}", count),
            "winding": same("all", count),
            "measured_at": instants(ends),
            "active_power_kw": total,
            "households": pc.round(pc.divide(total, mean)).cast(pa.int32()),
        }
    )


def _weather(folder: Path) -> pa.Table:
    """One row an hour. Wind is in m/s: its mean of 3.9 would be very little in miles an hour."""
    columns = ("time", "temperature", "dewPoint", "humidity", "windSpeed", "pressure", "summary")
    hours = first(folder, WEATHER, *columns)
    weather = {
        "station_id": same("london", len(hours)),
        "observed_at": instants(local_times(hours["time"])),
        "interval_minutes": same("60", len(hours)),
        "temperature_c": numbers(hours["temperature"]),
        "dew_point_c": numbers(hours["dewPoint"]),
        "humidity_pct": numbers(hours["humidity"], 100, 3),
        "wind_speed_m_s": numbers(hours["windSpeed"]),
        "pressure_hpa": numbers(hours["pressure"]),
        "condition": hours["summary"],
    }
    return pa.table(weather).sort_by("observed_at")


def _calendar(folder: Path) -> pa.Table:
    """One row a date of the years that the list of bank holidays has."""
    listed = first(folder, HOLIDAYS, "Bank holidays", "Type")
    dates = holiday_dates(listed["Bank holidays"])
    years = dates.astype("datetime64[Y]")
    every = np.arange(years.min(), years.max() + 1, dtype="datetime64[Y]").astype("datetime64[D]")
    days = np.arange(every[0], (years.max() + 1).astype("datetime64[D]"))
    place = pc.index_in(pa.array(days), pa.array(dates))
    names = pc.replace_substring(listed["Type"], "?s", "'s")
    return pa.table(
        {
            "region_code": same(REGION, len(days)),
            "date": pa.array(days),
            "is_working_day": pa.array(np.is_busday(days, holidays=dates)),
            "holiday_name": names.take(place),
        }
    )


def holiday_dates(text: pa.ChunkedArray) -> np.ndarray:
    """Dates of the list, which mixes two orders: the month is first where the second number is above 12, else the day.

    So 12/26/2012 is Boxing Day and 9/4/2012 Easter Monday, 9 April.
    """
    parts = pc.extract_regex(text, r"^(?P<a>\d+)/(?P<b>\d+)/(?P<year>\d{4})$")
    a, b, year = (pc.struct_field(parts, name).cast(pa.int32()).to_numpy() for name in ("a", "b", "year"))
    month, day = np.where(b > 12, a, b), np.where(b > 12, b, a)
    months = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + (month - 1)
    return np.asarray(months.astype("datetime64[D]") + (day - 1))


LCL_LONDON = Adapter(
    "lcl_london",
    "a dynamic tariff of 2013, its households, group use, weather, holidays",
    (TARIFFS, GROUP, WEATHER, HOLIDAYS, HOUSEHOLDS),
    pieces,
    ZONE,
)
