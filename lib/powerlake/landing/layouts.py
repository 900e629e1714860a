"""The layouts a load-curve file may have, as data: which columns say meter, time and energy."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from powerlake.landing.refusals import FileRefused

POINT_COUNTS: dict[int, int] = {
    **dict.fromkeys((23, 24, 25), 24),
    **dict.fromkeys((46, 48, 50), 48),
    **dict.fromkeys((92, 96, 100), 96),
}
"""Columns P1…Pn a wide file may have → points of a common day on that grid (the others are clock-change days)."""


@dataclass(frozen=True)
class Layout:
    """One way to lay out readings in a file.

    `meter` and `time` name one column each. A long layout names its energy columns in `values` (their sum is the
    reading); a wide layout has none and takes P1…Pn, one row a meter-day. Names are in lower case.
    """

    name: str
    meter: str
    time: str
    values: tuple[str, ...] = ()

    @property
    def is_wide(self) -> bool:
        return not self.values

    @property
    def required(self) -> frozenset[str]:
        return frozenset((self.meter, self.time, *self.values))


LONG = Layout("long", meter="meter_id", time="reading_at", values=("kwh",))
WIDE = Layout("wide", meter="meter_id", time="date")
SGSC = Layout(
    "sgsc", meter="customer_id", time="reading_datetime", values=("general_supply_kwh", "controlled_load_kwh")
)
"""Smart Grid, Smart City households: a meter's load is general supply plus controlled load."""

LAYOUTS = (LONG, WIDE, SGSC)


@dataclass(frozen=True)
class Columns:
    """The header of one file, understood: positions of the columns in each row.

    `values` are the energy columns in order (P1…Pn of a wide file); `others` are the columns kept as text. The
    parts of a sum are among `others` too, so that each received value stays readable.
    """

    layout: Layout
    names: tuple[str, ...]
    meter: int
    time: int
    values: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def usual_points(self) -> int:
        """Points of a common day in this file: 24, 48 or 96; 1 in a long file."""
        return POINT_COUNTS[len(self.values)] if self.layout.is_wide else 1


def recognise(header: tuple[str, ...]) -> Columns:
    """The columns of a file with this header, in any order and case, blanks around names ignored.

    Raises FileRefused with `wrong_header` or `duplicate_columns`.
    """
    names = tuple(name.strip("\ufeff \t") for name in header)
    keys = [name.lower() for name in names]
    twice = sorted(name for name, count in Counter(keys).items() if count > 1)
    if twice:
        raise FileRefused("duplicate_columns", f"{len(twice)} column names appear more than once")
    found = [layout for layout in LAYOUTS if layout.required <= set(keys) and (layout.values or "p1" in keys)]
    if len(found) != 1:
        raise FileRefused("wrong_header", "the header fits no layout" if not found else "the header fits two layouts")
    return _columns(found[0], names, keys)


def _columns(layout: Layout, names: tuple[str, ...], keys: list[str]) -> Columns:
    values = tuple(keys.index(name) for name in layout.values) if layout.values else _points(keys)
    taken = {keys.index(layout.meter), keys.index(layout.time)}
    if len(values) == 1 or layout.is_wide:
        taken.update(values)
    others = tuple(place for place in range(len(names)) if place not in taken)
    return Columns(layout, names, keys.index(layout.meter), keys.index(layout.time), values, others)


def _points(keys: list[str]) -> tuple[int, ...]:
    """Positions of P1…Pn. Raises FileRefused when one is absent or n is no day's number of points."""
    place = {key: index for index, key in enumerate(keys)}
    points = {int(key[1:]) for key in keys if key[:1] == "p" and key[1:].isascii() and key[1:].isdigit()}
    count = len(points)
    if count not in POINT_COUNTS or any(f"p{point}" not in place for point in range(1, count + 1)):
        raise FileRefused("wrong_header", f"{count} point columns; a day has {', '.join(map(str, POINT_COUNTS))}")
    return tuple(place[f"p{point}"] for point in range(1, count + 1))
