"""Working days and public holidays of a country, from the library `holidays`, as the feed external/calendar."""

from __future__ import annotations

from datetime import date

import holidays
import pyarrow as pa

from powerlake.errors import ConfigurationError


def calendar(country: str, years: list[int], subdivision: str | None = None) -> pa.Table:
    """One row a date of these years: region_code, date, is_working_day, holiday_name and is_make_up_day.

    `country` is an ISO 3166 code such as CN, `subdivision` the part behind the hyphen of ISO 3166-2. Names are in the
    country's own language. A make-up day is a day of the weekend worked for a holiday. Raises ConfigurationError for
    a country or year the library does not have.
    """
    found = _of_country(country, years, subdivision)
    days = [day for year in sorted(set(years)) for day in _days(year)]
    worked = found.weekend_workdays
    return pa.table(
        {
            "region_code": [f"{country}-{subdivision}" if subdivision else country] * len(days),
            "date": pa.array(days, pa.date32()),
            "is_working_day": [found.is_working_day(day) for day in days],
            "holiday_name": pa.array([found.get(day) for day in days], pa.string()),
            "is_make_up_day": [day in worked for day in days],
        }
    )


def unannounced(country: str, years: list[int]) -> list[int]:
    """Years for which a country that orders make-up days has none in the library: most often not announced yet."""
    known = {day.year for day in _of_country(country, [*range(2010, 2025), *years], None).weekend_workdays}
    return [year for year in sorted(set(years)) if known and year not in known]


def _of_country(country: str, years: list[int], subdivision: str | None) -> holidays.HolidayBase:
    if not years or min(years) < 1990 or max(years) > 2099:
        raise ConfigurationError("years lie between 1990 and 2099", remedy="give them as 2024,2025")
    try:
        language = holidays.country_holidays(country, subdiv=subdivision).default_language
        return holidays.country_holidays(country, subdiv=subdivision, years=years, language=language)
    except NotImplementedError as error:
        place = f"{country}-{subdivision}" if subdivision else country
        raise ConfigurationError(f"no holidays are known for {place}", remedy="give an ISO code, such as CN") from error


def _days(year: int) -> list[date]:
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    return [date.fromordinal(day) for day in range(first, following)]
