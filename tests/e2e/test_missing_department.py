"""One department delivers nothing: the rest is built, and the run says what it leaves out and for want of what."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from powerlake.pipeline.spec import read_pipelines
from powerlake.pipeline.state import RunState
from powerlake.project import find_project
from powerlake.tables import TABLES
from powerlake.tables.feeds import FEEDS

LEFT_OUT = {
    "metering": {
        "bronze.metering", "bronze.load_curves_raw", "silver.metering", "silver.load_curves",
        "gold.daily_load_features", "ml.customer_segments", "gold.line_loss", "gold.topology_suspects",
        "gold.monthly_load_shapes", "gold.meter_months", "gold.customer_days", "gold.customer_months",
        "gold.market_days",
    },
    "marketing": {
        "bronze.marketing", "silver.marketing", "silver.customer_links", "silver.golden_customers", "gold.dim_tariff",
        "gold.dim_customer", "gold.customer_profile", "gold.market_model", "gold.customer_days",
        "gold.customer_months", "gold.market_days",
    },
    "service": {"bronze.service", "silver.service"},
    "dispatch": {"bronze.dispatch", "silver.dispatch", "gold.meter_months", "gold.line_loss", "gold.topology_suspects"},
    "assets": {"bronze.assets", "silver.assets", "gold.meter_months", "gold.line_loss", "gold.topology_suspects"},
    "external": {"bronze.external", "silver.external", "gold.dim_date"},
}  # fmt: skip
"""Jobs that cannot do without a department; all others have something to do."""
NULL_WITHOUT = {
    "metering": ("usage_days", "annual_kwh", "peak_kw", "segment", "meter_events_12m"),
    "service": ("tickets_12m", "last_ticket_date", "visits_12m"),
    "assets": ("transformer_id", "feeder_id", "substation_id"),
    "external": ("base_daily_kwh", "weather_r2"),
}
"""Columns of gold.customer_profile that the department alone fills."""


CURVES = ("bronze.load_curves_raw", "silver.load_curves", "gold.daily_load_features")
OF_ALL = "ops.landing_files"


@dataclass
class Rest:
    """A lake after a run in which `department` had delivered nothing."""

    department: str
    utility: object
    run: RunState


@pytest.fixture(scope="module", params=LEFT_OUT)
def rest(request, village, utility_at, tmp_path_factory) -> Rest:
    made = utility_at(tmp_path_factory.mktemp(f"without_{request.param}"))
    shutil.copytree(village, made.lake.landing)
    shutil.rmtree(made.lake.landing / request.param)
    return Rest(request.param, made, made.run(*jobs_of(request.param)))


def jobs_of(department: str) -> list[str]:
    """Those of `daily` that bring rows in, and all that read what is not there; the others would do as ever."""
    jobs = read_pipelines(find_project().pipelines)["daily"].jobs
    lost = {table for job in jobs if job.job in LEFT_OUT[department] for table in job.writes if table != OF_ALL}
    bring = {*CURVES, "report.daily", *(f"{layer}.{name}" for layer in ("bronze", "silver") for name in LEFT_OUT)}
    return [job.job for job in jobs if job.job in bring | LEFT_OUT[department] or lost & set(job.inputs)]


def test_the_rest_is_built(rest) -> None:
    outcomes = {name: job.outcome for name, job in rest.run.jobs.items()}
    left_out = LEFT_OUT[rest.department]
    assert {name: outcome for name, outcome in outcomes.items() if outcome != "done"} == dict.fromkeys(
        left_out, "left_out"
    )
    assert (rest.run.outcome, rest.run.exit_code) == ("done", 0)
    held = {name for name in outcomes if name in TABLES and rest.utility.lake.holds(TABLES[name])}
    assert held >= {name for name in outcomes if name.startswith("gold.")} - left_out


def test_the_run_names_what_is_missing(rest) -> None:
    """A feed, or a table that is made of it."""
    of_department = {feed.name for feed in FEEDS.values() if feed.department == rest.department}
    names = {f"{layer}.{name}" for name in of_department for layer in ("bronze", "silver")}
    names |= {f"landing:{path}" for path in FEEDS} | {"landing:metering/load_curves"}
    names |= {table for job in LEFT_OUT[rest.department] for table in (job, *_written(job))}
    for job in LEFT_OUT[rest.department]:
        assert {word.strip(",") for word in rest.run.jobs[job].note.split()} & names, (job, rest.run.jobs[job].note)


def _written(job: str) -> tuple[str, ...]:
    """Tables by which jobs that wait for this one name it."""
    return {"silver.load_curves": ("bronze.load_curves_raw",), "ml.customer_segments": ("gold.customer_segments",)}.get(
        job, ()
    )


def test_what_the_department_alone_says_is_null(rest) -> None:
    profiles = rest.utility.lake.rows(TABLES["gold.customer_profile"])
    assert bool(len(profiles)) == (rest.department != "marketing")
    for column in NULL_WITHOUT.get(rest.department, ()):
        assert profiles[column].null_count == len(profiles), column
    assert all(rest.department in missing for missing in profiles["missing"].to_pylist())


def test_the_page_is_written(rest) -> None:
    assert (Path(rest.utility.home) / "report" / "index.html").is_file()
