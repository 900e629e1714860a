"""What happens to files that come late, corrected, twice or damaged: tables right, nothing lost, counts add up."""

from datetime import date

import pytest

from powerlake.pipeline.job import Window
from powerlake.tables import TABLES
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.silver.load_curves import LOAD_CURVES

CURVES = ("bronze.load_curves_raw", "silver.load_curves", "gold.daily_load_features")
METERS = ("m1", "m2", "m3")
MARCH = [date(2024, 3, day) for day in range(1, 11)]


@pytest.fixture
def delivered(utility, readings_of):
    """Ten days of three meters in two files, taken in and worked up."""
    utility.drop("2024-03-a.csv", readings_of(METERS, MARCH[:5]))
    utility.drop("2024-03-b.csv.gz", readings_of(METERS, MARCH[5:]))
    utility.run(*CURVES)
    return utility


def counts(utility, job):
    """The counts of the job's last run, as ops.job_runs has them."""
    rows = [row for row in utility.lake.rows(JOB_RUNS).to_pylist() if row["job"] == job and row["outcome"] == "done"]
    return dict(max(rows, key=lambda row: row["started_at"])["counts"])


def by_day(rows):
    return {(row["meter_id"], row["date"]): row for row in rows}


def assert_adds_up(found):
    assert found["received"] == sum(
        found.get(name, 0) for name in ("published", "quarantined", "duplicates", "superseded")
    )


def test_what_was_delivered_is_published(delivered):
    curves = delivered.rows(LOAD_CURVES)
    assert len(curves) == len(METERS) * len(MARCH)
    assert {row["received_points"] for row in curves} == {48}
    assert curves[0]["kwh"] == pytest.approx([0.1 + 0.005 * point for point in range(48)])
    found = counts(delivered, "silver.load_curves")
    assert found["received"] == found["published"] == 3 * 10 * 48
    assert len(delivered.rows(DAILY_LOAD_FEATURES)) == len(curves)


def test_a_second_run_changes_no_table(delivered):
    before = delivered.versions()
    state = delivered.run(*CURVES)
    assert delivered.versions() == before
    assert {job.outcome for job in state.jobs.values()} == {"unchanged"}


def test_a_second_run_of_the_same_date_changes_no_table(delivered):
    window = Window(MARCH[3], MARCH[3])
    delivered.run(*CURVES, window=window)
    before = delivered.versions()
    delivered.run(*CURVES, window=window)
    assert delivered.versions() == before


def test_a_late_file_changes_its_days_only(delivered, readings_of):
    before = by_day(delivered.lake.rows(LOAD_CURVES).to_pylist())
    late = date(2024, 2, 20)
    delivered.drop("late.csv", readings_of(["m1"], [late]) + readings_of(["m9"], [MARCH[2]]))
    delivered.run(*CURVES)
    after = by_day(delivered.lake.rows(LOAD_CURVES).to_pylist())
    assert after.keys() - before.keys() == {("m1", late), ("m9", MARCH[2])}
    untouched = {key: row for key, row in before.items() if key[1] != MARCH[2]}
    assert {key: after[key] for key in untouched} == untouched  # run_id included: the rows were carried over
    assert len(delivered.rows(DAILY_LOAD_FEATURES)) == len(after)
    assert_adds_up(counts(delivered, "silver.load_curves"))


def test_a_corrected_file_wins_and_bronze_keeps_both(delivered, readings_of):
    day = MARCH[1]
    delivered.drop(
        "correction.csv", readings_of(["m2"], [day], lambda meter, point: 9.0 if point == 7 else 0.11 + 0.005 * point)
    )
    delivered.run(*CURVES)
    row = by_day(delivered.rows(LOAD_CURVES))["m2", day]
    assert row["kwh"][7] == pytest.approx(9.0)
    raw = [r for r in delivered.rows(LOAD_CURVES_RAW) if (r["meter_id"], r["date"]) == ("m2", day)]
    assert sorted(r["kwh"][7] for r in raw) == [0.145, 9.0]
    found = counts(delivered, "silver.load_curves")
    assert_adds_up(found)
    # The correction sends 48 readings: one differs in value, and 47 differ from m2's 0.11 by nothing.
    assert found["superseded"] + found["duplicates"] == 48
    features = by_day(delivered.rows(DAILY_LOAD_FEATURES))["m2", day]
    assert features["peak_kw"] == pytest.approx(18.0)


