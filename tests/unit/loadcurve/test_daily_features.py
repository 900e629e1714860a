from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.loadcurve.clock import LocalClock
from powerlake.loadcurve.daily_features import MIN_KNOWN_SHARE, daily_features
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES

LONDON = LocalClock("Europe/London")
SHANGHAI = LocalClock("Asia/Shanghai")


def silver(curves: list[list[float | None]], days: list[date], interval: int, estimated: int = 0) -> pa.Table:
    """Rows with what daily_features needs of silver.load_curves."""
    rows = len(curves)
    return pa.table(
        {
            "meter_id": pa.array([f"m{i}" for i in range(rows)]),
            "date": pa.array(days, pa.date32()),
            "kwh": pa.array(curves, pa.list_(pa.float32())),
            "interval_minutes": pa.array([interval] * rows, pa.int16()),
            "points": pa.array([len(curve) for curve in curves], pa.int16()),
            "estimated_points": pa.array([estimated] * rows, pa.int16()),
            "month": pa.array([f"{day:%Y-%m}" for day in days]),
            "bucket": pa.array([3] * rows, pa.int32()),
        }
    )


def features(curves, days, interval, clock=SHANGHAI, *, southern=False, estimated=0):
    table = daily_features(
        silver(curves, days, interval, estimated), clock=clock, southern_hemisphere=southern, run_id="run-1"
    )
    assert table.schema == arrow_schema(DAILY_LOAD_FEATURES)
    return table.to_pylist()


def test_a_day_worked_out_by_hand():
    curve = [0.0] * 12 + [0.5] * 22 + [1.0, 3.0, 3.0, 1.0] + [0.5] * 10
    (row,) = features([curve], [date(2025, 1, 4)], 30, estimated=12)
    assert row == {
        "meter_id": "m0",
        "date": date(2025, 1, 4),
        "energy_kwh": 24.0,
        "peak_kw": 6.0,
        "peak_at": datetime(2025, 1, 4, 9, 30, tzinfo=UTC),  # 17:30 in Shanghai
        "peak_minute": 17 * 60 + 30,
        "mean_kw": 1.0,
        "load_factor": pytest.approx(1 / 6),
        "base_load_kw": 0.0,
        "night_share": 0.0,
        "day_share": pytest.approx(11 / 24),
        "evening_share": pytest.approx(13 / 24),
        "ramp_up_kw": 4.0,
        "ramp_down_kw": 4.0,
        "zero_share": 0.25,
        "peak_hours": [17, 18, 6],
        "is_weekend": True,
        "season": "winter",
        "points": 48,
        "known_share": 1.0,
        "estimated_share": 0.25,
        "run_id": "run-1",
        "month": "2025-01",
        "bucket": 3,
    }


@pytest.mark.parametrize("interval", [15, 30, 60])
def test_hours_do_not_depend_on_the_interval(interval):
    hourly = np.random.default_rng(7).integers(0, 900, 24) * 0.004
    per_hour = 60 // interval
    curve = np.repeat(hourly / per_hour, per_hour).tolist()
    (row,) = features([curve], [date(2025, 7, 1)], interval)
    assert row["energy_kwh"] == pytest.approx(hourly.sum(), rel=1e-6)
    assert row["night_share"] == pytest.approx(hourly[:6].sum() / hourly.sum(), rel=1e-5)
    assert row["peak_hours"] == np.argsort(-hourly, kind="stable")[:3].tolist()
    assert row["peak_kw"] == pytest.approx(hourly.max(), rel=1e-6)


def test_unknown_points_count_nowhere():
    curve = [None, 0.4, None, 2.0, 0.0, 0.4] + [0.4] * 18
    (row,) = features([curve], [date(2025, 7, 1)], 60)
    known = np.array([value for value in curve if value is not None])
    assert row["known_share"] == pytest.approx(22 / 24)
    assert row["energy_kwh"] == pytest.approx(known.sum())
    assert row["mean_kw"] == pytest.approx(known.mean())
    assert row["base_load_kw"] == pytest.approx(np.quantile(known, 0.1), rel=1e-6)
    assert row["peak_minute"] == 180
    assert row["ramp_up_kw"] == pytest.approx(0.4)  # 0.0 → 0.4; the step to 2.0 comes out of a gap
    assert row["ramp_down_kw"] == pytest.approx(2.0)
    assert row["zero_share"] == pytest.approx(1 / 22)


def test_the_first_known_point_is_the_peak_of_a_day_of_zeros():
    (row,) = features([[None, *[0.0] * 23]], [date(2025, 7, 1)], 60)
    assert (row["peak_minute"], row["peak_kw"], row["zero_share"]) == (60, 0.0, 1.0)
    assert row["load_factor"] is None and row["night_share"] is None and row["peak_hours"] is None


