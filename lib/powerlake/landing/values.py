"""What the text of a cell means, whole columns at once: numbers, dates, instants and booleans of every feed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.moments import Moments, moments_of
from powerlake.tables.feeds.model import Kind

FIRST_DATE = date(1900, 1, 1)
LAST_DATE = date(2100, 12, 31)
"""Some plant is that old; a later date stands for "never", which an empty cell says."""
WHOLE_LIMIT = 10**18
"""Whole numbers stay below it, so that any of up to 18 digits is one."""
TRUE = ("1", "true", "t", "yes", "y", "是")
FALSE = ("0", "false", "f", "no", "n", "否")
INSTANT = pa.struct([pa.field("at", pa.timestamp("us")), pa.field("is_utc", pa.bool_())])
"""`at` is UTC where the text had an offset, else by the clock of the utility."""

_DECIMAL = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_WHOLE = r"^[+-]?0*\d{1,18}(\.0*)?$"
_NOT_FINITE = r"(?i)^[+-]?(nan(\(\w*\))?|inf|infinity)$"

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Parsed:
    """A column of text, understood.

    `values` is typed, null where the text is null or at fault. `faults` says which rows are at fault, by reason
    (see FEED_ROW_REASONS); a reason that holds nowhere is left out, and a row has one at most.
    """

    values: pa.Array
    faults: Mapping[str, Bools] = field(default_factory=dict)


def parse(kind: Kind, text: pa.Array) -> Parsed:
    """The values of a string column, trimmed, null where empty.

    The type: string for TEXT and CODE, int64, double, bool, date32, and INSTANT for instants.
    """
    match kind:
        case Kind.INTEGER:
            return _integers(text)
        case Kind.DECIMAL:
            return _decimals(text)
        case Kind.BOOLEAN:
            return _booleans(text)
        case Kind.DATE:
            return _dates(text)
        case Kind.INSTANT:
            return _instants(text)
        case Kind.TEXT | Kind.CODE:
            return Parsed(text)


def _decimals(text: pa.Array) -> Parsed:
    try:
        values, is_bad = text.cast(pa.float64()), np.zeros(len(text), np.bool_)
    except pa.ArrowInvalid:
        is_number = _matches(text, _DECIMAL) | _matches(text, _NOT_FINITE)
        values = pc.if_else(pa.array(is_number), text, None).cast(pa.float64())
        is_bad = _is_filled(text) & ~is_number
    return _parsed(values, {"bad_number": is_bad, "not_finite": _is_true(pc.invert(pc.is_finite(values)))})


def _integers(text: pa.Array) -> Parsed:
    """Whole numbers; a fraction of zeros, as spreadsheets append it, is no fault."""
    try:
        values = text.cast(pa.int64())
    except pa.ArrowInvalid:
        values = None
    if values is not None and not _has_hexadecimal(text) and _below(values, WHOLE_LIMIT):
        return Parsed(values)
    is_whole = _matches(text, _WHOLE)
    digits = pc.replace_substring_regex(pc.if_else(pa.array(is_whole), text, None), r"^\+|\.0*$", "")
    is_infinite = _matches(text, _NOT_FINITE)
    is_bad = _is_filled(text) & ~is_whole & ~is_infinite
    return _parsed(digits.cast(pa.int64()), {"bad_number": is_bad, "not_finite": is_infinite})


def _has_hexadecimal(text: pa.Array) -> bool:
    """Arrow reads 0x1F as a whole number; we do not."""
    return bool(pc.any(pc.match_substring(text, "x", ignore_case=True)).as_py())


def _below(values: pa.Array, limit: int) -> bool:
    extremes = pc.min_max(values).as_py()
    return extremes["min"] is None or (-limit < extremes["min"] and extremes["max"] < limit)


def _booleans(text: pa.Array) -> Parsed:
    place = pc.index_in(pc.utf8_lower(text), pa.array([*TRUE, *FALSE]))
    return _parsed(pc.less(place, len(TRUE)), {"bad_boolean": _is_filled(text) & ~np.asarray(place.is_valid())})


def _dates(text: pa.Array) -> Parsed:
    """Dates; one with a time is one where that time is midnight."""
    try:
        values, is_bad = text.cast(pa.date32()), np.zeros(len(text), np.bool_)
    except pa.ArrowInvalid:
        found = moments_of(text)
        is_date = found.is_valid & (found.microsecond == 0) & ~found.has_offset
        values, is_bad = _masked(found.day.astype("datetime64[D]"), is_date), _is_filled(text) & ~is_date
    is_far = _is_far(values)
    return _parsed(values, {"bad_date": is_bad, "date_out_of_range": is_far})


def _instants(text: pa.Array) -> Parsed:
    for type_ in (pa.timestamp("us"), pa.timestamp("us", "UTC")):
        try:
            at = text.cast(type_)
        except pa.ArrowInvalid:
            continue
        return _placed(at.cast(pa.timestamp("us")), np.full(len(text), type_.tz is not None), None)
    found = moments_of(text)
    return _placed(_at(found), found.has_offset, _is_filled(text) & ~found.is_valid)


def _at(found: Moments) -> pa.Array:
    day = found.day.astype("datetime64[D]").astype("datetime64[us]")
    return _masked(day + (found.microsecond - found.offset * 60_000_000).astype("timedelta64[us]"), found.is_valid)


def _placed(at: pa.Array, is_utc: Bools, is_bad: Bools | None) -> Parsed:
    is_far = _is_far(at)
    faults = {"date_out_of_range": is_far} if is_bad is None else {"bad_instant": is_bad, "date_out_of_range": is_far}
    values = pa.StructArray.from_arrays([at, pa.array(is_utc)], fields=list(INSTANT), mask=at.is_null())
    return _parsed(values, faults)


def _is_far(values: pa.Array) -> Bools:
    """True where the date lies outside FIRST_DATE … LAST_DATE."""
    first, last = (pa.scalar(edge).cast(values.type) for edge in (FIRST_DATE, LAST_DATE + timedelta(1)))
    return _is_true(pc.or_(pc.less(values, first), pc.greater_equal(values, last)))


def _masked(values: npt.NDArray[np.datetime64], is_valid: Bools) -> pa.Array:
    return pa.array(values, mask=~is_valid)


def _parsed(values: pa.Array, faults: Mapping[str, Bools]) -> Parsed:
    held = {reason: rows for reason, rows in faults.items() if rows.any()}
    if held:
        values = pc.if_else(pa.array(~np.logical_or.reduce(list(held.values()))), values, None)
    return Parsed(values, held)


def _matches(text: pa.Array, pattern: str) -> Bools:
    return _is_true(pc.match_substring_regex(text, pattern))


def _is_filled(text: pa.Array) -> Bools:
    return np.asarray(text.is_valid())


def _is_true(mask: pa.Array) -> Bools:
    """True where the mask says so, False where it is null."""
    return np.asarray(pc.fill_null(mask, False))
