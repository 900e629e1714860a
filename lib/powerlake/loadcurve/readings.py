"""The readings of a bronze shard, flat: one item a reading, with the local day and the time its label names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.loadcurve.bronze_rows import Bools, BronzeRows
from powerlake.loadcurve.clock import DAY_S, MINUTE_S, Dates, Ints, Label, LayoutClock
from powerlake.loadcurve.days import contiguous, items, lengths
from powerlake.loadcurve.quality import Refusal

NO_OFFSET = np.iinfo(np.int16).min
"""Stands for a label without UTC offset."""


@dataclass(frozen=True)
class Readings:
    """Readings, one item each. A null item of `kwh` is an empty cell of a wide row, and no reading."""

    rows: BronzeRows
    row: Ints
    """Bronze row."""
    item: Ints
    """Place in the flattened `kwh` of all rows."""
    kwh: npt.NDArray[np.float64]
    shift: npt.NDArray[np.int8]
    """−1, 0 or 1: days from the row's date to the local day the reading belongs to."""
    elapsed: npt.NDArray[np.int32]
    """Seconds from the start of that day to the label."""
    refusal: npt.NDArray[np.int8]
    """`Refusal` found so far."""
    second: npt.NDArray[np.int32] = field(repr=False)
    """Label as received, by `item` (not by reading); −1 in wide rows."""

    def __len__(self) -> int:
        return len(self.row)

    def select(self, which: Bools) -> Readings:
        """The readings where `which` is true; itself, uncopied, where that is all."""
        if which.all():
            return self
        columns = [item.name for item in fields(self) if item.name not in ("rows", "second")]
        return replace(self, **{name: getattr(self, name)[which] for name in columns})

    def date(self) -> Dates:
        """(n,) local date each reading belongs to."""
        date: Dates = self.rows.date[self.row] + self.shift.astype("timedelta64[D]")
        return date


def read(bronze: pa.Table, clocks: Mapping[str, LayoutClock]) -> Readings:
    """All readings of the shard. Raises ConfigurationError for a layout without a clock."""
    rows = BronzeRows.of(bronze, clocks)
    counts = lengths(bronze["kwh"])
    row = np.repeat(np.arange(len(counts)), counts)
    readings = Readings(
        rows=rows,
        row=row,
        item=np.arange(len(row)),
        kwh=items(bronze["kwh"], np.float64),
        shift=np.zeros(len(row), dtype=np.int8),
        elapsed=np.zeros(len(row), dtype=np.int32),
        refusal=np.zeros(len(row), dtype=np.int8),
        second=_labels(rows, row),
    )
    if not rows.is_labelled.all():
        _locate_places(readings)
    if rows.is_labelled.any():
        _locate_labels(readings)
    values = contiguous(bronze["kwh"]).flatten()
    return readings.select(values.is_valid().to_numpy(zero_copy_only=False)) if values.null_count else readings


def _labels(rows: BronzeRows, row: Ints) -> npt.NDArray[np.int32]:
    """The second of day of each item of `kwh`, −1 in wide rows. Not copied when all rows are labelled."""
    received: npt.NDArray[np.int32] = items(rows.table["second_of_day"], np.int32)
    if rows.is_labelled.all():
        return received
    second = np.full(len(row), -1, dtype=np.int32)
    second[rows.is_labelled[row]] = received
    return second


def _locate_places(readings: Readings) -> None:
    """Writes `elapsed` of the readings of wide rows; refuses whole rows whose length does not fit their day."""
    rows = readings.rows
    here = slice(None) if not rows.is_labelled.any() else np.flatnonzero(~rows.is_labelled[readings.row])
    row = readings.row[here]
    place = readings.item[here] - rows.first_item[row]
    step = rows.wide_interval * MINUTE_S
    readings.elapsed[here] = place * step[row] + (rows.first_place * step)[row]
    places, expected = lengths(rows.table["kwh"]), rows.points_of_wide
    is_misfit = ~rows.is_labelled & ((places < expected) | (expected == 0))
    if (places > expected)[~rows.is_labelled].any():  # more places than the day has do no harm while they are empty
        is_misfit[row[(place >= expected[row]) & ~np.isnan(readings.kwh[here])]] = True
    if is_misfit.any():
        readings.refusal[is_misfit[readings.row]] = Refusal.WRONG_POINT_COUNT


