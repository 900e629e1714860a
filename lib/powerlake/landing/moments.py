"""Dates and times from text in any form that puts the year first, each cell in a form of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.times import days_of

DAY_US = 86_400_000_000
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?"
_DIGITS = r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<fraction>)"
_CHINESE = r"(?P<hour>\d{1,2})[时時点](?:(?P<minute>\d{1,2})分)?(?:(?P<second>\d{1,2})秒)?(?P<fraction>)"
_ZONE = r" ?(?P<zone>Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)?"


def _form(date: str, gap: str, clock: str) -> str:
    return f"^{date}(?:{gap}{clock}{_ZONE})?$"


def _separated(mark: str) -> str:
    return rf"(?P<year>\d{{4}}){mark}(?P<month>\d{{1,2}}){mark}(?P<day>\d{{1,2}})"


_CHINESE_DATE = r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]"
_DIGIT_DATE = r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
FORMS = (
    _form(_separated("-"), "(?:T| +)", _CLOCK),
    _form(_separated("/"), "(?:T| +)", _CLOCK),
    _form(_separated(r"\."), "(?:T| +)", _CLOCK),
    _form(_DIGIT_DATE, "(?:T| *)", _DIGITS),
    _form(_DIGIT_DATE, "(?:T| +)", _CLOCK),
    _form(_CHINESE_DATE, "(?:T| *)", _CLOCK),
    _form(_CHINESE_DATE, "(?:T| *)", _CHINESE),
)
"""Tried in this order. A date that starts with the day or the month is in none: which of the two is never guessed."""


@dataclass(frozen=True)
class Moments:
    """Dates with a time of day, parallel arrays. Where `is_valid` is False the rest means nothing.

    `day` counts days since 1970-01-01, `microsecond` since midnight (a day's worth for 24:00), `offset` minutes east
    of UTC, 0 where the text `has_offset` not.
    """

    day: npt.NDArray[np.int64]
    microsecond: npt.NDArray[np.int64]
    offset: npt.NDArray[np.int64]
    has_offset: npt.NDArray[np.bool_]
    is_valid: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.intp]) -> Moments:
        """The chosen rows."""
        return Moments(
            self.day[rows], self.microsecond[rows], self.offset[rows], self.has_offset[rows], self.is_valid[rows]
        )


def moments_of(text: pa.Array) -> Moments:
    """What each text of a string column says; null is no moment. Equal texts are looked at once."""
    coded = text.dictionary_encode()
    distinct = _distinct_moments(pa.concat_arrays([coded.dictionary, pa.array([""])]))
    return distinct.take(np.asarray(pc.fill_null(coded.indices, len(coded.dictionary)), np.intp))


def _distinct_moments(text: pa.Array) -> Moments:
    count = len(text)
    found = Moments(*np.zeros((3, count), np.int64), *np.zeros((2, count), np.bool_))
    open_rows = np.arange(count)
    for form in FORMS:
        parts = pc.extract_regex(text.take(pa.array(open_rows)), form)
        fits = np.asarray(parts.is_valid())
        if fits.any():
            _fill(found, open_rows[fits], parts.drop_null())
        open_rows = open_rows[~fits]
    return found


def _fill(found: Moments, rows: npt.NDArray[np.intp], parts: pa.StructArray) -> None:
    """Set the rows from the texts of their parts; those the calendar or the clock has not stay invalid."""
    number = {name: _number(parts.field(name)) for name in ("year", "month", "day", "hour", "minute", "second")}
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(parts.field("fraction"), 6, "0"), 0, 6)
    day, exists = days_of(number["year"], number["month"], number["day"])
    second = number["hour"] * 3600 + number["minute"] * 60 + number["second"]
    microsecond = second * 1_000_000 + _number(fraction)
    zone = parts.field("zone")
    found.day[rows], found.microsecond[rows], found.offset[rows] = day, microsecond, _minutes_east(zone)
    found.has_offset[rows] = np.asarray(pc.not_equal(zone, ""))
    found.is_valid[rows] = exists & (number["minute"] <= 59) & (number["second"] <= 59) & (microsecond <= DAY_US)


def _number(digits: pa.Array) -> npt.NDArray[np.int64]:
    """The texts as whole numbers, 0 for an empty one."""
    number: npt.NDArray[np.int64] = pc.if_else(pc.equal(digits, ""), "0", digits).cast(pa.int64()).to_numpy()
    return number


def _minutes_east(zone: pa.Array) -> npt.NDArray[np.int64]:
    """Of texts such as +08:00, -0330, +08, Z or none."""
    digits = pc.utf8_rpad(pc.replace_substring_regex(zone, "[^0-9]", ""), 4, "0").cast(pa.int64()).to_numpy()
    minutes: npt.NDArray[np.int64] = digits // 100 * 60 + digits % 100
    return np.where(np.asarray(pc.starts_with(zone, "-")), -minutes, minutes)
