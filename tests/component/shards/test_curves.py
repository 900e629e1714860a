"""Silver's curves day by day: which files of bronze are decoded, and that it says the same as all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport, Window, load_job
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.shards.curves import _days_after
from powerlake.shards.files import _read
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES

FIRST, LAST = date(2024, 1, 15), date(2024, 3, 10)
JOBS = ("bronze.load_curves_raw", "silver.load_curves")


def wide(first: date, last: date, kwh: float = 1.0) -> str:
    """A file of hourly days of one meter."""
    header = "meter_id,date," + ",".join(f"P{hour}" for hour in range(1, 25))
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return "\n".join([header, *(f"m1,{day}," + ",".join([str(kwh)] * 24) for day in days)]) + "\n"


@pytest.fixture
def run(departments, monkeypatch: pytest.MonkeyPatch) -> Callable[..., RunReport]:
    """Both jobs, or those named, in this process, no suite; the report of the last."""
    monkeypatch.setattr(JobContext, "spread", lambda self, work, tasks: [work(task) for task in tasks])
    monkeypatch.setattr(JobContext, "_audit", lambda self, table, staged: None)
    project = Project(departments.repository)
    settings = load_settings(project).model_copy(update={"home": departments.home})

    def both(jobs: tuple[str, ...] = JOBS, **asked: Any) -> RunReport:
        departments.runs += 1
        contexts = [JobContext(departments.lake, settings, f"run-{departments.runs}", **asked) for _ in jobs]
        return [load_job(job, project.jobs).run(ctx) for job, ctx in zip(jobs, contexts, strict=True)][-1]

    return both


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Months of which curves in bronze are decoded from now on."""
    months: set[str] = set()

    def noted(table: Table, file: Any, names: list[str], *rest: Any) -> pa.Table:
        if table is LOAD_CURVES_RAW and "kwh" in names:
            months.add(file.partition["month"])
        return _read(table, file, names, *rest)

    monkeypatch.setattr("powerlake.shards.files._read", noted)
    return months


def curves(departments) -> list[dict[str, Any]]:
    rows = departments.lake.rows(LOAD_CURVES).drop_columns("run_id").to_pylist()
    return sorted(rows, key=lambda row: row["date"])


def test_a_day_decodes_the_bronze_of_its_month_and_no_other(departments, run, decoded) -> None:
    departments.drop("metering/load_curves/1.csv", wide(FIRST, LAST))
    run()
    assert decoded == {"2024-01", "2024-02", "2024-03"}
    decoded.clear()
    departments.drop("metering/load_curves/2.csv", wide(LAST + timedelta(days=1), LAST + timedelta(days=1)))
    assert run().outcome == "done"
    assert decoded == {"2024-03"}
    assert [row["date"] for row in curves(departments)][-1] == LAST + timedelta(days=1)


def test_a_correction_of_another_month_changes_its_days_alone(departments, run, decoded) -> None:
    departments.drop("metering/load_curves/1.csv", wide(FIRST, LAST))
    run()
    before = curves(departments)
    decoded.clear()
    day = date(2024, 2, 20)
    departments.drop("metering/load_curves/2.csv", wide(day, day, kwh=1.5))
    run()
    assert decoded == {"2024-02"}
    after = curves(departments)
    assert [one["date"] for one, other in zip(before, after, strict=True) if one != other] == [day]


def test_a_late_day_of_one_meter_leaves_the_estimates_of_another_as_they_were(departments, run) -> None:
    """M1 lacks most of a day, is corrected on the week before, and meters of its shard too send that date late."""
    gap, others = date(2024, 2, 20), [f"m{number}" for number in range(2, 40)]
    whole = wide(FIRST, LAST).splitlines()
    begun = [f"m1,{gap}," + ",".join(["1.0"] * 6 + [""] * 18)]
    lines = [line for line in whole if f",{gap}," not in line] + begun
    departments.drop("metering/load_curves/1.csv", "\n".join(lines) + "\n")
    run()
    before = [row for row in curves(departments) if row["date"] == gap]
    assert before[0]["estimated_points"] == 18
    departments.drop("metering/load_curves/2.csv", wide(gap - timedelta(days=7), gap - timedelta(days=1), kwh=3.0))
    run()
    header, day = wide(gap, gap).splitlines()
    departments.drop("metering/load_curves/3.csv", "\n".join([header, *(day.replace("m1", one) for one in others)]))
    run()
    after = {row["meter_id"]: row for row in curves(departments) if row["date"] == gap}
    assert after.keys() == {"m1", *others}
    assert after["m1"] == before[0]


def test_days_asked_for_are_made_again_from_files_that_are_not_new(departments, run, decoded) -> None:
    departments.drop("metering/load_curves/1.csv", wide(FIRST, LAST))
    run()
    before = curves(departments)
    decoded.clear()
    asked = date(2024, 2, 20)
    assert run(window=Window(asked, asked)).outcome == "done"
    assert decoded == {"2024-02"}
    assert curves(departments) == before


def forget_versions_before(lake: Lake, table: Table, version: int) -> None:
    """What Delta does with a log's entries that are older than its retention once a checkpoint sums them up."""
    delta = DeltaTable(lake.path(table))
    assert delta.version() == version
    delta.create_checkpoint()
    for old in range(version):
        (lake.path(table) / "_delta_log" / f"{old:020d}.json").unlink()


def test_where_the_log_has_dropped_the_version_seen_everything_is_made_and_nothing_refused_twice(
    departments, run
) -> None:
    refused = "m1,2024-03-11," + ",".join(["-1.0", *["1.0"] * 23]) + "\n"
    departments.drop("metering/load_curves/1.csv", wide(FIRST, LAST) + refused)
    run()
    before = departments.rows("quarantine.load_curves")
    assert len(before) == 1
    departments.drop("metering/load_curves/2.csv", wide(date(2024, 2, 20), date(2024, 2, 20), kwh=1.5))
    run(jobs=JOBS[:1])
    forget_versions_before(departments.lake, LOAD_CURVES_RAW, 2)
    assert run().counts["received"] == 24 * (len(curves(departments)) + 1), "one day came twice"
    assert departments.rows("quarantine.load_curves") == before
    assert [row["date"] for row in curves(departments) if row["kwh"][0] == 1.5] == [date(2024, 2, 20)]
    assert run(is_forced=True).outcome == "done"


def test_the_days_beside_those_touched_have_the_form_of_bronze() -> None:
    """Bronze's columns may not be null; days of another form could not be put beneath them."""
    form = pa.schema([pa.field("meter_id", pa.string(), nullable=False), pa.field("date", pa.date32(), nullable=False)])
    days = pa.table({"meter_id": ["m1"], "date": [date(2024, 3, 1)]}, schema=form)
    beside = pa.concat_tables([_days_after(days, step) for step in (-1, 1)])
    assert beside.schema == form
    assert beside["date"].to_pylist() == [date(2024, 2, 29), date(2024, 3, 2)]
