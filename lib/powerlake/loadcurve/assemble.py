"""One curve a meter's day from the bronze rows of a shard: duplicates, corrections and refused readings told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.loadcurve.bronze_rows import Bools, BronzeRows
from powerlake.loadcurve.clock import MINUTE_S, Dates, Ints, LayoutClock
from powerlake.loadcurve.days import LARGEST, UNKNOWN
from powerlake.loadcurve.intervals import ALLOWED_MINUTES, interval_of_days
from powerlake.loadcurve.meter_days import Days
from powerlake.loadcurve.quality import Refusal
from powerlake.loadcurve.readings import Readings, read
from powerlake.loadcurve.whole_days import is_whole, whole_days

_SHIFTS = 3
"""A reading belongs to the day before its row's date, to that day, or to the one after."""
_NO_PLACE = -2
"""Below zero whatever end of its interval the label names."""


@dataclass(frozen=True)
class Assembly:
    """Curves, what was refused, and where the received readings went."""

    rows: BronzeRows
    """The shard's bronze rows, which `days.row` and `days.meter` speak of."""
    days: Days
    refused: Readings
    counts: dict[str, int]
    """received = published + quarantined + duplicates + superseded, in readings."""


@dataclass(frozen=True)
class _Calendar:
    """The meter days that readings fall on, sorted by meter and date."""

    of_reading: Ints
    meter: Ints
    date: Dates
    row: Ints
    """The latest delivered bronze row with a reading of the day."""
    row_of_pair: Ints
    """The distinct pairs of bronze row and day that have a reading: the row …"""
    day_of_pair: Ints
    """… and the day, as its place in `meter` and `date`."""


def assemble(
    bronze: pa.Table,
    clocks: Mapping[str, LayoutClock],
    *,
    month: str | None = None,
    allowed: tuple[int, ...] = ALLOWED_MINUTES,
) -> Assembly:
    """The curves of a shard from its bronze.load_curves_raw rows, in whatever order they come.

    Of several readings of an interval the latest delivered is published: highest batch, then file name, then row
    number. An earlier one with another value is `superseded`; one that repeats a value seen for the interval is a
    duplicate. With `month` (YYYY-MM) only readings whose local day lies in it are looked at: labels at the end of
    the interval put the first label of a month into the month before, so hand in the neighbouring days' rows too.
    """
    rows = BronzeRows.of(bronze, clocks)
    which = is_whole(rows)
    if not which.any():
        return _by_reading(bronze, clocks, month, allowed)
    inside = which if month is None else which & (rows.date.astype("datetime64[M]") == np.datetime64(month, "M"))
    whole, rest = whole_days(rows, inside), np.flatnonzero(~which)
    others = _by_reading(bronze.take(pa.array(rest)), clocks, month, allowed)
    received = int(np.count_nonzero(~np.isnan(whole.kwh)))
    counts = others.counts | {name: others.counts[name] + received for name in ("received", "published")}
    moved = replace(others.days, row=rest[others.days.row], meter=rows.meter[rest[others.days.row]])
    return Assembly(rows, Days.merged(whole, moved), others.refused, counts)


def _by_reading(
    bronze: pa.Table, clocks: Mapping[str, LayoutClock], month: str | None, allowed: tuple[int, ...]
) -> Assembly:
    """The curves of rows of any kind: each reading is put where its label says."""
    readings = _in_month(read(bronze, clocks), month)
    _refuse_values(readings)
    calendar = _calendar(readings)
    interval = _intervals(readings, calendar, allowed)
    points = _points(readings.rows, calendar, interval)
    place = _places(readings, calendar, interval, points)
    accepted = readings.refusal == Refusal.ACCEPTED
    placed = readings.select(accepted)
    cell = (np.cumsum(points) - points)[calendar.of_reading] + place
    kwh, published, superseded = _published(placed, cell if accepted.all() else cell[accepted], int(points.sum()))
    counts = {
        "received": len(readings),
        "published": published,
        "quarantined": len(readings) - len(placed),
        "duplicates": len(placed) - published - superseded,
        "superseded": superseded,
    }
    return Assembly(
        readings.rows, _days(readings.rows, calendar, interval, points, kwh), readings.select(~accepted), counts
    )


