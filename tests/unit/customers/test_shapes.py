"""Typical shapes: which days count, how they are brought together, what is left open."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.customers.month_shapes import MONTH_SHAPES, month_shapes
from powerlake.customers.shape_features import daypart_features, daypart_levels, shapes_of, smooth
from powerlake.customers.shapes import MIN_DAYS, SEASONS, TYPICAL_SHAPES, cell_matrix, typical_of_months, typical_shapes
from powerlake.loadcurve.days import to_lists


def table(kwh: np.ndarray, dates: list[date], *, estimated: list[int] | None = None, meter: str = "a") -> pa.Table:
    points = kwh.shape[1]
    return pa.table(
        {
            "meter_id": pa.array([meter] * len(kwh)),
            "date": pa.array(dates, pa.date32()),
            "kwh": to_lists(kwh.astype(np.float32)),
            "interval_minutes": pa.array([1440 // points if points != 46 else 30] * len(kwh), pa.int16()),
            "estimated_points": pa.array(estimated or [0] * len(kwh), pa.int16()),
        }
    )


def days_from(first: date, number: int) -> list[date]:
    return [date.fromordinal(first.toordinal() + day) for day in range(number)]


MONDAY = date(2023, 1, 2)


def test_month_shapes_are_the_means_of_weekdays_and_weekends() -> None:
    kwh = np.arange(7)[:, None] * np.ones((7, 48))
    found = month_shapes(table(kwh, days_from(MONDAY, 7)))
    assert found.schema == MONTH_SHAPES
    assert found["day_type"].to_pylist() == [0, 1]
    assert found["days"].to_pylist() == [5, 2]
    assert found["month"].to_pylist() == ["2023-01"] * 2
    assert [row[0] for row in found["kwh"].to_pylist()] == [2.0, 5.5]


def test_incomplete_estimated_and_clock_change_days_and_days_after_as_of_do_not_count() -> None:
    kwh = np.ones((4, 48))
    kwh[1, 7] = np.nan
    whole = table(kwh, days_from(MONDAY, 4), estimated=[0, 0, 13, 12])
    short = table(np.ones((1, 46)), [date(2023, 3, 26)])
    found = month_shapes(pa.concat_tables([whole, short]), as_of=date(2023, 1, 5))
    assert found["days"].to_pylist() == [2]  # the day with a gap and the one with 13 of 48 estimated are out
    assert month_shapes(whole, as_of=MONDAY)["days"].to_pylist() == [1]


@pytest.mark.parametrize("points", [24, 48, 96])
def test_any_interval_gives_the_same_energy_by_half_hour(points: int) -> None:
    hourly = np.arange(24.0)
    kwh = np.repeat(hourly, points // 24)[None, :] / (points // 24)
    found = month_shapes(table(kwh, [MONDAY]))
    assert found["kwh"].to_pylist() == [np.repeat(hourly / 2, 2).tolist()]


def test_a_spike_counts_no_more_than_six_times_the_mean_of_the_month() -> None:
    kwh = np.full((10, 48), 0.1)
    kwh[3, 10] = 90.0
    mean = kwh.mean()
    found = month_shapes(table(kwh, [MONDAY] * 10))
    assert found["kwh"].to_pylist()[0][10] == pytest.approx((0.9 + 90) / 10)
    assert found["capped_kwh"].to_pylist()[0][10] == pytest.approx((0.9 + 6 * mean) / 10)


def test_rows_in_any_order_give_the_same_shapes(households) -> None:
    curves = households(["morning", "evening", "steady"], days=40)
    order = np.random.default_rng(1).permutation(len(curves))
    assert month_shapes(curves.take(pa.array(order))).equals(month_shapes(curves))


def test_months_put_together_equal_the_whole(households) -> None:
    curves = households(["morning", "evening"], days=90)
    early = np.asarray(curves["date"]) < np.datetime64("2023-02-01")
    shards = [month_shapes(curves.filter(pa.array(part))) for part in (~early, early)]
    together = typical_of_months(pa.concat_tables(shards), southern_hemisphere=False)
    assert together.equals(typical_shapes(curves, southern_hemisphere=False))
    assert together.schema == TYPICAL_SHAPES
    assert together["months"].to_pylist()[0] == ["2023-01", "2023-02", "2023-03"]


def test_cells_are_by_day_type_and_season_of_the_hemisphere() -> None:
    kwh = np.ones((14, 48))
    kwh[5:7] = kwh[12:14] = 3.0  # weekends
    curves = table(kwh, days_from(MONDAY, 14))
    for southern, season in ((False, "winter"), (True, "summer")):
        cells = cell_matrix(typical_shapes(curves, southern_hemisphere=southern))[0]
        known = ~np.isnan(cells[..., 0])
        assert known.sum(axis=0).tolist() == [2 if name == season else 0 for name in SEASONS]
        weekday, weekend = cells[0, SEASONS.index(season)], cells[1, SEASONS.index(season)]
        assert weekend[0] / weekday[0] == pytest.approx(3, rel=1e-5)


def test_seasons_weigh_the_same_however_many_days_they_have() -> None:
    morning, evening = np.zeros(48), np.zeros(48)
    morning[16], evening[40] = 1.0, 1.0
    winter, spring = days_from(date(2023, 1, 2), 28), days_from(date(2023, 4, 3), 14)
    curves = table(np.vstack([np.tile(morning, (28, 1)), np.tile(evening, (14, 1))]), winter + spring)
    outline = np.array(typical_shapes(curves, southern_hemisphere=False)["outline"][0].as_py())
    assert outline[16] == pytest.approx(outline[40], rel=1e-4)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_too_few_days_or_no_energy_make_no_shape(level: float) -> None:
    few = table(np.full((MIN_DAYS - 1, 48), 1.0), days_from(MONDAY, MIN_DAYS - 1))
    idle = table(np.zeros((30, 48)), days_from(MONDAY, 30))
    typical = typical_shapes(few if level else idle, southern_hemisphere=False)
    assert typical["outline"].to_pylist() == [None]
    assert not shapes_of(typical).known.any()
    assert typical["mean_daily_kwh"].to_pylist() == [48 * level]


def test_no_rows_make_no_customers() -> None:
    empty = table(np.ones((1, 48)), [MONDAY]).slice(0, 0)
    typical = typical_shapes(empty, southern_hemisphere=True)
    assert len(typical) == 0
    assert typical.schema == TYPICAL_SHAPES


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=48, max_size=48), st.floats(0.001, 1000))
def test_features_do_not_depend_on_size_and_smoothing_keeps_the_mean(day: list[float], factor: float) -> None:
    outline = np.array([day]) / np.mean(day)
    scaled = np.array([day]) * factor / np.mean(np.array(day) * factor)
    np.testing.assert_allclose(daypart_features(outline), daypart_features(scaled), rtol=1e-9)
    assert smooth(outline).mean() == pytest.approx(1)
    assert (daypart_levels(outline) * np.diff([0, 6, 10, 17, 24]) / 24).sum() == pytest.approx(1)


def test_the_distance_of_features_is_that_of_the_stepped_curves() -> None:
    random = np.random.default_rng(0)
    outlines = random.gamma(2, size=(2, 48))
    stepped = np.repeat(daypart_levels(outlines), [12, 8, 14, 14], axis=1)
    expected = np.sqrt(((stepped[0] - stepped[1]) ** 2).mean())
    assert np.linalg.norm(np.subtract(*daypart_features(outlines))) == pytest.approx(expected)


def test_smoothing_goes_round_midnight() -> None:
    outline = np.zeros((1, 48))
    outline[0, 0] = 48
    assert smooth(outline)[0, 47] == pytest.approx(smooth(outline)[0, 1])
