"""The days of the utility's country: holidays with their make-up working days, and how near the lunar new year is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
import numpy as np
import pyarrow as pa

from powerlake.simulate.utility import REGIONS, Bools, Ints, Made, Utility

COUNTRY = "CN"
NEW_YEAR = "春节"
FAR_DAYS = 99
"""Distance to the lunar new year that stands for any larger one."""


@dataclass(frozen=True)
class Calendar:
    """Arrays (days,); do not write into them."""

    is_working: Bools
    """People work: weekdays without a holiday, and make-up days."""
    is_make_up: Bools
    """A weekend day worked for a holiday."""
    weekday: Ints
    """0 for Monday."""
    after_new_year: Ints
    """Days after the nearest lunar new year's day, negative before it, ±FAR_DAYS at most."""
    holiday: tuple[str | None, ...]
    """Name of the public holiday or day off for one."""


@lru_cache(maxsize=4)
def calendar(utility: Utility) -> Calendar:
    """The calendar of the utility's days; the same object when asked again."""
    first, last = utility.first_date.year - 1, utility.last_date.year + 1
    book = holidays.country_holidays(COUNTRY, years=range(first, last + 1), language="zh_CN")
    dates = utility.dates.tolist()
    working = np.array([book.is_working_day(day) for day in dates])
    weekday = (utility.dates.astype(np.int64) + 3) % 7
    new_years = np.array(
        [min(days) for year in range(first, last + 1) if (days := _new_year_days(book, year))], "datetime64[D]"
    )
    after = (utility.dates[:, None] - new_years).astype(np.int64)
    nearest = after[np.arange(len(after)), np.abs(after).argmin(axis=1)]
    return Calendar(
        is_working=working,
        is_make_up=working & (weekday >= 5),
        weekday=weekday,
        after_new_year=np.clip(nearest, -FAR_DAYS, FAR_DAYS),
        holiday=tuple(book.get(day) for day in dates),
    )


def calendar_commons(utility: Utility) -> Made:
    """Feed external/calendar: a row a region and date."""
    days = calendar(utility)
    regions = len(REGIONS)
    rows = {
        "region_code": np.repeat(REGIONS, utility.days),
        "date": pa.array(np.tile(utility.dates, regions)),
        "is_working_day": np.tile(days.is_working, regions),
        "holiday_name": pa.array(list(days.holiday) * regions, pa.string()),
        "is_make_up_day": np.tile(days.is_make_up, regions),
    }
    return Made(feeds={"external/calendar": pa.table(rows)})


def _new_year_days(book: holidays.HolidayBase, year: int) -> list[date]:
    """Dates of a year that the book names by the lunar new year itself: its eve, a holiday of late, is left out."""
    return [day for day, name in book.items() if day.year == year and name.startswith(NEW_YEAR)]
