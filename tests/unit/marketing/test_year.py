"""The 365 days up to a day: its whole months, and the months it only has a part of, cover it once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from powerlake.marketing.year import YEAR, ends_of_year, first_of_year, whole_months

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@given(days)
def test_every_day_of_the_year_lies_in_a_whole_month_or_at_an_end(as_of: date) -> None:
    whole, ends = whole_months(as_of), ends_of_year(as_of)
    within = [first_of_year(as_of) + timedelta(days=place) for place in range(YEAR)]
    assert {f"{day:%Y-%m}" for day in within} == {*whole, *ends}
    assert not {*whole} & {*ends}
    outside = (within[0] - timedelta(days=1), within[-1] + timedelta(days=1))
    assert not {f"{day:%Y-%m}" for day in outside} & {*whole}


def test_a_year_from_the_first_of_a_month_has_whole_months_only() -> None:
    assert (len(whole_months(date(2023, 12, 31))), ends_of_year(date(2023, 12, 31))) == (12, [])
    assert ends_of_year(date(2024, 12, 31)) == ["2024-01"]
