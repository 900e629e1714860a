"""Prices at every quarter of an hour agree with the price list that the feed publishes."""

from datetime import date

import numpy as np
import pytest

from powerlake.simulate import offers
from powerlake.simulate.offers import TARIFFS
from powerlake.simulate.tariffs import period_of, price_change_date, price_of, tariff_commons
from powerlake.simulate.utility import Utility

UTILITY = Utility(customers=30, days=400, seed=5)


def day(of: date) -> int:
    return (of - UTILITY.first_date).days


def test_price_of_firms_by_hour() -> None:
    price = price_of(UTILITY, offers.FIRM_TIME_OF_USE)
    april = price[day(date(2024, 4, 10))]
    assert april[3 * 4] == pytest.approx(0.37)
    assert april[9 * 4] == pytest.approx(1.11)
    assert april[18 * 4] == pytest.approx(1.11)
    assert april[12 * 4] == pytest.approx(0.74)
    assert price[day(date(2024, 1, 10)), 18 * 4] == pytest.approx(1.332)
    assert price[day(date(2024, 1, 10)), 20 * 4] == pytest.approx(1.11)
    assert price[day(date(2024, 7, 10)), 18 * 4 + 3] == pytest.approx(0.77 * 1.5 * 1.2)


def test_prices_change_once() -> None:
    change = day(price_change_date(UTILITY))
    price = price_of(UTILITY, offers.FIRM_FLAT)
    assert (price[:change] == 0.78).all() and (price[change:] == 0.81).all()
    assert price_change_date(Utility(1, 10, 1, first_date=date(2024, 6, 2))) == date(2025, 6, 1)


def test_homes_have_day_and_night_over_midnight() -> None:
    period = period_of(UTILITY, offers.HOME_TIME_OF_USE)[0]
    assert (period[: 8 * 4] == offers.VALLEY).all() and (period[22 * 4 :] == offers.VALLEY).all()
    assert (period[8 * 4 : 22 * 4] == offers.PEAK).all()


@pytest.mark.parametrize("tariff", range(len(TARIFFS)))
def test_price_list_gives_every_price(tariff: int) -> None:
    rows = [
        row
        for row in tariff_commons(UTILITY).feeds["marketing/tariffs"].to_pylist()
        if row["tariff_code"] == TARIFFS[tariff].code and row["component"] == "energy" and row["step_from_kwh"] == 0
    ]
    for when in (date(2024, 1, 15), date(2024, 4, 30), date(2024, 5, 31), date(2024, 6, 1), date(2024, 8, 9)):
        for hour in range(24):
            holding = [row for row in rows if holds(row, when, hour)]
            expected = max(holding, key=lambda row: row["period"] == "sharp")["price_cny"]
            assert np.allclose(price_of(UTILITY, tariff)[day(when), hour * 4 : hour * 4 + 4], expected)


def holds(row: dict[str, object], when: date, hour: int) -> bool:
    """Whether a row of the price list is for the date and hour, read from its text."""
    months, hours = (spans(row["months"]), spans(row["hours"]))
    in_month = not months or any(first <= when.month <= last for first, last in months)
    in_hour = not hours or any(a <= hour < b if a < b else hour >= a or hour < b for a, b in hours)
    return in_month and in_hour and row["valid_from_date"] <= when <= (row["valid_to_date"] or date.max)


def spans(text: object) -> list[tuple[int, int]]:
    parts = [part.split("-") for part in str(text or "").split(",") if part]
    return [(int(part[0]), int(part[-1])) for part in parts]
