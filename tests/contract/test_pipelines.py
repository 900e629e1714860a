"""pipelines.yaml, the job files and the declarations agree; the graph changes only on purpose."""

import ast
from pathlib import Path

import pytest

from powerlake.cli.checking import RUNNERS_OWN
from powerlake.pipeline.graph import in_order, waits_for
from powerlake.pipeline.spec import PipelineSpec, read_pipelines
from powerlake.project import Project
from powerlake.tables import TABLES
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.references import targets_of

PROJECT = Project(Path(__file__).parents[2])
JOB_FILES = sorted(PROJECT.jobs.rglob("*.py"))
PIPELINES = read_pipelines(PROJECT.pipelines)
JOBS = {job.job: job for pipeline in PIPELINES.values() for job in pipeline.jobs}

every_file = pytest.mark.parametrize("file", JOB_FILES, ids=[str(file.relative_to(PROJECT.jobs)) for file in JOB_FILES])


def job_name(file: Path) -> str:
    return ".".join(file.relative_to(PROJECT.jobs).with_suffix("").parts)


def described(pipeline: PipelineSpec) -> str:
    """The jobs in the order they run, with what they read and write, as text."""
    waiting = waits_for(pipeline.jobs)
    lines = []
    for job in in_order(pipeline.jobs):
        lines += [f"{job.job} ({job.owner})", f"  after: {', '.join(sorted(waiting[job.job])) or '-'}"]
        lines += [f"  reads: {name}" for name in job.reads]
        lines += [f"  reads if there: {name}" for name in job.reads_if_there]
        lines += [f"  writes: {name}" for name in job.writes]
    return "\n".join(lines) + "\n"


def test_every_job_has_a_file_and_every_file_a_pipeline() -> None:
    assert {job_name(file) for file in JOB_FILES} == set(JOBS)


@every_file
def test_a_job_says_in_one_line_what_it_writes_and_has_a_run(file: Path) -> None:
    module = ast.parse(file.read_text())
    first, _, rest = (ast.get_docstring(module) or "").partition("\n")
    assert not rest.strip()
    assert first.endswith(".")
    written, said = JOBS[job_name(file)].writes, first.split(":")[0]
    tables_of_a_department = said == f"The {file.parent.name} tables of {file.stem}"
    assert tables_of_a_department or set(said.split(" and ")) <= set(written) or not written
    (run,) = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == "run"]
    assert [argument.arg for argument in run.args.args] == ["ctx"]
    assert isinstance(run.returns, ast.Name)
    assert run.returns.id == "RunReport"


@every_file
def test_a_job_is_thin(file: Path) -> None:
    """No business expression in jobs/: they compose what lib/ has."""
    assert len(file.read_text().splitlines()) <= 60


def test_every_table_that_pipelines_fill_is_written_by_one() -> None:
    written = {name for job in JOBS.values() for name in job.writes}
    assert set(TABLES) - written == RUNNERS_OWN == {"ops.job_runs", "ops.quality_checks"}


@pytest.mark.parametrize("department", sorted({feed.department for feed in FEEDS.values()}))
def test_a_departments_job_takes_in_all_its_feeds(department: str) -> None:
    feeds = [feed for feed in FEEDS.values() if feed.department == department]
    job = JOBS[f"bronze.{department}"]
    assert set(job.inputs) == {f"landing:{feed.path}" for feed in feeds}
    written = {name for name in job.writes if not name.startswith("quarantine.")}
    assert written == {f"bronze.{feed.name}" for feed in feeds} | {"ops.landing_files"}


@pytest.mark.parametrize("department", sorted({feed.department for feed in FEEDS.values()}))
def test_a_departments_silver_reads_its_bronze_and_what_its_rows_point_at(department: str) -> None:
    feeds = [feed for feed in FEEDS.values() if feed.department == department]
    pointed_at = {target.feed for feed in feeds for target in targets_of(feed.path)}
    job = JOBS[f"silver.{department}"]
    read = {feed.path for feed in feeds} | pointed_at
    assert set(job.inputs) == {bronze_of(FEEDS[path]).name for path in read}
    written = {name for name in job.writes if not name.startswith("quarantine.")}
    assert written == {f"silver.{feed.name}" for feed in feeds} | {"ops.waiting_rows"}


def test_what_every_feed_needs_is_run_by_bronze() -> None:
    feeds = {name for job in PIPELINES["bronze"].jobs for name in job.inputs}
    assert feeds == {f"landing:{path}" for path in (*FEEDS, "metering/load_curves")}


def test_data_quality_comes_after_whatever_is_judged() -> None:
    """Else a second run would find verdicts that the first one made after it had looked."""
    judged = {name for name, table in TABLES.items() if table.layer in {"silver", "gold"}} - {"gold.data_quality"}
    assert set(JOBS["gold.data_quality"].reads_if_there) == judged | {"ops.quality_checks", "ops.landing_files"}


@pytest.mark.parametrize("name", PIPELINES)
def test_the_graph_is_the_one_agreed_on(name: str) -> None:
    """Where the change is meant, put the text that is found into the file and have it reviewed."""
    agreed = Path(__file__).with_name(f"{name}.graph.txt")
    assert described(PIPELINES[name]) == agreed.read_text()
