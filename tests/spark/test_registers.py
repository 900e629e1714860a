"""Of which months the registers say something else when readings come, change or go."""

from datetime import UTC, date, datetime

import pytest

from powerlake.grid.registers import (
    FORWARD,
    LONGEST_ADVANCE_MONTHS,
    REVERSE,
    monthly_advances,
    months_of_other_advances,
)
from powerlake.grid.sold import meter_months
from powerlake.months import shifted
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.silver.of_feed import silver_of

METERS, READS = silver_of(FEEDS["metering/meters"]), silver_of(FEEDS["metering/register_reads"])
AT_MONTHS_ENDS = {month: 100.0 * month for month in range(1, 5)}


def reading(month: int, kwh: float, day: int = 1, register: str = FORWARD, kind: str = "actual") -> dict[str, object]:
    at = datetime(2024, month, day, tzinfo=UTC)
    found = {"meter_id": "m1", "register_code": register, "read_at": at, "reading_kwh": kwh, "read_kind": kind}
    return {**found, "month": f"2024-{month:02d}"}


def others(*, without: int = 0) -> list[dict[str, object]]:
    return [reading(month, kwh) for month, kwh in AT_MONTHS_ENDS.items() if month != without]


FED_IN = [reading(3, 1.0, register=REVERSE), reading(4, 5.0, register=REVERSE)]
CASES = {
    "the same again": (others(), set()),
    "the next": ([*others(), reading(5, 500.0)], {"2024-04"}),
    "an estimate": ([*others(), reading(3, 333.0, day=16, kind="estimated")], set()),
    "one within a month, which moves no end": ([*others(), reading(3, 301.0, day=28)], set()),
    "one is gone": (others(without=3), {"2024-02", "2024-03"}),
    "one is corrected": ([*others(without=3), reading(3, 310.0)], {"2024-02", "2024-03"}),
    "it fed in": ([*others(), *FED_IN], {shifted("2024-03", by) for by in range(13)}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_months_of_other_advances(frame, case: str) -> None:
    meters = frame(METERS, {"meter_id": "m1", "installed_date": date(2020, 1, 1), "register_digits": 6})
    after, expected = CASES[case]
    then, now = (monthly_advances(frame(READS, *rows), meters, "UTC") for rows in (others(), after))
    assert months_of_other_advances(then, now) == expected


def test_an_advance_counts_by_the_multiplier_of_its_time(frame) -> None:
    """From March on the meter counts a tenth; what it counted before is not made ten times as much."""
    meters = frame(
        METERS,
        {"meter_id": "m1", "installed_date": date(2024, 2, 1), "multiplier": 1.0, "register_digits": 6},
        {"meter_id": "m1", "installed_date": date(2024, 3, 1), "multiplier": 10.0, "register_digits": 6},
    )
    reads = frame(READS, *(reading(month, 31.0 * month) for month in range(1, 5)))
    found = {row["month"]: row["forward_kwh_per_day"] for row in monthly_advances(reads, meters, "UTC").collect()}
    assert found["2024-01"] == pytest.approx(1), "before it was put up as well"
    assert (found["2024-02"], found["2024-03"]) == (pytest.approx(31 / 29), pytest.approx(10))


def test_advances_for_some_months_are_those_of_all_as_far_as_the_months_ask(frame) -> None:
    meters = frame(METERS, {"meter_id": "m1", "installed_date": date(2020, 1, 1), "register_digits": 6})
    halfway = [reading(month, 40.0 * month, day=16, register=REVERSE) for month in range(1, 13)]
    reads = frame(READS, *(reading(month, 100.0 * month) for month in range(1, 13)), *halfway)
    whole, asked = (
        {row["month"]: row.asDict() for row in monthly_advances(reads, meters, "UTC", months).collect()}
        for months in ((), {"2024-06", "2024-07"})
    )
    assert [asked[month] for month in ("2024-06", "2024-07")] == [whole[month] for month in ("2024-06", "2024-07")]
    fed_in = {month: row["reverse_kwh_per_day"] for month, row in asked.items() if month < "2024-06"}
    assert fed_in == {month: whole[month]["reverse_kwh_per_day"] for month in fed_in}
    assert set(fed_in) == {f"2024-{month:02d}" for month in range(1, 6)}
    assert max(asked) == "2024-08", "what the last advance of July tells of August goes unused"
    assert max(month for month, row in asked.items() if row["forward_kwh_per_day"]) == "2024-07"


def test_what_a_meter_fed_in_stands_for_the_months_without_a_reading_of_it(frame) -> None:
    """M1 took 10 kWh a day and, by its register, fed in 4 a day in January, 6 in March; then nobody read it."""
    meters = frame(METERS, {"meter_id": "m1", "installed_date": date(2020, 1, 1), "multiplier": 1.0})
    session, month_after = meters.sparkSession, shifted("2024-03", LONGEST_ADVANCE_MONTHS + 1)
    advances = session.createDataFrame(
        [("m1", "2024-01", None, 4.0, 0.0), ("m1", "2024-02", 10.0, None, 29.0), ("m1", "2024-03", None, 6.0, 0.0)],
        "meter_id string, month string, forward_kwh_per_day double, reverse_kwh_per_day double, forward_days double",
    )
    firsts = [date.fromisoformat(f"{month}-01") for month in ("2023-12", "2024-01", "2024-02", "2024-04", month_after)]
    areas = session.createDataFrame(
        [("T1", f"{first:%Y-%m}", first, first, 1) for first in firsts],
        "transformer_id string, month string, from_date date, to_date date, days int",
    )
    links = session.createDataFrame(
        [("m1", "T1", date(2020, 1, 1), date(2030, 1, 1))],
        "meter_id string, transformer_id string, link_from_date date, link_to_date date",
    )
    day = {"meter_id": "m1", "energy_kwh": 10.0, "known_share": 1.0, "estimated_share": 0.0}
    days = frame(DAILY_LOAD_FEATURES, *({**day, "date": first, "month": f"{first:%Y-%m}"} for first in firsts))
    sold = meter_months(areas, links, days, advances, meters).orderBy("month").collect()
    assert [(row["sold_kwh"], row["estimated_kwh"]) for row in sold] == [
        (10.0, 0.0),  # nothing is known before the first reading
        (6.0, 0.0),  # by its own reading
        (6.0, 4.0),  # by January's
        (4.0, 6.0),  # by March's, the latest
        (10.0, 0.0),  # too long ago
    ]
