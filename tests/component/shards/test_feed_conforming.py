"""A department's bronze into silver, day after day: what is new, what waits, what is left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from deltalake import DeltaTable

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.shards.feed_conforming import conform_department
from powerlake.shards.feed_typing import TypedFiles, TypingTask, type_files
from powerlake.tables import TABLES

CUSTOMERS = "customer_id,customer_kind,region_code,opened_date,name,id_number,phone,email,address,bank_account\n"
USAGE = "usage_id,customer_id,used_at,channel\n"


class Silver:
    """The silver of a utility whose departments deliver."""

    def __init__(self, departments) -> None:
        self._departments = departments
        project = Project(departments.repository)
        self._settings = load_settings(project).model_copy(update={"home": departments.home})

    def deliver(self, file: str, content: str) -> None:
        self._departments.drop(file, content)
        self._departments.run(file.partition("/")[0])

    def run(self, department: str, is_forced: bool = False) -> RunReport:
        its = self._departments
        its.runs += 1
        at = datetime(2024, 3, 3, its.runs, tzinfo=UTC)
        ctx = JobContext(its.lake, self._settings, f"run-{its.runs}", is_forced=is_forced, started_at=at)
        report = conform_department(ctx, department)
        if report.outcome == "done":
            assert report.counts["rows_received"] == sum(
                report.counts.get(f"rows_{fate}", 0)
                for fate in ("published", "quarantined", "duplicates", "superseded", "deleted")
            )
        return report

    def __getitem__(self, name: str) -> list:
        return self._departments.lake.rows(TABLES[name]).to_pylist()

    def visits(self) -> dict[str, str]:
        return {row["usage_id"]: row["channel"] for row in self["silver.channel_usage"]}

    def files(self) -> set[str]:
        return {file.relative for file in self._departments.lake.files(TABLES["silver.channel_usage"])}

    def version(self, name: str) -> int:
        return DeltaTable(self._departments.lake.path(TABLES[name])).version()


@pytest.fixture
def silver(departments, monkeypatch: pytest.MonkeyPatch) -> Silver:
    """Tasks are done in this process, and the suite, which needs a session, is left out."""
    monkeypatch.setattr(JobContext, "spread", lambda self, work, tasks: [work(task) for task in tasks])
    monkeypatch.setattr(JobContext, "_audit", lambda self, table, staged: None)
    return Silver(departments)


def customer(*numbers: str) -> str:
    return CUSTOMERS + "".join(f"{number},shop,r1,2020-01-01,x,x,x,x,x,x\n" for number in numbers)


def test_rows_wait_for_what_they_point_at_and_are_shown_when_it_comes(silver: Silver) -> None:
    silver.deliver("marketing/customers/1.csv", customer("c1"))
    silver.deliver("service/channel_usage/1.csv", USAGE + "u1,c1,2024-03-01 10:00,app\nu2,c2,2024-03-01 11:00,app\n")
    report = silver.run("service")
    assert (report.counts["rows_published"], report.counts["rows_quarantined"]) == (1, 1)
    (refused,) = silver["quarantine.channel_usage"]
    assert (refused["reason"], refused["row_number"]) == ("dangling_customer_id", 2)
    assert silver.run("service").outcome == "unchanged"

    silver.deliver("marketing/customers/2.csv", customer("c3"))
    report = silver.run("service")
    assert (report.counts["rows_waited"], report.counts["rows_quarantined"]) == (1, 1)
    assert len(silver["quarantine.channel_usage"]) == 1, "it is there already"

    silver.deliver("marketing/customers/3.csv", customer("c2"))
    assert silver.run("service").counts["rows_published"] == 1
    assert silver.visits() == {"u1": "app", "u2": "app"}
    silver.deliver("marketing/customers/4.csv", customer("c4"))
    assert silver.run("service").outcome == "unchanged", "nothing waits any more"


def test_files_of_which_some_rows_wait_are_looked_at_many_in_a_task(
    silver: Silver, monkeypatch: pytest.MonkeyPatch
) -> None:
    silver.deliver("marketing/customers/1.csv", customer("c1"))
    for number in (1, 2, 3):
        usage = f"a{number},c1,2024-03-01 10:00,app\nb{number},c2,2024-0{number}-01 11:00,app\n"
        silver.deliver(f"service/channel_usage/{number}.csv", USAGE + usage)
        silver.run("service")
    together: list[int] = []

    def noted(task: TypingTask) -> TypedFiles:
        together.append(len(task.files))
        return type_files(task)

    monkeypatch.setattr("powerlake.shards.feed_conforming.FILES_TOGETHER", 2)
    monkeypatch.setattr("powerlake.shards.feed_conforming.type_files", noted)
    silver.deliver("marketing/customers/2.csv", customer("c2"))
    report = silver.run("service")
    assert together == [2, 1]
    assert (report.counts["rows_received"], report.counts["rows_waited"], report.counts["rows_published"]) == (3, 3, 3)
    assert set(silver.visits()) == {"a1", "a2", "a3", "b1", "b2", "b3"}
    silver.deliver("marketing/customers/3.csv", customer("c3"))
    assert silver.run("service").outcome == "unchanged", "each row is struck off where it lay"


def test_without_the_feed_pointed_at_nothing_is_looked_up_and_the_report_says_so(silver: Silver) -> None:
    silver.deliver("service/channel_usage/1.csv", USAGE + "u1,c1,2024-03-01 10:00,fax\n")
    report = silver.run("service")
    assert silver.visits() == {"u1": "fax"}
    assert report.warnings == {
        "channel_usage.customer_id": "not looked up: no row of marketing/customers",
        "channel_usage.channel": "codes beyond the contract, kept: fax (1 rows)",
    }


def test_only_the_months_with_something_new_are_written_again(silver: Silver) -> None:
    silver.deliver(
        "service/channel_usage/1.csv",
        USAGE + "u1,c1,2024-02-01 10:00,app\nu2,c1,2024-03-01 10:00,app\nu3,c1,2024-03-02 10:00,app\n",
    )
    silver.run("service")
    february = {file for file in silver.files() if "2024-02" in file}
    silver.deliver("service/channel_usage/2.csv", USAGE + "u2,c1,2024-03-01 10:00,weixin\nu1,c1,2024-02-01 10:00,app\n")
    report = silver.run("service")
    assert (report.counts["rows_replaced"], report.counts["rows_duplicates"]) == (1, 1)
    assert silver.visits() == {"u1": "app", "u2": "wechat", "u3": "app"}
    assert february <= silver.files()


def test_a_deletion_finds_its_row_in_whatever_month(silver: Silver) -> None:
    silver.deliver("service/channel_usage/1.csv", USAGE + "u1,c1,2024-02-01 10:00,app\nu2,c1,2024-03-01 10:00,app\n")
    silver.run("service")
    march = {file for file in silver.files() if "2024-03" in file}
    gone = USAGE.replace("usage_id", "change,usage_id") + "delete,u1,,,\ndelete,u9,,,\n"
    silver.deliver("service/channel_usage/2.csv", gone)
    report = silver.run("service")
    assert (report.counts["rows_deleted"], report.counts["rows_withdrawn"]) == (2, 1)
    assert silver.visits() == {"u2": "app"}
    assert silver.files() == march
    versions = silver.version("silver.channel_usage")
    assert silver.run("service").outcome == "unchanged"
    assert silver.version("silver.channel_usage") == versions


def test_made_again_from_nothing_the_table_is_the_same(silver: Silver) -> None:
    silver.deliver("marketing/customers/1.csv", customer("c1"))
    silver.deliver("service/channel_usage/1.csv", USAGE + "u1,c1,2024-02-01 10:00,app\nu2,c9,2024-03-01 10:00,app\n")
    silver.run("service")
    silver.deliver("service/channel_usage/2.csv", USAGE + "u1,c1,2024-02-01 10:00,web\n")
    silver.run("service")
    before = silver.visits()
    report = silver.run("service", is_forced=True)
    assert report.counts["rows_received"] == 3
    assert silver.visits() == before == {"u1": "web"}
    assert len(silver["quarantine.channel_usage"]) == 1
