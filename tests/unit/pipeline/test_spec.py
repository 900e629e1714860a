"""pipelines.yaml: what is refused is refused with its line."""

from pathlib import Path
from textwrap import dedent

import pytest

from powerlake.errors import ConfigurationError
from powerlake.pipeline.graph import in_order
from powerlake.pipeline.spec import find_pipeline, read_pipelines
from powerlake.tables import TABLES

GOOD = """\
pipelines:
  daily:
    owner: platform
    description: readings to curves
    schedule: "30 5 * * *"
    timezone: Asia/Shanghai
    jobs:
      silver.load_curves:
        reads: [bronze.load_curves_raw]
        writes: [silver.load_curves]
        retries: 1
      bronze.load_curves_raw:
        owner: metering
        reads: [landing:metering/load_curves]
        writes:
          - bronze.load_curves_raw
          - ops.landing_files
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "pipelines.yaml"
    file.write_text(dedent(text))
    return file


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_pipelines(write(folder, text))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_reads_jobs_with_defaults_and_inherited_owner(tmp_path: Path) -> None:
    daily = read_pipelines(write(tmp_path, GOOD))["daily"]
    silver, bronze = daily.jobs
    assert (daily.schedule, daily.timezone) == ("30 5 * * *", "Asia/Shanghai")
    assert (silver.owner, silver.retries, silver.backoff_seconds, silver.timeout_minutes) == ("platform", 1, 5.0, 60.0)
    assert (bronze.owner, bronze.optional, bronze.retries) == ("metering", False, 2)
    assert bronze.writes == ("bronze.load_curves_raw", "ops.landing_files", "quarantine.load_curves_raw")


def test_a_layer_may_be_read_as_a_whole_where_its_tables_are_there(tmp_path: Path) -> None:
    all_quarantines = {name for name, table in TABLES.items() if table.layer == "quarantine"}
    text = GOOD.replace("retries: 1", 'reads_if_there: ["quarantine.*"]')
    (silver, _) = read_pipelines(write(tmp_path, text))["daily"].jobs
    assert set(silver.reads_if_there) == all_quarantines
    assert "nowhere.*" in refusal(tmp_path, GOOD.replace("retries: 1", 'reads_if_there: ["nowhere.*"]'))
    assert "silver.*" in refusal(tmp_path, GOOD.replace("reads: [bronze.load_curves_raw]", 'reads: ["silver.*"]'))


def test_order_follows_reads_and_writes_not_the_file(tmp_path: Path) -> None:
    jobs = read_pipelines(write(tmp_path, GOOD))["daily"].jobs
    assert [job.job for job in in_order(jobs)] == ["bronze.load_curves_raw", "silver.load_curves"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("retries: 1", "retrys: 1", "pipelines.yaml:11: daily.jobs.silver.load_curves.retrys: unknown key"),
        ("owner: platform", "ownr: platform", "pipelines.yaml:3: daily.ownr: unknown key"),
        (
            "retries: 1",
            "retries: often",
            "pipelines.yaml:11: daily.jobs.silver.load_curves.retries: Input should be a valid integer",
        ),
        (
            "- ops.landing_files",
            "- ops.landing_file",
            "pipelines.yaml:17: daily.jobs.bronze.load_curves_raw.writes.1: table ops.landing_file is not declared; "
            "`powerlake tables` lists them",
        ),
        (
            "landing:metering/load_curves",
            "landing:load_curves",
            "pipelines.yaml:14: daily.jobs.bronze.load_curves_raw.reads.0: landing:load_curves is not a feed, "
            "such as landing:metering/load_curves",
        ),
        (
            '"30 5 * * *"',
            "daily",
            "pipelines.yaml:5: daily.schedule: 'daily' is not a cron schedule of five fields, such as '30 5 * * *'",
        ),
        (
            "Asia/Shanghai",
            "Asia/Shang",
            "pipelines.yaml:6: daily.timezone: Asia/Shang is not a time zone, such as Asia/Shanghai",
        ),
        (
            "      bronze.load_curves_raw:\n",
            "      silver.load_curves:\n",
            "pipelines.yaml:12: silver.load_curves is there twice, first on line 8",
        ),
        (
            "          - bronze.load_curves_raw\n",
            "          - silver.load_curves\n",
            "pipelines.yaml:16: silver.load_curves is written by silver.load_curves already",
        ),
        ("    description: readings to curves\n", "", "pipelines.yaml:2: daily.description: missing"),
        ("  daily:\n", "  daily: [\n", "pipelines.yaml:4: not valid YAML: expected ',' or ']', but got ':'"),
    ],
)  # fmt: skip
def test_refuses_with_file_line_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert GOOD.count(old) == 1
    assert refusal(tmp_path, GOOD.replace(old, new)) == message


def test_names_the_jobs_of_a_circle(tmp_path: Path) -> None:
    text = GOOD.replace("reads: [landing:metering/load_curves]", "reads: [silver.load_curves]")
    assert refusal(tmp_path, text) in {
        f"pipelines.yaml:{line}: jobs wait for each other: {a} → {b} → {a}; take one of the reads away"
        for line, a, b in [
            (8, "silver.load_curves", "bronze.load_curves_raw"),
            (12, "bronze.load_curves_raw", "silver.load_curves"),
        ]
    }


def test_a_job_may_read_the_table_it_writes(tmp_path: Path) -> None:
    text = GOOD.replace("reads: [bronze.load_curves_raw]", "reads: [bronze.load_curves_raw, silver.load_curves]")
    assert read_pipelines(write(tmp_path, text))["daily"].jobs[0].reads == (
        "bronze.load_curves_raw",
        "silver.load_curves",
    )


def test_the_same_input_is_not_needed_and_optional(tmp_path: Path) -> None:
    text = GOOD.replace("retries: 1", "reads_if_there: [bronze.load_curves_raw]")
    assert "bronze.load_curves_raw is both in reads and in reads_if_there" in refusal(tmp_path, text)


SHARING = """\
  all:
    owner: platform
    description: every file
    shares:
      daily: [bronze.load_curves_raw]
    jobs:
      gold.daily_load_features:
        writes: [gold.daily_load_features]
