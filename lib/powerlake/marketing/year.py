"""The year before a day: what most measures of a profile speak of."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F

YEAR = 365


def first_of_year(as_of: date) -> date:
    """The first of the YEAR days that end with `as_of`."""
    return as_of - timedelta(days=YEAR - 1)


def in_year(column: str, as_of: date) -> Column:
    """Whether a local date is among the YEAR days that end with `as_of`."""
    return F.col(column).between(F.lit(first_of_year(as_of)), F.lit(as_of))
