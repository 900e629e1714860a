"""Which months a job makes again, and that a month which comes out as it stands is left alone."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from powerlake.lake.publication import publish, replace
from powerlake.lake.staging import Stamp, stage_rows
from powerlake.months import BEGINNING
from powerlake.pipeline.changed import Held, changed_from, first_difference, months_to_make
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.customer_frames import INSTALLED
from powerlake.pipeline.grid_frames import METERED
from powerlake.pipeline.job import Window
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.tables.feeds.marketing import CONTRACTS
from powerlake.tables.feeds.metering import METERS as METERS_FEED
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_months import CUSTOMER_MONTHS
from powerlake.tables.silver.of_feed import silver_of

SILVER, METERS = silver_of(CONTRACTS), silver_of(METERS_FEED)
HELD = Held(SILVER, ("customer_id", "point_id"), "start_date", "end_date")
FIRST = {"contract_id": "k1", "customer_id": "c1", "point_id": "p1", "start_date": date(2020, 5, 1), "end_date": None}
SECOND = {**FIRST, "contract_id": "k2", "customer_id": "c2", "point_id": "p2"}

CASES = {
    "nothing changed": ([FIRST, SECOND], None),
    "another column changed": ([{**FIRST, "tariff_code": "HT"}, SECOND], None),
    "it ends": ([{**FIRST, "end_date": date(2024, 3, 9)}, SECOND], date(2024, 3, 10)),
    "it ends and another follows": (
        [
            {**FIRST, "end_date": date(2024, 3, 9)},
            {**FIRST, "customer_id": "c3", "start_date": date(2024, 3, 10)},
            SECOND,
        ],
        date(2024, 3, 10),
    ),
    "one is new": ([FIRST, SECOND, {**FIRST, "point_id": "p3", "start_date": date(2024, 7, 1)}], date(2024, 7, 1)),
    "one is gone": ([FIRST], date(2020, 5, 1)),
    "its first day is corrected": ([{**FIRST, "start_date": date(2020, 4, 1)}, SECOND], date(2020, 4, 1)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_first_day_on_which_rows_disagree(frame, case: str) -> None:
    after, expected = CASES[case]
    assert first_difference(frame(SILVER, FIRST, SECOND), frame(SILVER, *after), HELD) == expected


def test_a_meter_taken_away_on_the_first_of_a_month_held_until_the_month_before(frame) -> None:
    meter = {"meter_id": "m1", "point_id": "p1", "installed_date": date(2020, 1, 1), "multiplier": 1.0}
    before, after = (frame(METERS, {**meter, "removed_date": removed}) for removed in (None, date(2024, 1, 31)))
    assert first_difference(before, after, INSTALLED) == date(2024, 1, 31)
    assert first_difference(before, after, METERED) is None, "its multiplier is as it was"


def context(lake, run: str, window: Window | None = None) -> JobContext:
    return JobContext(lake, load_settings(find_project()), run, window or Window())


def put(lake, table, rows, *given) -> None:
    staged = stage_rows(table, lake.home, rows(table, *given), Stamp("source", 1, datetime(2024, 5, 1, tzinfo=UTC)))
    lake.ensure(table)
    months = {row.get("month") for row in given}
    old = [file for file in lake.files(table) if file.partition.get("month") in months]
    publish(lake, [replace(lake, table, staged, old)], "source")


def day(customer: str, date_: date, kwh: float) -> dict[str, object]:
    return {"customer_id": customer, "date": date_, "month": f"{date_:%Y-%m}", "energy_kwh": kwh}


def made(lake, run: str, window: Window | None = None) -> set[str]:
    """One run of what jobs/gold/customer_months does; returns the months made."""
    from powerlake.marketing.customer_use import customer_months  # noqa: PLC0415 - needs Spark

    ctx = context(lake, run, window)
    lake.ensure(CUSTOMER_MONTHS)
    months = months_to_make(ctx, CUSTOMER_MONTHS, [CUSTOMER_DAYS])
    if months:
        rows = customer_months(ctx.read_months(CUSTOMER_DAYS, months))
        ctx.publish_months(CUSTOMER_MONTHS, rows, months, (CUSTOMER_DAYS,))
    return months


def run_of_month(lake) -> dict[str, str]:
    return {row["month"]: row["run_id"] for row in lake.rows(CUSTOMER_MONTHS).to_pylist()}


def test_only_months_that_come_out_otherwise_change(lake, rows) -> None:
    for month in (1, 2, 3):
        put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, month, 4), 1.0))
    assert made(lake, "one") == {"2024-01", "2024-02", "2024-03"}
    assert made(lake, "two") == set(), "nothing new"
    put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, 2, 4), 1.0), day("c1", date(2024, 2, 5), 2.0))
    put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, 3, 4), 1.0))  # the same row again, in another file
    assert made(lake, "three") == {"2024-02", "2024-03"}
    assert run_of_month(lake) == {"2024-01": "one", "2024-02": "three", "2024-03": "one"}
    assert made(lake, "four", Window(date(2024, 1, 1), date(2024, 1, 31))) == {"2024-01"}
    assert run_of_month(lake)["2024-01"] == "one", "made again, and as before"


def test_a_month_that_lost_all_its_days_goes(lake, rows) -> None:
    put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, 1, 4), 1.0))
    put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, 2, 4), 1.0))
    made(lake, "one")
    gone = lake.files(CUSTOMER_DAYS, lambda partition: partition["month"] == "2024-02")
    staged = stage_rows(CUSTOMER_DAYS, lake.home, rows(CUSTOMER_DAYS), Stamp("source", 2, datetime.now(UTC)))
    publish(lake, [replace(lake, CUSTOMER_DAYS, staged, gone)], "source")
    assert made(lake, "two") == {"2024-02"}
    assert run_of_month(lake) == {"2024-01": "one"}


def test_where_the_version_seen_is_gone_everything_may_have_changed(lake, rows) -> None:
    put(lake, SILVER, rows, FIRST)
    put(lake, CUSTOMER_DAYS, rows, day("c1", date(2024, 1, 4), 1.0))
    ctx = context(lake, "one")
    ctx.read(SILVER)
    ctx.publish_months(CUSTOMER_DAYS, ctx.read(CUSTOMER_DAYS), {"2024-01"}, (SILVER,))
    assert changed_from(context(lake, "two"), CUSTOMER_DAYS, HELD) is None
    (old,) = lake.files(SILVER)
    publish(lake, [replace(lake, SILVER, stage_rows(SILVER, lake.home, rows(SILVER, SECOND), Stamp("s", 2, datetime.now(UTC))), [old])], "source")  # fmt: skip # noqa: E501
    assert changed_from(context(lake, "three"), CUSTOMER_DAYS, HELD) == date(2020, 5, 1)
    Path(old.path).unlink()
    assert changed_from(context(lake, "four"), CUSTOMER_DAYS, HELD) == BEGINNING
