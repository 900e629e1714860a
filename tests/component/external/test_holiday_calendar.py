"""Working days: China's with the weekends worked for holidays, any country's with its own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from powerlake.errors import ConfigurationError
from powerlake.external.holiday_calendar import calendar, unannounced


def by_date(country: str, year: int, part: str | None = None) -> dict[date, dict[str, object]]:
    return {row["date"]: row for row in calendar(country, [year], part).to_pylist()}


def test_the_spring_festival_of_2024() -> None:
    """Notice of the State Council: 10 to 17 February off, Sundays 4 and 18 worked."""
    days = by_date("CN", 2024)
    off = [date(2024, 2, day) for day in range(10, 18)]
    assert not any(days[day]["is_working_day"] for day in off)
    assert days[off[0]]["holiday_name"] == "春节"
    for worked in (date(2024, 2, 4), date(2024, 2, 18)):
        assert (days[worked]["is_working_day"], days[worked]["is_make_up_day"]) == (True, True)
    assert days[date(2024, 2, 25)]["is_working_day"] is False


def test_every_date_of_the_years_comes_once() -> None:
    dates = calendar("CN", [2024, 2023, 2024])["date"].to_pylist()
    assert dates == [date(2023, 1, 1) + timedelta(day) for day in range(731)]


def test_a_part_of_a_country_has_its_own_days() -> None:
    epiphany = date(2025, 1, 6)
    bavaria, germany = by_date("DE", 2025, "BY")[epiphany], by_date("DE", 2025)[epiphany]
    assert (bavaria["region_code"], bavaria["is_working_day"]) == ("DE-BY", False)
    assert (germany["region_code"], germany["is_working_day"]) == ("DE", True)


@pytest.mark.parametrize(("country", "years"), [("XX", [2024]), ("DE-XX", [2024]), ("CN", []), ("CN", [1066])])
def test_what_the_library_lacks_is_told(country: str, years: list[int]) -> None:
    nation, _, part = country.partition("-")
    with pytest.raises(ConfigurationError):
        calendar(nation, years, part or None)


def test_a_year_not_announced_is_told() -> None:
    assert unannounced("CN", [2024, 2090]) == [2090]
    assert unannounced("DE", [2024, 2090]) == []


@pytest.mark.parametrize("year", range(2022, 2027))
def test_china_agrees_with_another_library(year: int) -> None:
    oracle = pytest.importorskip("chinese_calendar", reason="chinesecalendar is not installed")
    days = by_date("CN", year)
    assert {day: row["is_working_day"] for day, row in days.items()} == {day: oracle.is_workday(day) for day in days}
