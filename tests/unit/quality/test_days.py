"""gold.data_quality's rows: one a day, table and rule."""

from datetime import UTC, date, datetime

from powerlake.quality.days import owner_of, quality_days

DAY = date(2024, 3, 1)


def check(hour: int, outcome: str, **changes: object) -> dict[str, object]:
    usual = {"dataset": "silver.bills", "rule": "amount_missing", "kind": "not_null", "severity": "row"}
    figures = {"checked": 100, "failing": 0, "observed": None, "expected_low": None, "expected_high": None}
    at = datetime(2024, 3, 1, hour, tzinfo=UTC)
    return usual | figures | {"checked_at": at, "outcome": outcome, "found": None, "job": "silver.marketing"} | changes


def test_a_day_keeps_the_worst_outcome_and_the_latest_figures() -> None:
    checks = [
        check(9, "held"),
        check(5, "warned", failing=3, found="3 rows went to quarantine"),
        check(7, "failed", failing=2, found="2 rows"),
    ]
    (row,) = quality_days(((DAY, one) for one in checks), "run-9").to_pylist()
    assert row == {
        "date": DAY,
        "department": "marketing",
        "dataset": "silver.bills",
        "rule": "amount_missing",
        "kind": "not_null",
        "severity": "row",
        "checked": 100,
        "failing": 0,
        "failing_share": 0.0,
        "observed": None,
        "expected_low": None,
        "expected_high": None,
        "outcome": "failed",
        "judged": 3,
        "broken": 2,
        "found": "2 rows",
        "owner": "marketing",
        "run_id": "run-9",
        "month": "2024-03",
    }


def test_rules_tables_and_days_stay_apart() -> None:
    other = date(2024, 3, 2)
    checks = [(DAY, check(1, "held")), (other, check(1, "held")), (DAY, check(1, "held", rule="key_repeated"))]
    rows = quality_days(checks, "run-1").to_pylist()
    assert [(row["date"], row["rule"]) for row in rows] == [
        (DAY, "amount_missing"),
        (DAY, "key_repeated"),
        (other, "amount_missing"),
    ]


def test_a_share_of_nothing_is_not_told() -> None:
    rows = quality_days([(DAY, check(1, "held", checked=0)), (DAY, check(1, "held", rule="x", checked=None))], "r")
    assert rows["failing_share"].to_pylist() == [None, None]


def test_every_feed_and_table_has_somebody_to_look() -> None:
    assert (owner_of("metering/load_curves"), owner_of("gold.line_loss")) == ("metering", "grid operations")
    assert owner_of("external/weather") == "platform"
