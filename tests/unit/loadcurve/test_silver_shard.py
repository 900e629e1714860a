"""A shard from bronze rows to silver rows and quarantine, in the declared schemas."""

import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.errors import ReadingsLost
from powerlake.loadcurve import silver_shard as module
from powerlake.loadcurve.clock import LayoutClock, LocalClock
from powerlake.loadcurve.quality import Quality
from powerlake.loadcurve.rules import VEE_VERSION, VeeRules
from powerlake.loadcurve.silver_shard import silver_shard
from powerlake.tables.derive import arrow_schema
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

CLOCKS = dict.fromkeys(("long", "wide"), LayoutClock(LocalClock("Europe/London")))
AT = datetime(2024, 4, 2, tzinfo=UTC)
HOURS = list(range(0, 86400, 3600))


def shard(bronze, context=None, **options):
    return silver_shard(bronze, context, rules=VeeRules(), clocks=CLOCKS, run_id="run-1", at=AT, **options)


def test_a_row_has_the_declared_columns_and_counts(bronze, bronze_row):
    kwh = [1.0] * 24
    kwh[5] = -1.0
    kwh[12] = 150.0
    result = shard(bronze(bronze_row(kwh[:20], HOURS[:20], batch=7)))
    assert result.curves.schema == arrow_schema(LOAD_CURVES)
    [row] = result.curves.to_pylist()
    quality = [Quality.RECEIVED] * 20 + [Quality.MISSING] * 4
    quality[5], quality[12] = Quality.INTERPOLATED, Quality.REPLACED_INTERPOLATED
    received = [*kwh[:20], None, None, None, None]
    received[5] = None
    assert row == {
        "meter_id": "m1",
        "date": date(2024, 3, 5),
        "kwh": [1.0] * 20 + [None] * 4,
        "quality": quality,
        "received_kwh": received,
        "interval_minutes": 60,
        "points": 24,
        "received_points": 19,
        "estimated_points": 2,
        "missing_points": 4,
        "flags": ["impossible"],
        "layout": "long",
        "vee_version": VEE_VERSION,
        "batch": 7,
        "run_id": "run-1",
        "month": "2024-03",
        "bucket": 3,
    }


def test_an_unedited_day_repeats_nothing(bronze, bronze_row):
    [row] = shard(bronze(bronze_row([1.0] * 23, HOURS[:23]))).curves.to_pylist()
    assert (row["received_kwh"], row["flags"], row["missing_points"]) == (None, None, 1)


def test_refused_readings_are_records_that_can_be_read(bronze, bronze_row):
    strange = 'metering/"Fälle"\\1.csv'
    result = shard(
        bronze(
            bronze_row([1.0, -2.5, float("nan")], [0, 3600, 7200], meter="电表", file=strange, batch=4),
            bronze_row([1.0, None, 3.0], meter="m9"),
            bronze_row([*[1.0] * 23, -1.0], meter="m8"),
            bronze_row([1.0, float("nan"), float("-inf"), None], meter="m7", row_number=[2]),
        )
    )
    assert result.refused.schema == arrow_schema(quarantine_of(LOAD_CURVES))
    rows = {(row["reason"], row["row_number"]): row for row in result.refused.to_pylist()}
    negative = rows["negative", 2]
    assert (negative["level"], negative["file"], negative["batch"], negative["readings"]) == ("reading", strange, 4, 1)
    assert (negative["quarantined_at"], negative["run_id"]) == (AT, "run-1")
    assert json.loads(negative["record"]) == {
        "meter_id": "电表",
        "date": "2024-03-05",
        "second_of_day": 3600,
        "kwh": -2.5,
        "file": strange,
    }
    assert json.loads(rows["not_finite", 3]["record"])["kwh"] == "nan"
    assert json.loads(rows["negative", 1]["record"])["point"] == 24
    whole = rows["wrong_point_count", 1]
    assert (whole["level"], whole["readings"], whole["detail"]) == ("row", 2, "3 places")
    assert json.loads(whole["record"])["kwh"] == [1, None, 3]
    assert json.loads(rows["wrong_point_count", 2]["record"])["kwh"] == [1, "nan", "-inf", None]
    assert result.counts["quarantined"] == sum(row["readings"] for row in rows.values())


