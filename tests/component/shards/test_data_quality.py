"""gold.data_quality over days: what is judged anew, what is kept, a drop and a shift found in a table. No session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from powerlake.lake.publication import append, publish, replace
from powerlake.lake.staging import Stamp, stage_rows
from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.project import Project
from powerlake.quality.judged import Check, Judged, check_rows
from powerlake.settings import load_settings
from powerlake.shards.data_quality import JOB, judge_quality
from powerlake.tables import table
from powerlake.tables.gold.data_quality import DATA_QUALITY
from powerlake.tables.model import Table
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS

ALARMS = table("silver.alarms")
FIRST = date(2024, 3, 1)
NOON = datetime(2024, 5, 2, 4, tzinfo=UTC)
"""Noon by the utility's clock."""


class LocalContext(JobContext):
    """A context whose tasks are done here, one after the other."""

    def spread(self, work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        return [work(task) for task in tasks]


class Watch:
    """A lake, and the job run on it at a time of choice as the engine does it: with its checks put on record."""

    def __init__(self, home: Path, repository: Path) -> None:
        self.lake = Lake(home, self._no_session)
        self.settings = load_settings(Project(repository)).model_copy(update={"home": home})
        self.runs = 0

    def add(self, where: Table, rows: pa.Table, at: datetime = NOON) -> None:
        staged = stage_rows(where, self.lake.home, rows, Stamp("run-0", 1, at))
        assert staged.rows(where) == len(rows)
        publish(self.lake, [append(self.lake, where, staged)], "run-0")

    def judged(self, at: datetime, name: str, rule: str, outcome: str, job: str = "silver.dispatch") -> None:
        """A rule on record, as a job left it."""
        one = Judged(name, rule, "check", "row", 10, 1, None, None, None, outcome, "found")  # type: ignore[arg-type]
        self.add(QUALITY_CHECKS, check_rows([Check(at, one)], job, "run-0"), at)

    def run(self, at: datetime, *, is_forced: bool = False) -> RunReport:
        self.runs += 1
        run_id = f"run-{self.runs}"
        ctx = LocalContext(self.lake, self.settings, run_id, is_forced=is_forced, started_at=at)
        report = judge_quality(ctx)
        if ctx.checks:
            self.add(QUALITY_CHECKS, check_rows(ctx.checks, JOB, run_id), at)
        return report

    def days(self) -> dict[tuple[date, str, str], dict[str, Any]]:
        rows = self.lake.rows(DATA_QUALITY).to_pylist()
        return {(row["date"], row["dataset"], row["rule"]): row for row in rows}

    @staticmethod
    def _no_session() -> None:
        raise AssertionError("a session was asked for")


@pytest.fixture
def watch(tmp_path: Path, repository: Path) -> Watch:
    return Watch(tmp_path, repository)


@pytest.fixture
def alarms(rows) -> Callable[..., pa.Table]:
    """`alarms(per day, last day's count, last day's severity)`: forty days of silver.alarms, and a row of the next."""

    def made(a_day: int = 60, last: int | None = None, severity: str | None = None) -> pa.Table:
        given = []
        for number in range(41):
            day, is_last = FIRST + timedelta(days=number), number == 39
            for row in range(last if is_last and last is not None else a_day if number < 40 else 1):
                usual = ("info", "warning", "info", "critical")[row % 4]
                given.append(
                    {
                        "alarm_id": f"{number}-{row}",
                        "raised_date": day,
                        "month": f"{day:%Y-%m}",
                        "severity": severity if is_last and severity else usual,
                    }
                )
        return rows(ALARMS, *given)

    return made


def test_where_nothing_was_judged_or_delivered_nothing_is_written(watch: Watch) -> None:
    assert watch.run(NOON).outcome == "left_out"
    assert watch.lake.version(DATA_QUALITY) is None


def test_a_second_run_on_the_same_day_changes_nothing(watch: Watch, alarms) -> None:
    watch.add(ALARMS, alarms())
    watch.judged(NOON, "silver.alarms", "key_repeated", "held")
    assert watch.run(NOON).outcome == "done"
    version = watch.lake.version(DATA_QUALITY)
    assert watch.run(NOON + timedelta(hours=1)).outcome == "unchanged"
    assert watch.lake.version(DATA_QUALITY) == version


def test_a_new_day_is_watched_though_nothing_came_and_the_days_before_stay(watch: Watch, rows) -> None:
    """A feed that stops delivering changes no table: only the clock says so."""
    file = {"feed": "metering/meter_events", "outcome": "taken", "seen_at": NOON, "file": "a"}
    watch.add(LANDING_FILES, rows(LANDING_FILES, file | {"rows_received": 5, "rows_kept": 5}))
    watch.run(NOON)
    watch.run(NOON + timedelta(days=8))
    found = watch.days()
    first, late = date(2024, 5, 2), date(2024, 5, 10)
    assert found[first, "metering/meter_events", "freshness"]["outcome"] == "held"
    assert found[late, "metering/meter_events", "freshness"]["outcome"] == "warned"
    assert found[first, "metering/meter_events", "rows_kept"]["run_id"] == "run-1"
    assert found[late, "metering/meter_events", "freshness"]["run_id"] == "run-2"
    assert (late, "metering/meter_events", "rows_kept") not in found, "nothing was delivered on that day"


def test_only_days_with_new_verdicts_are_made_again(watch: Watch) -> None:
    watch.judged(NOON, "silver.alarms", "a", "held")
    watch.run(NOON)
    next_day = NOON + timedelta(days=1)
    watch.judged(next_day, "silver.alarms", "a", "failed")
    watch.judged(next_day + timedelta(hours=1), "silver.alarms", "a", "held")
    watch.run(next_day + timedelta(hours=2))
    found = {key[0]: row for key, row in watch.days().items() if key[2] == "a"}
    assert [(row["outcome"], row["run_id"]) for row in found.values()] == [("held", "run-1"), ("failed", "run-2")]
    assert (found[date(2024, 5, 3)]["judged"], found[date(2024, 5, 3)]["broken"]) == (2, 1)
    assert watch.run(next_day, is_forced=True).counts["days"] == 2


def test_a_ledger_made_one_file_is_no_news(watch: Watch) -> None:
    for hour in range(3):
        watch.judged(NOON + timedelta(hours=hour), "silver.alarms", f"rule_{hour}", "held")
    assert watch.run(NOON + timedelta(hours=4)).outcome == "done"
    rows, files = watch.lake.rows(QUALITY_CHECKS), watch.lake.files(QUALITY_CHECKS)
    staged = stage_rows(QUALITY_CHECKS, watch.lake.home, rows, Stamp("run-9", 0, NOON))
    publish(watch.lake, [replace(watch.lake, QUALITY_CHECKS, staged, files)], "run-9")
    assert watch.run(NOON + timedelta(hours=5)).outcome == "unchanged"
    watch.judged(NOON + timedelta(hours=6), "silver.alarms", "rule_6", "warned")
    assert watch.run(NOON + timedelta(hours=7)).outcome == "done"
    assert (NOON.date(), "silver.alarms", "rule_6") in watch.days()


def test_a_check_belongs_to_the_day_of_the_utility_s_clock(watch: Watch) -> None:
    """17:00 UTC is one in the morning of the next day there."""
    watch.judged(datetime(2024, 5, 2, 17, tzinfo=UTC), "silver.alarms", "a", "held")
    watch.run(datetime(2024, 5, 2, 18, tzinfo=UTC))
    assert {key[0] for key in watch.days()} == {date(2024, 5, 3)}


@pytest.mark.parametrize(
    ("last", "severity", "broken"),
    [(None, None, set()), (10, None, {"volume"}), (None, "critical", {"drift(severity)"})],
    ids=["as ever", "few rows", "all critical"],
)
def test_what_was_planted_in_a_table_is_found(
    last: int | None, severity: str | None, broken: set[str], watch: Watch, alarms
) -> None:
    watch.add(ALARMS, alarms(last=last, severity=severity))
    report = watch.run(NOON)
    today = {key[2]: row for key, row in watch.days().items() if key[1] == "silver.alarms"}
    assert {rule for rule, row in today.items() if row["outcome"] != "held"} == broken
    assert set(report.warnings) == {f"silver.alarms {rule}" for rule in broken}
    assert today["volume"]["department"] == today["volume"]["owner"] == "dispatch"
    on_record = {row["rule"] for row in watch.lake.rows(QUALITY_CHECKS).to_pylist() if row["outcome"] != "held"}
    assert on_record == broken