def _in_month(readings: Readings, month: str | None) -> Readings:
    if month is None:
        return readings
    rows, wanted = readings.rows, np.datetime64(month, "M")
    if not readings.shift.any():
        return readings.select((rows.date.astype("datetime64[M]") == wanted)[readings.row])
    inside = np.stack(
        [(rows.date + np.timedelta64(shift, "D")).astype("datetime64[M]") == wanted for shift in (-1, 0, 1)], axis=1
    )
    return readings.select(inside.reshape(-1)[readings.row * _SHIFTS + 1 + readings.shift])


def _refuse_values(readings: Readings) -> None:
    """Refuses energies that no register shows."""
    kwh = readings.kwh
    if len(kwh) == 0 or (kwh.min() >= 0 and kwh.max() <= LARGEST):  # false for NaN too
        return
    bad = np.flatnonzero(~((kwh >= 0) & (kwh <= LARGEST)) & (readings.refusal == Refusal.ACCEPTED))
    readings.refusal[bad] = np.where(np.abs(kwh[bad]) <= LARGEST, Refusal.NEGATIVE, Refusal.NOT_FINITE)


def _calendar(readings: Readings) -> _Calendar:
    rows = readings.rows
    row, shift = _row_shifts(readings)
    number = rows.date.astype(np.int64)
    low = int(number.min(initial=0)) - 1
    span = int(number.max(initial=0)) - low + 2
    key = rows.meter * span + number - low
    day_keys, day = _distinct(key[row] + shift)
    of_row_shift = np.zeros((len(key), _SHIFTS), dtype=np.int64)
    of_row_shift[row, shift + 1] = day
    is_moved = readings.shift.any()
    of_reading = of_row_shift[readings.row, readings.shift + 1] if is_moved else of_row_shift[:, 1][readings.row]
    meter, number_of_day = np.divmod(day_keys, span)
    return _Calendar(
        of_reading=of_reading,
        meter=meter,
        date=(number_of_day + low).astype("datetime64[D]"),
        row=_latest(rows, row, day, len(day_keys)),
        row_of_pair=row,
        day_of_pair=day,
    )


def _row_shifts(readings: Readings) -> tuple[Ints, Ints]:
    """The distinct pairs of bronze row and shift that readings have."""
    is_used = np.zeros((len(readings.rows.date), _SHIFTS), dtype=bool)
    if readings.shift.any():
        is_used[readings.row, readings.shift + 1] = True
    else:
        is_used[readings.row, 1] = True
    row, column = np.nonzero(is_used)
    return row, column - 1


def _distinct(keys: Ints) -> tuple[Ints, Ints]:
    """The distinct keys in order, and the place of each key among them. Sorted keys, the usual case, cost no sort."""
    steps = np.diff(keys)
    if (steps > 0).all():
        return keys, np.arange(len(keys))
    distinct, place = np.unique(keys, return_inverse=True)
    return distinct, place


def _latest(rows: BronzeRows, row: Ints, day: Ints, days: int) -> Ints:
    """(days,) the latest delivered of the bronze rows given for each day."""
    latest = np.zeros(days, dtype=np.int64)
    by_delivery = np.lexsort((row, rows.order[row]))
    latest[day[by_delivery]] = row[by_delivery]  # the last one written stays
    return latest


def _intervals(readings: Readings, calendar: _Calendar, allowed: tuple[int, ...]) -> Ints:
    """(days,) minutes of an interval; a day that has wide rows takes that of the latest."""
    rows, days = readings.rows, len(calendar.meter)
    interval = np.full(days, min(allowed), dtype=np.int64)
    if rows.is_labelled.any():
        labelled = (readings.refusal == Refusal.ACCEPTED) & rows.is_labelled[readings.row]
        of_label, elapsed = calendar.of_reading, readings.elapsed
        if not labelled.all():
            of_label, elapsed = of_label[labelled], elapsed[labelled]
        interval = interval_of_days(of_label, elapsed, calendar.meter, allowed)
    if rows.wide_interval.any():
        is_usable = rows.wide_interval > 0
        is_usable[readings.row[readings.refusal == Refusal.WRONG_POINT_COUNT]] = False
        row, day = calendar.row_of_pair, calendar.day_of_pair
        row, day = row[is_usable[row]], day[is_usable[row]]
        order = np.lexsort((rows.wide_interval[row], rows.order[row]))
        interval[day[order]] = rows.wide_interval[row[order]]  # the last one written stays
    return interval


