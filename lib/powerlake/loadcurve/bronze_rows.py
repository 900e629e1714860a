"""The rows of a bronze shard: what all readings of a row have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.loadcurve.clock import Dates, Ints, LayoutClock
from powerlake.loadcurve.days import contiguous, items, lengths

INTERVAL_OF_POINTS = {
    points + change: minutes
    for minutes, points in ((60, 24), (30, 48), (15, 96))
    for change in (-60 // minutes, 0, 60 // minutes)
}
"""Interval in minutes from the number of points of a wide row: 23/24/25, 46/48/50 or 92/96/100."""

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class BronzeRows:
    """What is the same for all readings of a row of bronze.load_curves_raw, one item a row."""

    table: pa.Table
    date: Dates
    layout: Ints
    """Index into `clocks`."""
    clocks: tuple[LayoutClock, ...]
    is_labelled: Bools
    """True where each reading has a time label; false for wide rows, where the place gives the time."""
    first_item: Ints
    """Place of the row's first reading in the flattened `kwh`."""

    @classmethod
    def of(cls, bronze: pa.Table, clocks: Mapping[str, LayoutClock]) -> BronzeRows:
        """Raises ConfigurationError for a layout that `clocks` lacks."""
        layouts = contiguous(bronze["layout"]).dictionary_encode()
        names = layouts.dictionary.to_pylist()
        missing = sorted(set(names) - set(clocks))
        if missing:
            raise ConfigurationError(
                f"no clock for layout {', '.join(missing)}", remedy="add it to `clocks` in conf/", layouts=missing
            )
        return cls(
            table=bronze,
            date=bronze["date"].to_numpy().astype("datetime64[D]"),
            layout=layouts.indices.to_numpy().astype(np.int64),
            clocks=tuple(clocks[name] for name in names),
            is_labelled=contiguous(bronze["second_of_day"]).is_valid().to_numpy(zero_copy_only=False),
            first_item=np.concatenate(([0], np.cumsum(lengths(bronze["kwh"]))[:-1]))
            if len(bronze)
            else np.zeros(0, int),
        )

    @cached_property
    def order(self) -> Ints:
        """(rows,) rank of each row's delivery: batch first, then file. A higher one corrects a lower."""
        batch = self.table["batch"].to_numpy()
        keys = [_rank(self.table[name]) for name in ("file_sha256", "file")]
        sorted_rows = np.lexsort((*keys, batch))
        steps = [np.diff(key[sorted_rows]) != 0 for key in (*keys, batch)]
        rank = np.zeros(len(batch), dtype=np.int64)
        rank[sorted_rows[1:]] = np.cumsum(np.logical_or.reduce(steps))
        return rank

    @cached_property
    def meter(self) -> Ints:
        """(rows,) the meter as its rank among the shard's meter numbers."""
        return _rank(self.table["meter_id"])

    @cached_property
    def first_place(self) -> Ints:
        """(rows,) grid steps from the start of the day to the label of its first interval."""
        return np.array([clock.first_place for clock in self.clocks], dtype=np.int64)[self.layout]

    @cached_property
    def wide_interval(self) -> Ints:
        """(rows,) minutes of an interval from the number of places of a wide row; 0 where no interval has so many."""
        table = np.zeros(max(INTERVAL_OF_POINTS) + 1, dtype=np.int64)
        table[list(INTERVAL_OF_POINTS)] = list(INTERVAL_OF_POINTS.values())
        places = lengths(self.table["kwh"])
        return np.where(self.is_labelled | (places >= len(table)), 0, table[np.clip(places, 0, len(table) - 1)])

    @cached_property
    def points_of_wide(self) -> Ints:
        """(rows,) intervals in the local day of a wide row; 0 where its length tells no interval, and in other rows."""
        expected = np.zeros(len(self.date), dtype=np.int64)
        for layout, clock in enumerate(self.clocks):
            here = (self.layout == layout) & (self.wide_interval > 0)
            expected[here] = clock.clock.points(self.date[here], self.wide_interval[here])
        return expected

    def row_numbers(self, row: Ints, item: Ints) -> Ints:
        """(n,) row in the file of each reading, given its bronze row and its place in the flattened `kwh`."""
        counts = lengths(self.table["row_number"])
        first = np.cumsum(counts) - counts
        within = np.where(self.is_labelled[row], item - self.first_item[row], 0)
        found: Ints = items(self.table["row_number"], np.int64)[first[row] + within]
        return found


def _rank(column: pa.ChunkedArray) -> Ints:
    """(rows,) rank of each row's text among the distinct texts; one sort of the distinct ones."""
    encoded = contiguous(column).dictionary_encode()
    rank = np.argsort(np.argsort(encoded.dictionary.to_numpy(zero_copy_only=False)))
    found: Ints = rank[encoded.indices.to_numpy()]
    return found
