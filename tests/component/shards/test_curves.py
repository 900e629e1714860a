"""Silver's curves day by day: which files of bronze are decoded, and that it says the same as all at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport, Window, load_job
from powerlake.project import Project
from powerlake.settings import load_settings
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
    """Both jobs in this process, no suite; the report of the second."""
    monkeypatch.setattr(JobContext, "spread", lambda self, work, tasks: [work(task) for task in tasks])
    monkeypatch.setattr(JobContext, "_audit", lambda self, table, staged: None)
    project = Project(departments.repository)
    settings = load_settings(project).model_copy(update={"home": departments.home})

    def both(**asked: Any) -> RunReport:
        departments.runs += 1
        contexts = [JobContext(departments.lake, settings, f"run-{departments.runs}", **asked) for _ in JOBS]
        return [load_job(job, project.jobs).run(ctx) for job, ctx in zip(JOBS, contexts, strict=True)][-1]

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


def test_days_asked_for_are_made_again_from_files_that_are_not_new(departments, run, decoded) -> None:
    departments.drop("metering/load_curves/1.csv", wide(FIRST, LAST))
    run()
    before = curves(departments)
    decoded.clear()
    asked = date(2024, 2, 20)
    assert run(window=Window(asked, asked)).outcome == "done"
    assert decoded == {"2024-02"}
    assert curves(departments) == before