def test_context_of_earlier_months_feeds_estimates_and_its_own_month_is_ignored(bronze, bronze_row):
    march = shard(bronze(*[bronze_row([2.0] * 24, HOURS, day=f"2024-03-{day}") for day in range(25, 30)])).curves
    april = bronze(bronze_row([1.0] * 4, HOURS[:4], day="2024-04-01"))
    stale = shard(bronze(bronze_row([9.0] * 24, HOURS, day="2024-04-01"))).curves
    result = shard(april, pa.concat_tables([march, stale]), month="2024-04")
    [row] = result.curves.to_pylist()
    assert row["kwh"] == [1.0] * 4 + [2.0] * 20
    assert set(row["quality"][4:]) == {Quality.SIMILAR_DAY}
    other = march.set_column(0, "meter_id", pa.array(["m2"] * 5))
    assert shard(april, other).curves["missing_points"].to_pylist() == [20]


def test_estimates_in_the_context_are_no_source(bronze, bronze_row):
    march = shard(bronze(bronze_row([2.0] * 24, HOURS, day="2024-03-29"))).curves
    estimated = march.set_column(
        march.schema.get_field_index("quality"), "quality", pa.array([[Quality.SIMILAR_DAY] * 24], pa.list_(pa.int8()))
    )
    april = bronze(bronze_row([1.0] * 4, HOURS[:4], day="2024-04-01"))
    assert shard(april, estimated).curves["missing_points"].to_pylist() == [20]


def test_rows_are_sorted_and_the_same_in_any_order(bronze, bronze_row):
    rows = [
        bronze_row([1.0] * 24, meter=meter, day=f"2024-03-{day}", batch=batch)
        for meter, day, batch in [("m2", "05", 1), ("m1", "06", 2), ("m10", "05", 1), ("m1", "05", 3)]
    ]
    result = shard(bronze(*rows))
    assert result.curves["meter_id"].to_pylist() == ["m1", "m1", "m10", "m2"]
    assert shard(bronze(*rows[::-1])).curves.equals(result.curves)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["m1", "m2"]), st.integers(30, 31), st.lists(st.integers(-1, 3), max_size=30)),
        min_size=1,
        max_size=5,
    )
)
def test_published_and_quarantined_rows_account_for_all(bronze, bronze_row, deliveries):
    rows = [
        bronze_row(
            kwh, [point * 1800 for point in range(len(kwh))], meter=meter, day=f"2024-03-{day}", file=str(number)
        )
        for number, (meter, day, kwh) in enumerate(deliveries)
    ]
    result = shard(bronze(*rows))
    published = np.sum(result.curves["received_points"].to_numpy())
    quarantined = np.sum(result.refused["readings"].to_numpy())
    received = sum(len(kwh) for _, _, kwh in deliveries)
    assert received == published + quarantined + result.counts["duplicates"] + result.counts["superseded"]


def test_no_rows_give_empty_tables_in_the_declared_schemas(bronze):
    result = shard(bronze(), month="2024-03")
    assert (len(result.curves), len(result.refused), result.counts["received"]) == (0, 0, 0)
    assert result.curves.schema == arrow_schema(LOAD_CURVES)


def test_lost_readings_stop_the_shard(bronze, bronze_row, monkeypatch):
    monkeypatch.setattr(module, "NOTHING_RECEIVED", (Quality.REMOVED,))
    with pytest.raises(ReadingsLost, match="24 readings received but 23"):
        shard(bronze(bronze_row([500.0] + [1.0] * 23)))
