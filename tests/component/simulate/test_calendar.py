"""China's calendar as it was in 2024, and the economy's rows."""

from __future__ import annotations

from datetime import date

import numpy as np

from powerlake.simulate.calendar import FAR_DAYS, calendar, calendar_commons
from powerlake.simulate.economy import SECTORS, economy_commons, level_of, months
from powerlake.simulate.utility import REGIONS, Utility

YEAR = Utility(10, 400, 1)


def on(day: str) -> int:
    return (date.fromisoformat(day) - YEAR.first_date).days


def test_spring_festival_of_2024() -> None:
    days = calendar(YEAR)

    assert days.after_new_year[on("2024-02-10")] == 0
    assert days.after_new_year[on("2024-02-05")] == -5
    assert days.after_new_year[on("2025-01-29")] == 0
    assert days.after_new_year[on("2024-07-20")] == FAR_DAYS
    assert not days.is_working[on("2024-02-10") : on("2024-02-18")].any()
    assert days.is_make_up[on("2024-02-04")]
    assert days.is_working[on("2024-02-18")]
    assert days.holiday[on("2024-02-10")] == "春节"


def test_weekdays_and_weekends() -> None:
    days = calendar(YEAR)

    assert days.weekday[on("2024-03-11")] == 0
    assert days.is_working[on("2024-03-11")]
    assert not days.is_working[on("2024-03-16")]
    assert days.is_make_up.sum() == 9


def test_a_row_a_region_and_date() -> None:
    rows = calendar_commons(YEAR).feeds["external/calendar"]

    assert rows.num_rows == len(REGIONS) * YEAR.days
    assert rows["date"].to_pylist()[: YEAR.days] == YEAR.dates.tolist()
    assert rows["is_working_day"].to_pylist()[-YEAR.days :] == calendar(YEAR).is_working.tolist()


def test_output_is_published_for_every_sector_and_month() -> None:
    rows = economy_commons(YEAR).feeds["external/economy"]
    keys = set(zip(*(rows[name].to_pylist() for name in ("region_code", "sector_code", "month_date")), strict=True))

    assert len(keys) == rows.num_rows == len(REGIONS) * len(SECTORS) * len(months(YEAR))
    assert 60 < min(rows["value"].to_pylist()) < max(rows["value"].to_pylist()) < 160


def test_firms_follow_their_own_month_of_it() -> None:
    rows = economy_commons(YEAR).feeds["external/economy"].to_pylist()
    published = {(row["region_code"], row["sector_code"], row["month_date"]): row["value"] for row in rows}
    level = level_of(YEAR, 1, np.array([SECTORS.index("C")]))

    assert round(100 * level[0, on("2024-05-20")], 1) == published["R02", "C", date(2024, 5, 1)]


def test_policy_events_lie_within_the_days() -> None:
    rows = economy_commons(YEAR).feeds["external/policy_events"].to_pylist()

    assert {row["event_kind"] for row in rows} >= {"price_reform", "orderly_consumption"}
    assert all(YEAR.first_date <= row["from_date"] <= YEAR.last_date for row in rows)
    assert len({row["event_id"] for row in rows}) == len(rows)
