"""The feed metering/load_curves of a block: a file a month and interval length, with its own dirt.

Most files are wide, one row a meter's day; some meters of some blocks are exported long. Values are what the meter
sends: kWh before the multiplier, three decimals.

Kinds of dirt beside those of `powerlake.simulate.dirt`: wrong_unit is a day in Wh.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.simulate.files import File, Form, encoded
from powerlake.simulate.metering import Metering
from powerlake.simulate.soiled import noted
from powerlake.simulate.utility import Block, Bools, Floats, Ints, Utility

FEED = "metering/load_curves"
FORMS = (
    (0.55, Form("parquet")),
    (0.25, Form("csv", is_gzip=True)),
    (0.1, Form("csv", is_gzip=True, dates="slashes")),
    (0.1, Form("csv", encoding="gb18030", dates="digits")),
)
"""Share of the blocks that are exported so."""
LONG_CHANCE = 0.15
"""That a block exports some of its meters long."""
LONG_SHARE = 0.04
"""Those meters, of the block's."""
DECIMALS = 3
WRONG_UNIT_SHARE = 0.005
"""Meters that send up to ten days in Wh."""
DUPLICATE_SHARE = 0.001
CORRECTED_SHARE = 0.001
"""Days sent again because the first values were wrong."""
LATE_CHANCE = 0.1
"""That of a month's file some meters' days come later."""
DUPLICATE_FILE_CHANCE = 0.03


@dataclass(frozen=True)
class _Days:
    """Meters' days of one interval length, parallel: meter number as text, place of the day, (rows, points) kWh."""

    meter: npt.NDArray[np.str_]
    day: Ints
    kwh: Floats

    def taken(self, rows: Ints | Bools) -> _Days:
        return _Days(self.meter[rows], self.day[rows], self.kwh[rows])

    def __len__(self) -> int:
        return len(self.meter)


def curve_files(utility: Utility, block: Block, metering: Metering) -> tuple[list[File], list[pa.Table]]:
    """The files below `landing/` and `later/`, and rows of truth `dirt`."""
    random = utility.rng("curve_files", block.number)
    form = FORMS[random.choice(len(FORMS), p=[share for share, _ in FORMS])][1]
    has_long = random.random() < LONG_CHANCE
    is_long = (random.random(len(metering.measured)) < LONG_SHARE) & has_long
    files: list[File] = []
    dirt: list[pa.Table] = []
    for minutes in np.unique(metering.fleet.interval_minutes):
        days = _meter_days(metering, int(minutes), ~is_long)
        days = _in_watt_hours(utility, days, random, dirt)
        files += _monthly(utility, f"curves_{minutes}min_{block.number:05d}", days, form, random, dirt)
    if is_long.any():
        for minutes in np.unique(metering.fleet.interval_minutes[is_long[metering.fleet.point]]):
            days = _meter_days(metering, int(minutes), is_long)
            name = f"readings_{minutes}min_{block.number:05d}"
            for month, rows in _months(utility, days):
                table = _long(utility, days.taken(rows))
                files.append(_file("landing", month, name, table, Form("csv", is_gzip=True)))
    return files, dirt


