"""The command line: words, JSON and exit codes. No session is started: an engine that executes nothing stands in."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from powerlake.cli import main, running
from powerlake.cli.evaluating import SUITES
from powerlake.cli.output import as_json, columns, json_rows, shown
from powerlake.errors import ConfigurationError, EnvironmentProblem, TableMissing
from powerlake.landing.discover import NO_FOLDER
from powerlake.pipeline.engine import Currency
from powerlake.pipeline.job import RunReport
from powerlake.pipeline.state import StateStore
from powerlake.quality.judged import Check, Judged, check_rows

PIPELINES = """\
pipelines:
  daily:
    owner: platform
    description: two jobs
    jobs:
      bronze.load_curves_raw:
        reads: [landing:metering/load_curves]
        writes: [bronze.load_curves_raw]
        retries: 0
      silver.load_curves:
        reads: [bronze.load_curves_raw]
        writes: [silver.load_curves]
        retries: 0
"""

CONF = """\
home: lake
bucket_count: 2
layouts:
  long: {timezone: Asia/Shanghai, label: start}
"""

RECEIVED = 1234


class FakeEngine:
    """Executes nothing. `fails` maps a job to what it raises."""

    fails: ClassVar[dict[str, Exception]] = {}
    executed: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, *given) -> None:
        self.run_id = given[3]

    def recover(self) -> int:
        return 0

    def tidy(self) -> None: ...

    def missing(self, job) -> tuple[str, ...]:
        return ()

    def currency(self, job) -> Currency:
        return Currency(False, "it has not succeeded yet")

    def execute(self, job, attempt) -> RunReport:
        self.executed.append((self.run_id, job.job))
        if job.job in self.fails:
            raise self.fails[job.job]
        return RunReport(counts={"received": RECEIVED})

    def cancel(self, job) -> None: ...

    def record(self, job, state, report) -> None: ...


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two jobs in the working folder."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "base.yaml").write_text(CONF)
    (tmp_path / "conf" / "local.yaml").write_text("")
    (tmp_path / "pipelines.yaml").write_text(PIPELINES)
    for variable in ("POWERLAKE_HOME", "POWERLAKE_ENV", "POWERLAKE_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running, "LakeEngine", FakeEngine)
    monkeypatch.setattr(FakeEngine, "fails", {})
    monkeypatch.setattr(FakeEngine, "executed", [])
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return tmp_path


@pytest.fixture
def powerlake(capsys: pytest.CaptureFixture[str]):
    """Calls the command; returns exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return call


def test_run_says_what_each_job_did(powerlake) -> None:
    code, out, err = powerlake("run", "daily")
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0].startswith("daily: run 2")
    assert lines[2].startswith("✓ bronze.load_curves_raw done in ")
    assert lines[2].endswith("s: received 1,234")
    assert lines[-1].startswith("daily: done in ")


def test_a_failed_run_is_exit_1_and_resume_goes_on(powerlake, project, monkeypatch) -> None:
    monkeypatch.setattr(FakeEngine, "fails", {"silver.load_curves": ValueError("bad gate")})
    code, out, _ = powerlake("run", "daily", "--date", "2026-02-03")
    assert code == 1
    assert "✗ silver.load_curves failed in 0.0 s: ValueError: bad gate" in out
    assert "`powerlake run daily --resume` goes on from here" in out
    FakeEngine.fails.clear()
    assert powerlake("run", "daily", "--resume")[0] == 0
    runs = list(StateStore(project / "lake").newest_first())
    assert len(runs) == 1
    assert runs[0].window.start == runs[0].window.end == date(2026, 2, 3)
    assert FakeEngine.executed == [
        (runs[0].run_id, "bronze.load_curves_raw"),
        (runs[0].run_id, "silver.load_curves"),
        (runs[0].run_id, "silver.load_curves"),
    ]


def test_a_home_where_nothing_was_ever_delivered_is_refused(powerlake, project, monkeypatch) -> None:
    monkeypatch.setattr(FakeEngine, "missing", lambda engine, job: job.inputs)
    code, out, err = powerlake("run", "daily")
    assert (code, out) == (1, "")
    assert err == (
        f"error: nothing to run daily on: no feed below {project / 'lake' / 'landing'} has a file, and no table a row; "
        "deliver files there, or set POWERLAKE_HOME to the lake that is meant\n"
    )


