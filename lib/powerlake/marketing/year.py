"""The year before a day: what most measures of a profile speak of."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

from powerlake.months import touched

YEAR = 365


def first_of_year(as_of: date) -> date:
    """The first of the YEAR days that end with `as_of`."""
    return as_of - timedelta(days=YEAR - 1)


def in_year(column: str, as_of: date) -> Column:
    """Whether a local date is among the YEAR days that end with `as_of`."""
    return F.col(column).between(F.lit(first_of_year(as_of)), F.lit(as_of))


def whole_months(as_of: date) -> list[str]:
    """The months (YYYY-MM) that lie within the YEAR days as a whole."""
    months = touched(first_of_year(as_of), as_of)
    starts_whole, ends_whole = first_of_year(as_of).day == 1, (as_of + timedelta(days=1)).day == 1
    return months[0 if starts_whole else 1 : len(months) if ends_whole else -1]


def ends_of_year(as_of: date) -> list[str]:
    """The months of which a part lies within the YEAR days and a part without."""
    whole = set(whole_months(as_of))
    return [month for month in touched(first_of_year(as_of), as_of) if month not in whole]
