"""What meters' registers show on the days they are read, and the feed metering/register_reads.

A register counts whatever the meter counts, also on days that never came in; it has few digits and starts again at 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.simulate.meters import Fleet
from powerlake.simulate.theft import Curves
from powerlake.simulate.utility import Block, Floats, Ints, Utility

FORWARD, REVERSE = "00010000", "00020000"
"""DL/T 645 items of the active energy registers."""
MISSING_SHARE = 0.01
"""Monthly reads that nobody took."""
ESTIMATED_SHARE = 0.015
"""Monthly reads that were guessed."""
EXTRA_SHARE = 0.05
"""Meters with a read on some day besides, as on a visit."""
GUESS_ERROR = 0.25
"""Standard deviation of a guess, as a share of a month's use."""


@dataclass(frozen=True)
class _Reads:
    """When meters are read: place in the fleet, day and quarter of the hour (0 to 95), and how."""

    meter: Ints
    day: Ints
    quarter: Ints
    kind: npt.NDArray[np.str_]


def register_rows(
    utility: Utility, block: Block, fleet: Fleet, counted: Curves, fed_in: Curves
) -> tuple[pa.Table, pa.Table]:
    """Rows of the feed, and of the registers that rolled over between two reads: meter_id, register_code, read_at."""
    random = utility.rng("register_reads", block.number)
    reads = _reads(utility, fleet, random)
    forward = _rows(utility, fleet, reads, counted, FORWARD, fleet.first_kwh, random)
    has_reverse = (fed_in.sum(axis=(1, 2)) > 0)[fleet.point]
    those = _Reads(*(column[has_reverse[reads.meter]] for column in vars(reads).values()))
    reverse = _rows(utility, fleet, those, fed_in, REVERSE, np.zeros(len(fleet)), random)
    rows = pa.concat_tables([forward[0], reverse[0]])
    return rows, pa.concat_tables([forward[1], reverse[1]])


def _reads(utility: Utility, fleet: Fleet, random: np.random.Generator) -> _Reads:
    """Midnight of the first of each month, when a meter comes and goes, and some days between."""
    firsts = np.flatnonzero(utility.dates == utility.dates.astype("datetime64[M]"))
    meter, place = np.nonzero(
        (firsts >= fleet.shown_from[:, None])
        & (firsts < fleet.to_day[:, None])
        & (random.random((len(fleet), len(firsts))) >= MISSING_SHARE)
    )
    is_guess = random.random(len(meter)) < ESTIMATED_SHARE
    comes, goes = np.flatnonzero(fleet.from_day >= 0), np.flatnonzero(fleet.to_day < utility.days)
    extra = np.flatnonzero((random.random(len(fleet)) < EXTRA_SHARE) & (fleet.to_day - fleet.shown_from > 1))
    span = fleet.to_day[extra] - fleet.shown_from[extra]
    at = fleet.shown_from[extra] + (random.random(len(extra)) * span).astype(np.int64)
    zero = [np.zeros(len(of), np.int64) for of in (meter, comes, goes)]
    return _Reads(
        meter=np.concatenate([meter, comes, goes, extra]),
        day=np.concatenate([firsts[place], fleet.from_day[comes], fleet.to_day[goes], at]),
        quarter=np.concatenate([*zero, random.integers(32, 70, len(extra))]),
        kind=np.concatenate(
            [
                np.where(is_guess, "estimated", "actual"),
                np.repeat("first", len(comes)),
                np.repeat("final", len(goes)),
                np.repeat("actual", len(extra)),
            ]
        ),
    )


def _rows(
    utility: Utility,
    fleet: Fleet,
    reads: _Reads,
    curves: Curves,
    code: str,
    first_kwh: Floats,
    random: np.random.Generator,
) -> tuple[pa.Table, pa.Table]:
    order = np.lexsort((reads.quarter, reads.day, reads.meter))
    meter, day, quarter, kind = (column[order] for column in vars(reads).values())
    # A meter that comes on the first of a month is read once, as its first read.
    once = np.r_[True, (np.diff(meter) != 0) | (np.diff(day) != 0) | (np.diff(quarter) != 0)][: len(meter)]
    kind = np.where((day == fleet.from_day[meter]) & (quarter == 0), "first", kind)
    meter, day, quarter, kind = meter[once], day[once], quarter[once], kind[once]
    since = _used(curves, fleet, meter, day, quarter)
    month = 30 * curves.mean(axis=(1, 2))[fleet.point[meter]] * 96
    since = since + np.where(kind == "estimated", random.normal(0, GUESS_ERROR, len(meter)) * month, 0)
    shown = first_kwh[meter] + np.maximum(since, 0) / fleet.multiplier[meter]
    reading = np.round(shown % 10.0 ** fleet.digits[meter], 2)
    turns = shown // 10.0 ** fleet.digits[meter]
    rolled = np.r_[False, (np.diff(turns) > 0) & (np.diff(meter) == 0)][: len(meter)]
    at = (utility.dates[0] + day).astype("datetime64[s]") + quarter * np.timedelta64(900, "s")
    table = pa.table(
        {
            "meter_id": fleet.meter_id[meter],
            "register_code": pa.repeat(pa.scalar(code), len(meter)),
            "read_at": at,
            "reading_kwh": reading,
            "read_kind": pa.array(kind, pa.string()),
        }
    )
    return table, table.filter(pa.array(rolled)).select(["meter_id", "register_code", "read_at"])


def _used(curves: Curves, fleet: Fleet, meter: Ints, day: Ints, quarter: Ints) -> Floats:
    """Energy counted by meters, kWh, since the first day they are shown, up to a quarter of an hour of a day."""
    by_day = curves.sum(axis=2, dtype=np.float64)
    total = np.concatenate([np.zeros((len(by_day), 1)), np.cumsum(by_day, axis=1)], axis=1)
    point = fleet.point[meter]
    partly = np.flatnonzero(quarter > 0)
    part = np.zeros(len(meter))
    part[partly] = np.where(
        np.arange(96) < quarter[partly, None], curves[point[partly], day[partly]], np.float32(0)
    ).sum(axis=1)
    used: Floats = total[point, day] + part - total[point, fleet.shown_from[meter]]
    return used
