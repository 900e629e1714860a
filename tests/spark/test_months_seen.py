"""What a month is made again for: a meter named after it was installed, a value that moved to another column."""

from datetime import UTC, date, datetime

import pytest

from powerlake.lake.publication import publish, replace
from powerlake.lake.staging import Stamp, stage_rows
from powerlake.pipeline.context import JobContext, months_alike
from powerlake.pipeline.grid_frames import AREA_MONTHS, DAILY_LOAD_FEATURES, METER_MONTHS, METERS, OF_SALES, loss_months
from powerlake.project import find_project
from powerlake.settings import load_settings

KNOWN = {"meter_id": "m0", "point_id": "p0", "multiplier": 1.0, "installed_date": date(2020, 1, 1)}


def put(lake, table, rows, *given) -> None:
    staged = stage_rows(table, lake.home, rows(table, *given), Stamp("source", 1, datetime(2024, 5, 1, tzinfo=UTC)))
    lake.ensure(table)
    publish(lake, [replace(lake, table, staged, lake.files(table))], "source")


@pytest.fixture
def made(lake, rows):
    """`made(meter)`: the months to make again once metering names that meter; m1 has curves in March 2024."""
    days = [{"meter_id": one, "date": date(2024, 3, 4), "month": "2024-03"} for one in ("m0", "m1")]
    put(lake, DAILY_LOAD_FEATURES, rows, *days)
    put(lake, METERS, rows, KNOWN)
    put(lake, AREA_MONTHS, rows, *({"month": f"2024-0{month}"} for month in (2, 3, 4, 5)))
    lake.ensure(METER_MONTHS)
    settings = load_settings(find_project())
    ctx = JobContext(lake, settings, "one")
    for table in (DAILY_LOAD_FEATURES, METERS):
        ctx.files(table)
    ctx.publish_months(METER_MONTHS, lake.empty_frame(METER_MONTHS), {"2024-03"}, OF_SALES)

    def after(meter: dict[str, object]) -> set[str]:
        assert loss_months(JobContext(lake, settings, "two")) == set()
        put(lake, METERS, rows, KNOWN, {**KNOWN, **meter})
        return loss_months(JobContext(lake, settings, "three"))

    return after


def test_a_first_installation_counts_in_the_months_before_it(made) -> None:
    assert "2024-03" in made({"meter_id": "m1", "point_id": "p1", "installed_date": date(2024, 5, 10)})


def test_a_meter_without_days_before_it_was_installed_reaches_no_further_back(made) -> None:
    assert made({"meter_id": "m9", "point_id": "p9", "installed_date": date(2024, 5, 10)}) == set()


def test_a_value_that_moved_to_the_column_beside_it_is_another(session) -> None:
    kind = "month string, sold double, register double, run_id string"
    given = (("2024-01", 5.0, None, "r"), ("2024-01", None, 5.0, "s"))
    one, other = (session.createDataFrame([row], kind) for row in given)
    assert months_alike(one, one) == {"2024-01"}
    assert months_alike(one, other) == set()