"""


def test_a_shared_job_is_the_other_pipelines_but_may_be_left_out(tmp_path: Path) -> None:
    pipelines = read_pipelines(write(tmp_path, GOOD + SHARING))
    shared, own = pipelines["all"].jobs
    declared = pipelines["daily"].job("bronze.load_curves_raw")
    assert shared == declared.model_copy(update={"optional": True})
    assert (declared.optional, own.job) == (False, "gold.daily_load_features")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[bronze.load_curves_raw]", "[bronze.x]", "pipelines.yaml:22: pipeline daily has no job bronze.x; its jobs: "),
        ("daily: [", "weekly: [", "pipelines.yaml:22: there is no pipeline weekly; use one of: all, daily"),
    ],
)
def test_only_a_job_that_is_there_can_be_shared(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert refusal(tmp_path, GOOD + SHARING.replace(old, new)).startswith(message)


@pytest.mark.parametrize("text", ["", "pipelines: {}", "- a", "pipelines: 3", "pipelines: {daily: }", "other: 1"])
def test_a_file_without_pipelines_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith("pipelines.yaml:1:")


def test_an_alias_is_refused(tmp_path: Path) -> None:
    text = "pipelines: &all\n  daily: *all\n"
    assert refusal(tmp_path, text) == "pipelines.yaml:2: aliases are not used here: write the value out"


def test_unknown_pipeline_and_job_name_what_there_is(tmp_path: Path) -> None:
    pipelines = read_pipelines(write(tmp_path, GOOD))
    with pytest.raises(ConfigurationError, match="there is no pipeline weekly; use one of: daily"):
        find_pipeline(pipelines, "weekly")
    with pytest.raises(ConfigurationError, match=r"daily has no job gold\.x; its jobs: silver\.load_curves, bronze"):
        pipelines["daily"].job("gold.x")