def _meter_days(metering: Metering, minutes: int, chosen: Bools) -> _Days:
    """Days of the meters at chosen points on which anything came in, by meter and day."""
    fleet = metering.fleet
    _, day_count, quarters = metering.measured.shape
    day = np.arange(day_count)
    those = np.flatnonzero(chosen[fleet.point] & (fleet.interval_minutes == minutes))
    per_point = minutes // 15
    curves = metering.measured[fleet.point[those]].reshape(len(those), day_count, quarters // per_point, per_point)
    kwh = np.round(curves.sum(axis=3, dtype=np.float64) / fleet.multiplier[those, None, None], DECIMALS)
    stands = (day >= fleet.from_day[those, None]) & (day < fleet.to_day[those, None])
    place, of_day = np.nonzero(stands & ~np.isnan(kwh).all(axis=2))
    meter = fleet.meter_id[those[place]]
    order = np.lexsort((of_day, meter))
    return _Days(meter[order], of_day[order], kwh[place, of_day][order])


def _in_watt_hours(utility: Utility, days: _Days, random: np.random.Generator, dirt: list[pa.Table]) -> _Days:
    meters, of = np.unique(days.meter, return_inverse=True)
    begin = random.integers(0, utility.days, len(meters))
    begin[random.random(len(meters)) >= WRONG_UNIT_SHARE * utility.soil] = utility.days
    length = random.integers(1, 11, len(meters))
    rows = (days.day >= begin[of]) & (days.day < (begin + length)[of])
    if rows.any():
        dirt.append(noted(FEED, "wrong_unit", _keys(utility, days.taken(rows)), "kwh", "Wh"))
    return _Days(days.meter, days.day, np.where(rows[:, None], np.round(days.kwh * 1000), days.kwh))


def _monthly(
    utility: Utility, name: str, days: _Days, form: Form, random: np.random.Generator, dirt: list[pa.Table]
) -> Iterator[File]:
    """A file a month with what was in time; late and corrected days in files of their own, later."""
    for month, rows in _months(utility, days):
        part = days.taken(rows)
        late = _late(part, random) & (not utility.is_clean)
        corrected = (random.random(len(part)) < CORRECTED_SHARE * utility.soil) & ~late
        wrong = _Days(part.meter, part.day, np.where(corrected[:, None], np.round(part.kwh * 1.25, DECIMALS), part.kwh))
        again = np.flatnonzero((random.random(len(part)) < DUPLICATE_SHARE * utility.soil) & ~late)
        sent = wrong.taken(np.concatenate([np.flatnonzero(~late), again]))
        file = _file("landing", month, name, _wide(utility, sent), form)
        yield file
        if random.random() < DUPLICATE_FILE_CHANCE * utility.soil:
            copy = file.path.replace(name, f"{name}_again")
            yield File(copy, file.content, file.rows)
            dirt.append(noted(FEED, "duplicate_file", pa.array([""]), "", copy))
        arrival = utility.first_date + timedelta(days=int(part.day.max()) + int(random.integers(2, 35)))
        for kind, mask in (("late_row", late), ("correction", corrected)):
            if mask.any():
                yield _file(f"later/{arrival}", month, f"{name}_{kind}", _wide(utility, part.taken(mask)), form)
        for kind, mask_or_rows in (("late_row", late), ("correction", corrected), ("duplicate_row", again)):
            befell = part.taken(mask_or_rows)
            if len(befell):
                dirt.append(noted(FEED, kind, _keys(utility, befell)))


def _late(part: _Days, random: np.random.Generator) -> Bools:
    """Some days of a twentieth of the meters, in a month by chance."""
    chance, first = random.random(), int(random.choice(part.day))
    meters, of = np.unique(part.meter, return_inverse=True)
    is_late = (random.random(len(meters)) < 0.05)[of] & (part.day >= first) & (part.day < first + 4)
    return is_late & (chance < LATE_CHANCE) & ~is_late.all()


def _months(utility: Utility, days: _Days) -> Iterator[tuple[str, Ints]]:
    """Each month with its rows."""
    month = utility.dates[days.day].astype("datetime64[M]")
    for one in np.unique(month):
        yield str(one), np.flatnonzero(month == one)


def _file(root: str, month: str, name: str, table: pa.Table, form: Form) -> File:
    return File(f"{root}/{FEED}/{month}/{name}{form.ending}", encoded(table, form), len(table))


def _wide(utility: Utility, days: _Days) -> pa.Table:
    """meter_id, date, P1 … Pn."""
    points = {f"P{point + 1}": _numbers(days.kwh[:, point]) for point in range(days.kwh.shape[1])}
    return pa.table({"meter_id": days.meter, "date": pa.array(utility.dates[days.day]), **points})


def _long(utility: Utility, days: _Days) -> pa.Table:
    """meter_id, reading_at, kwh: the readings that came in."""
    row, point = np.nonzero(~np.isnan(days.kwh))
    minutes = 1440 // days.kwh.shape[1]
    at = utility.dates[days.day[row]].astype("datetime64[s]") + point * np.timedelta64(minutes * 60, "s")
    return pa.table({"meter_id": days.meter[row], "reading_at": at, "kwh": days.kwh[row, point]})


def _numbers(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _keys(utility: Utility, days: _Days) -> pa.Array:
    dates = pa.array(utility.dates[days.day]).cast(pa.string())
    return pc.binary_join_element_wise(pa.array(days.meter), dates, "|")
