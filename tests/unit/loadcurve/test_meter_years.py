from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from powerlake.loadcurve.clock import LocalClock
from powerlake.loadcurve.meter_years import meter_hours, meter_readings

LONDON = LocalClock("Europe/London")


def curves(rows: list[tuple[str, date, list[float | None], int]]) -> pa.Table:
    return pa.table(
        {
            "meter_id": pa.array([row[0] for row in rows], pa.string()),
            "date": pa.array([row[1] for row in rows], pa.date32()),
            "kwh": pa.array([row[2] for row in rows], pa.list_(pa.float32())),
            "interval_minutes": pa.array([row[3] for row in rows], pa.int16()),
        }
    )


def test_meters_and_days_find_their_place_in_any_order():
    day = date(2025, 6, 1)
    years = meter_hours(
        curves([("b", day + timedelta(2), [2.0] * 24, 60), ("a", day, [1.0] * 24, 60), ("b", day, [3.0] * 24, 60)]),
        LONDON,
    )
    assert years.meter_ids.to_pylist() == ["a", "b"]
    assert years.dates.tolist() == [day, day + timedelta(1), day + timedelta(2)]
    first = years.kwh[:, :, 0]
    np.testing.assert_array_equal(first, [[1, np.nan, np.nan], [3, np.nan, 2]])


def test_hours_add_up_their_points_and_are_unknown_where_one_is():
    quarter_hours = [0.1, 0.2, 0.3, 0.4] * 24
    quarter_hours[5] = None
    hourly = meter_hours(curves([("a", date(2025, 6, 1), quarter_hours, 15)]), LONDON).kwh[0, 0]
    assert np.isnan(hourly[1])
    np.testing.assert_allclose(np.delete(hourly, 1), 1.0, rtol=1e-6)


def test_the_clock_changes():
    rows = [
        ("a", date(2025, 3, 30), [1.0] * 46, 30),
        ("a", date(2025, 10, 26), [1.0, 1.0, *[2.0] * 4, *[1.0] * 44], 30),
    ]
    hourly = meter_hours(curves(rows), LONDON).kwh[0]
    assert np.isnan(hourly[0, 1]) and hourly[0, 0] == 2.0 and hourly[0, 2] == 2.0
    assert hourly[-1, 1] == 4.0 and hourly[-1, 2] == 2.0  # both hours of 01:00 had 4 kWh


def test_readings_of_a_shorter_day_end_in_unknown():
    rows = [("a", date(2025, 10, 26), [1.0] * 50, 30), ("a", date(2025, 10, 27), [2.0] * 48, 30)]
    readings = meter_readings(curves(rows)).kwh
    assert readings.shape == (1, 2, 50)
    assert np.isnan(readings[0, 1, 48:]).all() and (readings[0, 1, :48] == 2).all()


def test_nothing():
    assert meter_readings(curves([])).kwh.size == 0
    assert meter_hours(curves([]), LONDON).kwh.shape == (0, 0, 24)