def _points(rows: BronzeRows, calendar: _Calendar, interval: Ints) -> Ints:
    """(days,) intervals in each local day."""
    points = np.zeros(len(interval), dtype=np.int64)
    layout = rows.layout[calendar.row]
    for number, clock in enumerate(rows.clocks):
        here = layout == number
        points[here] = clock.clock.points(calendar.date[here], interval[here])
    return points


def _places(readings: Readings, calendar: _Calendar, interval: Ints, points: Ints) -> Ints:
    """(n,) point of its day each reading is; refuses those that are none, and leaves 0 there."""
    rows, of_day = readings.rows, calendar.of_reading
    place = np.zeros(len(readings), dtype=np.int64)
    for minutes in np.unique(interval):
        here = slice(None) if (interval == minutes).all() else np.flatnonzero((interval == minutes)[of_day])
        step = int(minutes) * MINUTE_S
        # A table is four times as fast as dividing each label.
        table = np.full(int(readings.elapsed.max(initial=0)) + 1, _NO_PLACE)
        table[::step] = np.arange(len(table[::step]))
        place[here] = table[readings.elapsed[here]]
    if rows.first_place.any():
        place -= rows.first_place[readings.row]
    if len(place) and (place.min() < 0 or place.max() >= points.min()):
        fits = (place >= 0) & (place < points[of_day])
        _refuse(readings, ~fits, Refusal.OFF_GRID)
        place[~fits] = 0
    if rows.wide_interval.any():
        differs = (rows.wide_interval[readings.row] != interval[of_day]) & ~rows.is_labelled[readings.row]
        _refuse(readings, differs, Refusal.OTHER_INTERVAL)
    return place


def _refuse(readings: Readings, which: Bools, why: Refusal) -> None:
    """The first reason found stays."""
    readings.refusal[which & (readings.refusal == Refusal.ACCEPTED)] = why


def _published(placed: Readings, cell: Ints, cells: int) -> tuple[npt.NDArray[np.float32], int, int]:
    """The curves (cells,), how many points have a reading, and how many readings a later value corrected."""
    kwh = np.full(cells, UNKNOWN, dtype=np.float32)
    is_filled = np.zeros(cells, dtype=bool)
    is_filled[cell] = True
    published = int(np.count_nonzero(is_filled))
    if published == len(cell):
        kwh[cell] = placed.kwh
        return kwh, published, 0
    wins, superseded = _contest(placed, cell, cells)
    kwh[cell[wins]] = placed.kwh[wins]
    return kwh, published, superseded


def _contest(placed: Readings, cell: Ints, cells: int) -> tuple[Bools, int]:
    """Which readings are published (n,), and how many were corrected by a later one with another value."""
    is_contested = np.bincount(cell, minlength=cells) > 1
    rivals = np.flatnonzero(is_contested[cell])
    row, item, at, kwh = placed.row[rivals], placed.item[rivals], cell[rivals], placed.kwh[rivals]
    rows = placed.rows
    # The value settles what the delivery cannot: one row of one file twice in bronze.
    by_delivery = np.lexsort((kwh, item - rows.first_item[row], rows.row_numbers(row, item), rows.order[row], at))
    is_last = np.append(np.diff(at[by_delivery]) != 0, True)
    wins = ~is_contested[cell]
    wins[rivals[by_delivery[is_last]]] = True
    by_value = np.lexsort((kwh, at))
    is_new = (np.diff(at[by_value], prepend=-1) != 0) | (np.diff(kwh[by_value], prepend=-1.0) != 0)
    return wins, int(np.count_nonzero(is_new) - np.count_nonzero(is_last))


def _days(rows: BronzeRows, calendar: _Calendar, interval: Ints, points: Ints, kwh: npt.NDArray[np.float32]) -> Days:
    """The days of the calendar that have a published reading."""
    first = np.cumsum(points) - points
    kept = np.logical_or.reduceat(~np.isnan(kwh), first) if len(first) else np.zeros(0, dtype=bool)
    return Days(
        meter=calendar.meter[kept],
        date=calendar.date[kept],
        interval_minutes=interval[kept],
        points=points[kept],
        batch=rows.table["batch"].to_numpy()[calendar.row[kept]],
        row=calendar.row[kept],
        kwh=kwh if kept.all() else kwh[np.repeat(kept, points)],
    )