def test_the_environment_s_fault_is_exit_3(powerlake, monkeypatch) -> None:
    monkeypatch.setattr(FakeEngine, "fails", {"silver.load_curves": EnvironmentProblem("no Java", remedy="install it")})
    code, out, _ = powerlake("run", "daily")
    assert (code, "✗ silver.load_curves failed" in out, "no Java; install it" in out) == (3, True, True)


def test_run_as_json_prints_one_object_and_logs_json_lines(powerlake, project) -> None:
    code, out, err = powerlake("run", "daily", "--json")
    result = json.loads(out)
    assert (code, result["outcome"]) == (0, "done")
    assert result["jobs"][0]["counts"] == {"received": RECEIVED}
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert events == ["run_started", "job_started", "job_ended", "job_started", "job_ended", "run_ended"]
    log = project / "lake" / "logs" / f"{result['run_id']}.jsonl"
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == events


def test_the_log_keeps_the_traceback_that_the_screen_does_not_show(powerlake, project, monkeypatch) -> None:
    monkeypatch.setattr(FakeEngine, "fails", {"silver.load_curves": ValueError("bad gate")})
    _, out, err = powerlake("run", "daily")
    assert "Traceback" not in out + err
    (log,) = (project / "lake" / "logs").glob("*.jsonl")
    assert out.splitlines()[-1] == f"log: {log}"
    ended = [json.loads(line) for line in log.read_text().splitlines()][-2]
    assert (ended["job"], ended["outcome"], "Traceback" in ended["exception"]) == ("silver.load_curves", "failed", True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "weekly"), "there is no pipeline weekly; use one of: daily"),
        (("run", "daily", "--env", "moon"), "there is no environment moon; use one of: local"),
        (("run", "daily", "--only", "gold.x"),
         "pipeline daily has no job gold.x; its jobs: bronze.load_curves_raw, silver.load_curves"),
        (("run", "daily", "--date", "3.2.2026"), "--date 3.2.2026 is not a date; write it as 2026-03-01"),
        (("run", "daily", "--date", "2026-W06-2"), "--date 2026-W06-2 is not a date; write it as 2026-03-01"),
        (("run", "daily", "--date", ""), "--date (nothing) is not a date; write it as 2026-03-01"),
        (("report", "--as-of", ""), "--as-of (nothing) is not a date; write it as 2026-03-01"),
        (("run", "daily", "--start", "2026-02-03"), "a window has a start and an end; give both --start and --end"),
        (("run", "daily", "--start", "2026-02-03", "--end", "2026-02-01"),
         "the window ends (2026-02-01) before it starts (2026-02-03)"),
        (("run", "daily", "--date", "2026-02-03", "--end", "2026-02-04"),
         "--date is a window of its own; give --date, or --start and --end"),
        (("run", "daily", "--resume"), "no run of daily failed or was killed; run it without --resume"),
        (("run", "daily", "--resume", "--force"),
         "--resume keeps the window and the jobs of the run it goes on with; leave out the other options, "
         "or leave out --resume"),
        (("run",), "Missing argument 'PIPELINE'; `powerlake run --help` shows the options"),
        (("rnu", "daily"), "No such command 'rnu'. Did you mean 'run'? `powerlake --help` shows the options"),
        (("query", "SELECT * FROM gold.x"), "table gold.x is not declared; `powerlake tables` lists them"),
        (("query", "SELECT * FROM silver.load_curves; DROP TABLE x"),
         "a query is one SELECT; only pipelines write tables"),
        (("tables", "gold.x"), "table gold.x is not declared; `powerlake tables` lists them"),
        (("evaluate", "tides", "--train", "."), f"there is no suite tides; use one of: all, {', '.join(SUITES)}"),
        (("evaluate", "all", "--train", ".", "--test", "."),
         "--test is of one suite, not of `all`; leave it out, or name a suite"),
        (("evaluate", "segments", "--train", ".", "--page", "page.md"),
         "--page is of `all`, not of one suite; leave it out, or name `all`"),
        (("evaluate", "segments", "--train", "nowhere"), "--train nowhere is not a folder"),
    ],
)  # fmt: skip
def test_a_wrong_command_is_one_line_and_exit_2(powerlake, arguments, message) -> None:
    assert powerlake(*arguments) == (2, "", f"error: {message}\n")


