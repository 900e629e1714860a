"""Of which months the registers say something else when readings come, change or go."""

from datetime import UTC, date, datetime

import pytest

from powerlake.grid.registers import FORWARD, REVERSE, monthly_advances, months_of_other_advances
from powerlake.months import shifted
from powerlake.tables.feeds import FEEDS
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
