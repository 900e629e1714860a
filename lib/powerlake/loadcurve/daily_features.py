"""gold.daily_load_features from silver.load_curves: the Arrow side of the kernel in `day_measures`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.loadcurve.clock import LocalClock
from powerlake.loadcurve.day_measures import TOP_HOURS, DayMeasures, day_measures
from powerlake.loadcurve.days import Matrix, Rows, lists_of, matrices
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES

INPUT_COLUMNS = ("meter_id", "date", "kwh", "interval_minutes", "points", "estimated_points", "month", "bucket")
"""What the kernel needs of silver.load_curves; the quality codes, as many as readings, need not be decoded."""
MIN_KNOWN_SHARE = 0.5
"""Below this share of known points a day's values are null: half a day read as a day looks like low use."""

_MINUTES_PER_HOUR = 60
_MINUTES_PER_DAY = 1440
_SCHEMA = arrow_schema(DAILY_LOAD_FEATURES)
_SEASONS = pa.array(["winter", "spring", "summer", "autumn"])

Days = npt.NDArray[np.datetime64]
Minutes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Columns = dict[str, pa.Array]


def daily_features(curves: pa.Table, *, clock: LocalClock, southern_hemisphere: bool, run_id: str) -> pa.Table:
    """One row per row of `curves`, in the schema of gold.daily_load_features and in the order of `curves`.

    `curves` has at least INPUT_COLUMNS of silver.load_curves; a null item of `kwh` is an unknown point. `clock` is
    the meters' local clock: parts of the day and peak hours follow the local hour, also on the day that has one
    twice or not at all. Power is the mean over an interval: kWh × 60 ÷ minutes.
    """
    dates = curves["date"].to_numpy().astype("datetime64[D]")
    measures, peak_minute, peak_at = _measured(curves, dates, clock)
    points = curves["points"].to_numpy()
    too_few = measures.known < MIN_KNOWN_SHARE * points
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        **{name: curves[name] for name in ("meter_id", "date", "points", "month", "bucket")},
        **_powers(measures, _MINUTES_PER_HOUR / curves["interval_minutes"].to_numpy(), too_few),
        **_shares(measures, too_few),
        **_calendar(dates, southern_hemisphere),
        "peak_at": pa.array(peak_at, mask=too_few),
        "peak_minute": pa.array(peak_minute, mask=too_few),
        "known_share": pa.array(measures.known / points),
        "estimated_share": pa.array(curves["estimated_points"].to_numpy() / points),
        "run_id": pa.repeat(pa.scalar(run_id), len(curves)),
    }
    return pa.table([columns[name] for name in _SCHEMA.names], names=_SCHEMA.names).cast(_SCHEMA)


def _measured(curves: pa.Table, dates: Days, clock: LocalClock) -> tuple[DayMeasures, Minutes, Days]:
    """Measures of each row, the local minute its peak starts at, and the instant (UTC)."""
    measures = DayMeasures.blank(len(curves))
    peak_minute = np.zeros(len(curves), dtype=np.int64)
    peak_at: Days = np.zeros(len(curves), dtype="datetime64[us]")
    for rows, kwh, interval, minutes in _groups(curves, dates, clock):
        found = day_measures(kwh, minutes // _MINUTES_PER_HOUR)
        measures.put(rows, found)
        peak_minute[rows] = minutes[found.peak_point]
        peak_at[rows] = clock.start_instants(dates[rows], found.peak_point.astype(np.int64), interval)
    return measures, peak_minute, peak_at


def _groups(curves: pa.Table, dates: Days, clock: LocalClock) -> Iterator[tuple[Rows, Matrix, int, Minutes]]:
    """Rows whose points start at the same local minutes: row numbers, curves, interval, minutes (points,)."""
    interval_of = curves["interval_minutes"].to_numpy()
    for rows, kwh in matrices(curves["kwh"]):
        points, interval = kwh.shape[1], int(interval_of[rows[0]])
        if points * interval == _MINUTES_PER_DAY:
            yield rows, kwh, interval, np.arange(points) * interval
            continue
        for date in np.unique(dates[rows]):
            on_date = dates[rows] == date
            yield rows[on_date], kwh[on_date], interval, clock.minutes_of_day(date, interval)


def _powers(measures: DayMeasures, per_hour: npt.NDArray[np.float64], too_few: Flags) -> Columns:
    energy_per_point = measures.energy / np.maximum(measures.known, 1)
    powers = {
        "peak_kw": measures.peak * per_hour,
        "mean_kw": energy_per_point * per_hour,
        "base_load_kw": measures.base * per_hour,
        "ramp_up_kw": measures.rise * per_hour,
        "ramp_down_kw": measures.fall * per_hour,
    }
    load_factor = energy_per_point / np.where(measures.peak > 0, measures.peak, 1)
    return {
        "energy_kwh": pa.array(measures.energy, mask=too_few),
        "load_factor": pa.array(load_factor.astype(np.float32), mask=too_few | (measures.peak == 0)),
        **{name: pa.array(power.astype(np.float32), mask=too_few) for name, power in powers.items()},
    }


def _shares(measures: DayMeasures, too_few: Flags) -> Columns:
    """Shares of the day's energy, and its peak hours: null on a day without any, where no hour stands out."""
    no_shape = too_few | (measures.energy == 0)
    energy = np.where(no_shape, 1, measures.energy)
    parts = {"night_share": measures.night, "day_share": measures.daytime, "evening_share": measures.evening}
    zero_share = measures.zeros / np.maximum(measures.known, 1)
    return {
        **{name: pa.array((part / energy).astype(np.float32), mask=no_shape) for name, part in parts.items()},
        "zero_share": pa.array(zero_share.astype(np.float32), mask=too_few),
        "peak_hours": lists_of(measures.top_hours[~no_shape].reshape(-1), np.where(no_shape, -1, TOP_HOURS)),
    }


def _calendar(dates: Days, southern_hemisphere: bool) -> Columns:
    """Weekend and meteorological season: December to February is winter in the north, summer in the south."""
    is_weekend = (dates - np.datetime64("1970-01-03")).astype(np.int64) % 7 < 2  # a Saturday
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    season = (month // 3 + 2 * southern_hemisphere) % 4
    return {"is_weekend": pa.array(is_weekend), "season": pc.take(_SEASONS, pa.array(season))}