def test_a_query_may_begin_with_a_comment(powerlake) -> None:
    assert powerlake("query", "--json", "-- one\nSELECT 1 AS one") == (0, '[{"one": 1}]\n', "")


def test_a_table_without_rows_is_exit_1(powerlake) -> None:
    words = "error: table silver.load_curves holds nothing yet; run the pipeline that writes it\n"
    assert powerlake("query", "SELECT * FROM silver.load_curves") == (1, "", words)


def test_an_error_nobody_meant_is_one_line_unless_debug(powerlake, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr(running, "find_project", broken)
    assert powerlake("plan", "daily") == (1, "", "error: RuntimeError: first second; --debug shows the traceback\n")
    with pytest.raises(RuntimeError):
        main(["plan", "daily", "--debug"])


def test_a_home_at_work_is_refused(powerlake, project) -> None:
    with StateStore(project / "lake").locked():
        code, _, err = powerlake("run", "daily")
    assert code == 1
    assert err.startswith(f"error: another run is at work in {project / 'lake'}: process ")


def test_plan_shows_order_reasons_and_tables(powerlake) -> None:
    code, out, _ = powerlake("plan", "daily", "--from-job", "silver.load_curves")
    assert (code, out) == (
        0,
        "run       silver.load_curves: it has not succeeded yet\n"
        "             reads  bronze.load_curves_raw\n"
        "            writes  silver.load_curves, quarantine.load_curves\n",
    )
    steps = json.loads(powerlake("plan", "daily", "--json")[1])
    assert [(step["job"], step["action"]) for step in steps] == [
        ("bronze.load_curves_raw", "run"),
        ("silver.load_curves", "run"),
    ]


def test_check_finds_what_does_not_agree(powerlake, project) -> None:
    jobs = project / "jobs"
    for name, text in {
        "bronze/load_curves_raw": '"""bronze.load_curves_raw: rows."""\n\ndef run(ctx): ...\n',
        "silver/load_curves": '"""silver.load_curves: curves."""\nimport no_such_module\n',
        "gold/forgotten": '"""gold.forgotten."""\n',
    }.items():
        (jobs / name).parent.mkdir(parents=True)
        (jobs / name).with_suffix(".py").write_text(text)
    (project / "conf" / "test.yaml").write_text("nix: 1\n")
    code, out, _ = powerlake("check")
    lines = out.splitlines()
    assert code == 2
    assert "✓ job bronze.load_curves_raw" in lines
    assert "✗ job silver.load_curves: ModuleNotFoundError: No module named 'no_such_module'" in lines
    assert "✗ jobs/gold/forgotten.py: no pipeline has this job" in lines
    assert "✗ conf/test.yaml: conf/test.yaml:1: nix: unknown key" in lines
    assert "✓ table silver.load_curves" in lines
    assert "✗ table gold.customer_segments: no job writes it" in lines
    (jobs / "bronze" / "load_curves_raw.py").write_text("def run(ctx): ...\n")
    findings = {found["subject"]: found["problem"] for found in json.loads(powerlake("check", "--json")[1])}
    assert findings["job bronze.load_curves_raw"] == (
        "load_curves_raw.py has no docstring; say in its first line what it writes"
    )


def test_tables_lists_and_shows(powerlake) -> None:
    assert "silver.load_curves" in powerlake("tables")[1]
    out = powerlake("tables", "silver.load_curves")[1]
    assert out.startswith("silver.load_curves: Daily load curve after validation")
    (line,) = [line for line in out.splitlines() if line.startswith("interval_minutes")]
    assert line.split()[:5] == ["interval_minutes", "int16", "min", "never", "none"]
    shown = json.loads(powerlake("tables", "gold.customer_segments", "--json")[1])
    assert shown["key"] == ["customer_id"]


def test_query_prints_json_rows_and_nothing_else(powerlake, project) -> None:
    rows = {
        "customer_id": ["甲", None],
        "as_of_date": pa.array([date(2026, 2, 1), None]),
        "peak_hours": pa.array([[18, 19, None], None], pa.list_(pa.int8())),
        "distance": pa.array([0.5, float("nan")], pa.float32()),
    }
    write_deltalake(project / "lake" / "gold" / "customer_segments", pa.table(rows))
    code, out, err = powerlake(
        "query", "--json", "SELECT *, sum(1) OVER () AS n FROM gold.customer_segments ORDER BY 1"
    )
    assert (code, err) == (0, "")
    assert json.loads(out) == [
        {"customer_id": "甲", "as_of_date": "2026-02-01", "peak_hours": [18, 19, None], "distance": 0.5, "n": 2},
        {"customer_id": None, "as_of_date": None, "peak_hours": None, "distance": None, "n": 2},
    ]
    assert powerlake("query", "--json", "SELECT 1 AS a WHERE false")[1] == "[]\n"
    assert powerlake("query", "SELECT 1234 AS a, 'x' AS b")[1] == "    a  b\n1,234  x\n"


def test_status_tells_runs_tables_and_quarantine(powerlake, project, monkeypatch) -> None:
    home = project / "lake"
    assert (
        powerlake("status")[1]
        == f"home {home}\n\nno run yet\n\ntable  version  rows  MB  changed  fresh\n\nnothing in quarantine\n\n"
        "no broken rule on record\n"
    )
    monkeypatch.setattr(FakeEngine, "fails", {"bronze.load_curves_raw": ValueError("no")})
    powerlake("run", "daily")
    refused = {
        "level": ["row", "row", "file"],
        "reason": ["nan", "nan", "header"],
        "readings": pa.array([1, 1, 48], pa.int64()),
    }
    write_deltalake(home / "quarantine" / "load_curves_raw", pa.table(refused))
    write_deltalake(home / "silver" / "load_curves", pa.table({"meter_id": ["m"]}))
    out = powerlake("status")[1]
    assert "bronze.load_curves_raw failed, silver.load_curves not_run" in out
    assert "0 of 2" in out
    told = json.loads(powerlake("status", "--json")[1])
    assert [(run["outcome"], len(run["jobs"])) for run in told["runs"]] == [("failed", 2)]
    assert {row["name"]: (row["rows"], row["is_fresh"]) for row in told["tables"]} == {
        "silver.load_curves": (1, True),
        "quarantine.load_curves_raw": (3, None),
    }
    assert told["quarantine"] == [
        {"quarantine_of": "load_curves_raw", "level": "file", "reason": "header", "rows": 1, "readings": 48},
        {"quarantine_of": "load_curves_raw", "level": "row", "reason": "nan", "rows": 2, "readings": 2},
    ]
    assert told["broken_rules"] == []


def test_status_tells_the_rules_that_did_not_hold(powerlake, project) -> None:
    at = datetime(2024, 3, 1, 5, 30, tzinfo=UTC)
    held = Judged("silver.bills", "key_repeated", "key", "row", 9, 0, None, None, None, "held")
    drift = Judged("silver.bills", "drift(energy_kwh)", "drift", "warn", 9, None, 0.4, None, 0.25, "warned", "0.40")
    stopped = Judged(
        "gold.dim_date", "has_rows(at_least=1)", "has_rows", "error", 0, None, 0, 1, None, "failed", "found 0"
    )
    checks = check_rows([Check(at, one) for one in (held, drift, stopped)], "some.job", "run-1")
    write_deltalake(project / "lake" / "ops" / "quality_checks", checks)
    text = " ".join(powerlake("status")[1].split())
    assert "gold.dim_date has_rows(at_least=1) failed found 0 2024-03-01 05:30:00+00:00 silver.bills" in text
    assert "key_repeated" not in text
    code, page, _ = powerlake("quality", "docs")
    assert (code, page.strip()) == (0, str(project / "lake" / "report" / "quality" / "index.html"))
    assert "drift(energy_kwh): 0.40" in Path(page.strip()).read_text(encoding="utf-8")
    told = json.loads(powerlake("status", "--json")[1])["broken_rules"]
    assert [(one["dataset"], one["outcome"], one["job"]) for one in told] == [
        ("gold.dim_date", "failed", "some.job"),
        ("silver.bills", "warned", "some.job"),
    ]


def test_status_tells_what_the_newest_run_left_out_and_why(powerlake, project, monkeypatch) -> None:
    (project / "pipelines.yaml").write_text(PIPELINES + "        optional: true\n")
    powerlake("run", "daily")
    assert json.loads(powerlake("status", "--json")[1])["left_out"] == []
    monkeypatch.setattr(FakeEngine, "fails", {"silver.load_curves": TableMissing("bronze.load_curves_raw")})
    powerlake("run", "daily")
    why = "without bronze.load_curves_raw there is no silver.load_curves"
    (told,) = json.loads(powerlake("status", "--json")[1])["left_out"]
    assert (told["left_out"], told["why"]) == ("silver.load_curves", why)
    assert f"{told['run']}  silver.load_curves  {why}" in powerlake("status")[1]


def test_status_names_the_feeds_that_have_no_folder(powerlake, monkeypatch) -> None:
    note = f"no new file in landing; {NO_FOLDER} tickets, channel_usage"
    monkeypatch.setattr(FakeEngine, "execute", lambda self, job, attempt: RunReport("unchanged", note=note))
    powerlake("run", "daily", "--only", "silver.load_curves")
    (told,) = json.loads(powerlake("status", "--json")[1])["left_out"]
    assert (told["left_out"], told["why"]) == ("silver.load_curves", "no folder for tickets, channel_usage")


def test_status_counts_conflicts_by_kind_with_what_decides_them(powerlake, project) -> None:
    rows = {
        "conflict": ["records_differ", "records_differ", "records_differ", "unknown_tariff"],
        "entity_id": ["a", "a", "b", "k"],
        "rule": ["latest_known", "earliest", "latest_known", "contracts"],
    }
    write_deltalake(project / "lake" / "silver" / "conflicts", pa.table(rows))
    assert json.loads(powerlake("status", "--json")[1])["conflicts"] == [
        {"conflict": "records_differ", "rows": 3, "entities": 2, "decided_by": "earliest, latest_known"},
        {"conflict": "unknown_tariff", "rows": 1, "entities": 1, "decided_by": "contracts"},
    ]
    line = next(line for line in powerlake("status")[1].splitlines() if line.startswith("records_differ"))
    assert line.split() == ["records_differ", "3", "2", "earliest,", "latest_known"]


def test_a_demo_of_a_folder_without_readings_leaves_the_lake_where_it_is(powerlake, project) -> None:
    home = project / "lake"
    (home / "state").mkdir(parents=True)
    (home / "state" / "demo").write_text("a synthetic set")
    (project / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        code, out, err = powerlake("demo", "--data", folder)
        assert (code, out) == (2, "")
        assert err == f"error: {folder} has no file ending in .csv, .csv.gz, .parquet; give another folder\n"
        assert (home / "state" / "demo").read_text() == "a synthetic set"
    assert [path.name for path in project.iterdir() if path.name.startswith("lake")] == ["lake"]


def test_a_demo_copies_what_is_not_there_yet(powerlake, project, monkeypatch) -> None:
    given = project / "given" / "2014"
    given.mkdir(parents=True)
    for name in ("a.csv", "b.parquet", "notes.txt"):
        (given / name).write_text(name)
    monkeypatch.setattr(running, "run", lambda *_, **__: 1)
    code, out, _ = powerlake("demo", "--data", "given")
    feed = project / "lake" / "landing" / "metering" / "load_curves"
    assert (code, out) == (1, f"landing: 2 files of given in {feed}\n")
    assert sorted(path.name for path in (feed / "2014").iterdir()) == ["a.csv", "b.parquet"]


def test_report_writes_the_page_and_prints_where(powerlake, project) -> None:
    page = project / "lake" / "report" / "index.html"
    assert powerlake("report") == (0, f"{page}\n", "")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_evaluate_prints_the_suite_s_numbers(powerlake, monkeypatch) -> None:
    metric = {"value": 0.25, "low": 0.2, "high": 0.3}
    result = {
        "suite": "segments", "protocol": "cross-validated", "seed": 7, "n_train": 79, "n_test": 0,
        "metrics": {"silhouette": metric}, "baselines": {"kmeans": {"silhouette": {**metric, "value": 0.15}}},
    }  # fmt: skip
    suite = type(sys)("fake_suite")
    suite.evaluate = lambda train, test, seed: {**result, "seed": seed}
    monkeypatch.setitem(sys.modules, "fake_suite", suite)
    monkeypatch.setattr("powerlake.cli.evaluating.SUITES", {"segments": "fake_suite"})
    assert json.loads(powerlake("evaluate", "segments", "--train", ".", "--seed", "7", "--json")[1]) == result
    assert powerlake("evaluate", "segments", "--train", ".")[1].splitlines()[2:] == [
        "metric      model      value  low  high",
        "silhouette  powerlake   0.25  0.2   0.3",
        "silhouette  kmeans      0.15  0.2   0.3",
    ]


def test_catalogue_writes_a_page_a_table_and_checks_them(powerlake, project) -> None:
    folder = project / "docs" / "catalogue"
    assert powerlake("catalogue", "--check")[0] == 2
    assert powerlake("catalogue")[1].endswith(f"pages in {folder}\n")
    assert powerlake("catalogue", "--check")[0] == 0
    text = (folder / "gold.customer_segments.md").read_text()
    assert "| `distance` | `float` | 1 | yes | none | Distance to the nearest segment's centre" in text
    (folder / "gold.gone.md").write_text("")
    (folder / "index.md").write_text("changed by hand")
    code, _, err = powerlake("catalogue", "--check")
    assert (code, err) == (2, f"error: not up to date in {folder}: gold.gone.md, index.md; run `powerlake catalogue`\n")
    powerlake("catalogue")
    assert not (folder / "gold.gone.md").exists()


def test_version_and_help(powerlake) -> None:
    assert powerlake("--version") == (0, "powerlake 0.1.0\n", "")
    assert powerlake() == powerlake("--help")
    assert "Run a pipeline." in powerlake("--help")[1]


def test_help_waits_for_no_heavy_import() -> None:
    code = (
        "import sys; from powerlake.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pyspark', 'pandas', 'plotly', 'numpy', 'pyarrow', 'duckdb', 'pydantic', 'rich'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr == "[]\n"


def test_json_of_values_a_table_can_hold() -> None:
    moment = datetime(2026, 2, 1, 12, 30, tzinfo=UTC)
    table = pa.table({
        "at": pa.array([moment], pa.timestamp("us", "UTC")),
        "counts": pa.array([[("received", 3)]], pa.map_(pa.string(), pa.int64())),
        "bytes": [b"\x01\xff"],
        "share": [float("inf")],
    })  # fmt: skip
    assert json.loads(json_rows(table)) == [
        {"at": "2026-02-01T12:30:00+00:00", "counts": {"received": 3}, "bytes": "01ff", "share": None}
    ]
    assert as_json({"day": date(2026, 2, 1), "path": Path("a")}) == '{"day": "2026-02-01", "path": "a"}'
    with pytest.raises(ConfigurationError, match="the answer has two columns a; name one of them otherwise with AS"):
        json_rows(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (96_847_912.4, "96,847,912"),
        (999_999.7, "1,000,000"),
        (-1_234_567.8, "-1,234,568"),
        (12_345.678, "12,345.7"),
        (0.000123456789, "0.000123457"),
        (1.5e20, "1.5e+20"),
        (float("nan"), "nan"),
        (Decimal(12_345_678), "12,345,678"),
        (Decimal("1234.50"), "1,234.5"),
    ],
)
def test_a_number_keeps_all_before_its_point(value: float | Decimal, text: str) -> None:
    assert shown(value) == text


def test_columns_are_aligned() -> None:
    assert columns([("a", 1, 0.5), ("bcd", 20_000, None)], ("name", "n", "x")) == (
        "name       n    x\na          1  0.5\nbcd   20,000"
    )
