"""Which rules do not hold now: the latest verdict counts, of each job and table."""

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from powerlake.errors import TableMissing
from powerlake.quality.judged import Check, Judged, check_rows
from powerlake.quality.standing import broken_rules

START = datetime(2024, 3, 1, tzinfo=UTC)


def check(hour: int, table: str, rule: str, outcome: str) -> Check:
    found = "" if outcome == "held" else f"found at {hour}"
    judged = Judged(table, rule, "check", "warn", 9, 1, None, None, None, outcome, found)  # type: ignore[arg-type]
    return Check(START + timedelta(hours=hour), judged)


@pytest.fixture
def query():
    """Three runs of one job: the second mended a rule and broke another, the third judged another table alone."""
    runs = {
        "run-1": [check(1, "silver.bills", "a", "warned"), check(1, "silver.tariffs", "c", "warned")],
        "run-2": [
            *(check(2, "silver.bills", "a", "held"), check(2, "silver.bills", "b", "failed")),
            *(check(3, "silver.bills", "d", "warned"), check(4, "silver.bills", "d", "held")),
        ],
        "run-3": [check(5, "silver.payments", "a", "warned")],
    }
    checks = pa.concat_tables(check_rows(found, "silver.marketing", run) for run, found in runs.items())

    def asked(sql: str) -> pa.Table:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'; create schema ops")
            connection.register("checks", checks)
            connection.execute("create view ops.quality_checks as from checks")
            return connection.execute(sql).to_arrow_table()

    return asked


def test_the_latest_verdict_on_each_table_counts_and_what_stopped_it_comes_first(query) -> None:
    found = broken_rules(query)
    assert [(one.dataset, one.rule, one.outcome, one.found) for one in found] == [
        ("silver.bills", "b", "failed", "found at 2"),
        ("silver.payments", "a", "warned", "found at 5"),
        ("silver.tariffs", "c", "warned", "found at 1"),
    ]
    assert broken_rules(query, 1) == found[:1]


def test_where_nothing_was_judged_nothing_is_broken() -> None:
    def missing(sql: str) -> None:
        raise TableMissing("ops.quality_checks")

    assert broken_rules(missing) == ()