def _locate_labels(readings: Readings) -> None:
    """Writes `shift` and `elapsed` of labelled readings; refuses labels that are no time of their day."""
    rows = readings.rows
    offset = _offsets(rows)
    for layout, clock in enumerate(rows.clocks):
        of_layout = rows.is_labelled & (rows.layout == layout)
        here = slice(None) if of_layout.all() else np.flatnonzero(of_layout[readings.row])
        second = readings.second[here]
        readings.elapsed[here] = second
        if clock.label is Label.END:
            closing = np.flatnonzero(second == 0)
            closing = closing if isinstance(here, slice) else here[closing]
            readings.shift[closing] = -1
            readings.elapsed[closing] = DAY_S
        odd = _not_plain(readings, clock, of_layout, offset)
        if len(odd):
            _locate_odd(readings, clock, odd, np.full(len(odd), NO_OFFSET) if offset is None else offset[odd])


def _offsets(rows: BronzeRows) -> npt.NDArray[np.int16] | None:
    """UTC offset in minutes of each item of `kwh`, NO_OFFSET where it has none; None when no item has one."""
    column = contiguous(rows.table["utc_offset_minutes"])
    if column.null_count == len(column):
        return None
    counts = lengths(rows.table["kwh"])
    offset = np.full(counts.sum(), NO_OFFSET, dtype=np.int16)
    has_list = np.repeat(column.is_valid().to_numpy(zero_copy_only=False), counts)
    offset[has_list] = column.flatten().fill_null(NO_OFFSET).to_numpy()
    return offset


def _not_plain(readings: Readings, clock: LayoutClock, of_layout: Bools, offset: npt.NDArray[np.int16] | None) -> Ints:
    """The labelled readings of a layout whose label is not simply the time elapsed since midnight."""
    rows = readings.rows
    odd_row = of_layout & ~clock.clock.is_plain(rows.date)
    latest = DAY_S if clock.label is Label.END else DAY_S - 1
    second = readings.second
    if offset is None and not odd_row.any() and second.max(initial=0) <= latest and second.min(initial=0) >= 0:
        return np.zeros(0, dtype=np.int64)
    odd = odd_row[readings.row] | (second > latest) | (second < 0)
    if offset is not None:
        odd |= offset != NO_OFFSET
    return np.flatnonzero(odd & of_layout[readings.row])


def _locate_odd(readings: Readings, clock: LayoutClock, odd: Ints, offset: npt.NDArray[np.int16]) -> None:
    """Writes `shift`, `elapsed` and `refusal` of the readings `odd`, with clock changes and offsets in mind."""
    date = readings.rows.date[readings.row[odd]]
    second = readings.second[odd].astype(np.int64)
    has_offset = offset != NO_OFFSET
    twice = clock.comes_twice(date, second) & ~has_offset
    elapsed, does_not_exist = clock.elapsed(date, second, _is_second_time(readings, odd, twice))
    with_offset = clock.elapsed_from_offset(date, second, offset.astype(np.int64))
    shift, inside = clock.into_day(date, np.where(has_offset, with_offset, elapsed))
    readings.shift[odd] = shift
    readings.elapsed[odd] = inside
    not_a_time = (second < 0) | (second > DAY_S)
    refusal = np.where(does_not_exist & ~has_offset, Refusal.SKIPPED_HOUR, Refusal.ACCEPTED)
    readings.refusal[odd] = np.where(not_a_time, Refusal.NOT_A_TIME, refusal)
    readings.shift[odd[readings.refusal[odd] != Refusal.ACCEPTED]] = 0


def _is_second_time(readings: Readings, odd: Ints, twice: Bools) -> Bools:
    """(len(odd),) true where the same file gave the same label of the doubled hour once before."""
    second_time = np.zeros(len(odd), dtype=bool)
    asked = np.flatnonzero(twice)
    row, item = readings.row[odd[asked]], readings.item[odd[asked]]
    rows = readings.rows
    label = (rows.order[row], rows.meter[row], rows.date[row].astype(np.int64), readings.second[item])
    sequence = np.lexsort((item, rows.row_numbers(row, item), *label[::-1]))
    same = np.logical_and.reduce([part[sequence][1:] == part[sequence][:-1] for part in label])
    second_time[asked[sequence[1:]]] = same
    return second_time