def test_too_few_points_make_the_values_null():
    known = int(24 * MIN_KNOWN_SHARE) - 1
    (row,) = features([[1.0] * known + [None] * (24 - known)], [date(2025, 7, 1)], 60)
    kept = {"meter_id", "date", "is_weekend", "season", "points", "known_share", "estimated_share"}
    kept |= {"run_id", "month", "bucket"}
    assert {name for name, value in row.items() if value is not None} == kept


def test_a_day_without_any_known_point():
    (row,) = features([[None] * 24], [date(2025, 7, 1)], 60)
    assert row["known_share"] == 0 and row["energy_kwh"] is None and row["peak_at"] is None


def test_the_autumn_day_counts_its_doubled_hour_twice():
    curve = [0.1] * 50
    curve[4] = 2.0  # 01:00 the second time
    (row,) = features([curve], [date(2025, 10, 26)], 30, LONDON)
    assert row["points"] == 50
    assert row["peak_at"] == datetime(2025, 10, 26, 1, 0, tzinfo=UTC)
    assert row["peak_minute"] == 60
    assert row["peak_hours"] == [1, 0, 2]
    assert row["night_share"] == pytest.approx((2.0 + 13 * 0.1) / (2.0 + 49 * 0.1), rel=1e-6)


def test_the_spring_day_has_no_energy_in_the_skipped_hour():
    (row,) = features([[0.5] * 46], [date(2025, 3, 30)], 30, LONDON)
    assert row["night_share"] == pytest.approx(10 / 46)
    assert 1 not in row["peak_hours"]


def test_a_mixed_shard_keeps_its_order():
    days = [date(2025, 10, 26), date(2025, 10, 25), date(2025, 10, 26)]
    rows = features([[0.2] * 50, [0.1] * 48, [0.3] * 50], days, 30, LONDON)
    assert [row["meter_id"] for row in rows] == ["m0", "m1", "m2"]
    assert [row["energy_kwh"] for row in rows] == pytest.approx([10.0, 4.8, 15.0])


def test_uniform_days_ignore_the_clock():
    clock = LocalClock("Australia/Sydney", uniform_days=True)
    (row,) = features([[0.1] * 47 + [0.9]], [date(2012, 10, 7)], 30, clock, southern=True)
    assert (row["peak_minute"], row["season"]) == (1410, "spring")


@pytest.mark.parametrize(
    ("month", "north", "south"),
    [(1, "winter", "summer"), (3, "spring", "autumn"), (8, "summer", "winter"), (12, "winter", "summer")],
)
def test_seasons_of_both_hemispheres(month, north, south):
    day = date(2025, month, 15)
    assert features([[1.0] * 24], [day], 60)[0]["season"] == north
    assert features([[1.0] * 24], [day], 60, southern=True)[0]["season"] == south


def test_weekends():
    days = [date(2025, 6, 2) + timedelta(days=n) for n in range(7)]  # from a Monday
    assert [row["is_weekend"] for row in features([[1.0] * 24] * 7, days, 60)] == [False] * 5 + [True] * 2


def test_no_rows():
    assert features([], [], 30) == []


readings = st.one_of(st.none(), st.integers(0, 40).map(lambda wh: wh / 8))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(readings, min_size=48, max_size=48), min_size=1, max_size=3))
def test_every_row_equals_a_plain_reference(curves):
    rows = features(curves, [date(2025, 5, 5)] * len(curves), 30)
    for curve, row in zip(curves, rows, strict=True):
        known = np.array([value for value in curve if value is not None])
        if len(known) < MIN_KNOWN_SHARE * 48:
            assert row["energy_kwh"] is None
            continue
        hourly = np.array([value or 0 for value in curve]).reshape(24, 2).sum(axis=1)
        steps = [2 * (b - a) for a, b in pairwise(curve) if a is not None and b is not None]
        assert row["energy_kwh"] == known.sum()
        assert row["peak_kw"] == 2 * known.max()
        assert row["peak_minute"] == 30 * curve.index(known.max())
        assert row["base_load_kw"] == pytest.approx(2 * np.quantile(known, 0.1), rel=1e-6)
        assert row["zero_share"] == pytest.approx((known == 0).mean())
        assert row["ramp_up_kw"] == max([0, *steps])
        assert row["ramp_down_kw"] == max([0, *(-step for step in steps)])
        if known.sum() > 0:
            assert row["peak_hours"] == np.argsort(-hourly, kind="stable")[:3].tolist()
            assert row["evening_share"] == pytest.approx(hourly[17:].sum() / known.sum(), rel=1e-6)


def test_blocks_join_without_a_seam():
    rng = np.random.default_rng(3)
    curves = (rng.integers(1, 100, (1030, 24)) / 8).tolist()
    curves[1025][4] = None
    rows = features(curves, [date(2025, 5, 5)] * len(curves), 60)
    expected = [sum(value for value in curve if value is not None) for curve in curves]
    assert [row["energy_kwh"] for row in rows] == expected