def test_a_file_delivered_twice_is_known_by_its_content(delivered):
    before = delivered.versions()
    source = delivered.lake.landing / "metering/load_curves/2024-03-a.csv"
    delivered.drop_bytes("again/renamed.csv", source.read_bytes())
    delivered.run(*CURVES)
    assert delivered.versions() == before
    ledger = {row["file"]: row for row in delivered.rows(LANDING_FILES)}
    assert ledger["metering/load_curves/again/renamed.csv"]["outcome"] == "duplicate"
    delivered.run(*CURVES)
    assert len(delivered.rows(LANDING_FILES)) == 3


def test_damaged_files_stop_nothing_else(delivered, readings_of):
    good = readings_of(["m4"], MARCH)
    delivered.drop("good.csv", good)
    whole = ("meter_id,reading_at,kwh\n" + "\n".join(readings_of(["m5"], MARCH))).encode()
    delivered.drop_bytes("cut.csv.gz", whole)
    path = delivered.lake.landing / "metering/load_curves/cut.csv.gz"
    path.write_bytes(path.read_bytes()[:-200])
    delivered.drop("header.csv", good, header="a,b,c")
    delivered.drop_bytes("encoding.csv", b"meter_id,reading_at,kwh\n" + b"\xff\xfe\x81\x20\n")
    delivered.drop("rows.csv", ["m6,2024-03-01 00:00:00,1.0", "m6,yesterday,1.0", "m6,2024-03-01 00:30:00,abc"])
    delivered.run(*CURVES)
    ledger = {row["file"].rsplit("/", 1)[1]: row for row in delivered.rows(LANDING_FILES)}
    assert {name: ledger[name]["outcome"] for name in ("good.csv", "cut.csv.gz", "header.csv", "encoding.csv")} == {
        "good.csv": "taken",
        "cut.csv.gz": "rejected",
        "header.csv": "rejected",
        "encoding.csv": "rejected",
    }
    assert (ledger["rows.csv"]["rows_received"], ledger["rows.csv"]["rows_kept"]) == (3, 1)
    for row in ledger.values():
        assert row["rows_received"] == row["rows_kept"] + row["rows_quarantined"]
    quarantine = delivered.rows(TABLES["quarantine.load_curves_raw"])
    assert {row["level"] for row in quarantine if row["file"].endswith("rows.csv")} == {"row"}
    assert {row["file"].rsplit("/", 1)[1] for row in quarantine if row["level"] == "file"} == {
        "cut.csv.gz",
        "header.csv",
        "encoding.csv",
    }
    assert {key for key in by_day(delivered.rows(LOAD_CURVES)) if key[0] in {"m4", "m5"}} == {
        ("m4", day) for day in MARCH
    }


def test_refused_readings_add_up(utility, readings_of):
    utility.drop(
        "odd.csv",
        [
            *readings_of(["m1"], MARCH[:2]),
            "m1,2024-03-01 00:10:00,1.0",
            "m1,2024-03-03 00:00:00,-4.0",
            "m1,2024-03-01 00:00:00,0.100",
        ],
    )
    utility.run(*CURVES)
    found = counts(utility, "silver.load_curves")
    assert_adds_up(found)
    assert found["received"] == 2 * 48 + 3
    refused = utility.rows(TABLES["quarantine.load_curves"])
    assert sum(row["readings"] for row in refused) == found["quarantined"]
    utility.drop("more.csv", readings_of(["m1"], [MARCH[4]]))
    utility.run(*CURVES)
    assert utility.rows(TABLES["quarantine.load_curves"]) == refused  # refused once, not again by a later run
    utility.run(*CURVES, is_forced=True)
    assert utility.rows(TABLES["quarantine.load_curves"]) == refused


def test_a_batch_of_nothing_but_refused_readings_is_quarantined_once(utility, readings_of):
    utility.drop("bad.csv", ["m1,2024-01-01 00:00:00,-1.0", "m1,2024-01-01 00:30:00,-2.0"])
    utility.run(*CURVES[:2])
    refused = utility.rows(TABLES["quarantine.load_curves"])
    assert [row["reason"] for row in refused] == ["negative", "negative"]
    utility.drop("good.csv", readings_of(METERS, MARCH[:2]))
    utility.run(*CURVES)
    assert utility.rows(TABLES["quarantine.load_curves"]) == refused
    assert len(utility.rows(LOAD_CURVES)) == len(METERS) * 2


def test_a_rebuild_equals_the_sum_of_the_days(utility, readings_of, tmp_path):
    for number, day in enumerate(MARCH[:4]):
        utility.drop(f"{number}.csv", readings_of(METERS, [day]))
        utility.run(*CURVES)
    curves, features = utility.rows(LOAD_CURVES), utility.rows(DAILY_LOAD_FEATURES)
    utility.run(*CURVES, is_forced=True)
    assert utility.rows(LOAD_CURVES) == curves
    assert utility.rows(DAILY_LOAD_FEATURES) == features
