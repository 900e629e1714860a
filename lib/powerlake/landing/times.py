"""Local time labels from text, whole columns at once, in the forms departments write them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

FIRST_DATE = np.datetime64("1990-01-01")
LAST_DATE = np.datetime64("2099-12-31")
"""No reading of ours is dated outside these: interval meters are younger, and a later date is a typing error."""

SECONDS_PER_DAY = 86_400
_SANE_SECONDS = 1 << 33
"""Some 270 years to either side of 1970: beyond it no zone is looked up, and such an instant counts as none."""
FORMATS: dict[str, tuple[str, ...]] = {
    "iso": ("YYYY-MM-DD", "YYYY-MM-DD hh", "YYYY-MM-DD hh:mm", "YYYY-MM-DD hh:mm:ss"),
    "iso with offset": (
        "YYYY-MM-DD hh:mmZ",
        "YYYY-MM-DD hh:mm:ssZ",
        "YYYY-MM-DD hh:mm±oo:uu",
        "YYYY-MM-DD hh:mm:ss±oo:uu",
    ),
    "slashes": ("YYYY/MM/DD", "YYYY/MM/DD hh:mm", "YYYY/MM/DD hh:mm:ss"),
    "digits": ("YYYYMMDD", "YYYYMMDDhhmm", "YYYYMMDDhhmmss"),
    "day first": ("DD/MM/YYYY", "DD/MM/YYYY hh:mm", "DD/MM/YYYY hh:mm:ss"),
}
"""The forms a file's times may have; a file keeps to one. Within a form each pattern has a width of its own.

The blank between date and time may be a T, and 24:00 is the end of its date.
"""

_FIELDS = "YMDhmsou"


@dataclass(frozen=True)
class Labels:
    """Time labels, parallel arrays. Where `is_valid` is False the rest means nothing.

    `day` counts days since 1970-01-01, `second` seconds after local midnight (86 400 for a label of 24:00),
    `offset` minutes east of UTC where the labels carry it.
    """

    day: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]
    is_valid: npt.NDArray[np.bool_]
    offset: npt.NDArray[np.int16] | None = None

    @property
    def in_range(self) -> npt.NDArray[np.bool_]:
        """True where the date can be that of a reading."""
        low, high = (int(date.astype("datetime64[D]").astype(np.int64)) for date in (FIRST_DATE, LAST_DATE))
        return (self.day >= low) & (self.day <= high)


def labels_of_timestamps(column: pa.Array) -> Labels:
    """Labels of an Arrow date or timestamp column; one with a zone gives that zone's local time and offset."""
    offset = None
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        is_sane = np.abs(_seconds(column.cast(pa.timestamp(column.type.unit)))) < _SANE_SECONDS
        column = pc.if_else(pa.array(is_sane), column, None)
        local = pc.local_timestamp(column)
        ahead = _seconds(local) - _seconds(column.cast(pa.timestamp(column.type.unit)))
        offset, column = (ahead // 60).astype(np.int16), local
    seconds = _seconds(column)
    day = seconds // SECONDS_PER_DAY
    is_valid = pc.is_valid(column).to_numpy(zero_copy_only=False)
    narrow = np.clip(day, -(1 << 30), 1 << 30).astype(np.int32)  # else a far day could wrap into range
    return Labels(narrow, (seconds - day * SECONDS_PER_DAY).astype(np.int32), is_valid, offset)


def _seconds(column: pa.Array) -> npt.NDArray[np.int64]:
    """Seconds since 1970 of a date or timestamp column, 0 where null; a finer unit is cut down."""
    whole = column.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    seconds: npt.NDArray[np.int64] = (pc.fill_null(whole, 0) if whole.null_count else whole).to_numpy()
    return seconds


def format_of(sample: pa.Array) -> str:
    """The form most of these labels are in; "iso" when none fits."""
    fits = {name: int(parse(sample, name).is_valid.sum()) for name in FORMATS}
    return max(fits, key=lambda name: fits[name])


def parse(text: pa.Array, form: str) -> Labels:
    """Labels of a string column (no nulls) in the form `form`, a key of FORMATS."""
    count = len(text)
    day, second = np.zeros(count, np.int32), np.zeros(count, np.int32)
    offset, is_valid = np.zeros(count, np.int16), np.zeros(count, np.bool_)
    widths = pc.binary_length(text).to_numpy(zero_copy_only=False)
    for pattern in FORMATS[form]:
        rows = np.flatnonzero(widths == len(pattern))
        if rows.size:
            day[rows], second[rows], offset[rows], is_valid[rows] = _parse_pattern(_characters(text, rows), pattern)
    return Labels(day, second, is_valid, offset if form == "iso with offset" else None)


def _characters(text: pa.Array, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    """Bytes of the chosen labels, which are all equally long: (rows, width)."""
    chosen = text if len(rows) == len(text) else text.take(pa.array(rows))
    chosen = chosen.cast(pa.binary())
    _, starts, data = chosen.buffers()
    bounds = np.frombuffer(starts, np.int32)[chosen.offset : chosen.offset + len(chosen) + 1]
    return np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]].reshape(len(chosen), -1)


_Parsed = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]


def _parse_pattern(characters: npt.NDArray[np.uint8], pattern: str) -> _Parsed:
    """Day, second, offset and validity of labels in one pattern."""
    digits = characters - np.uint8(ord("0"))
    good = np.ones(len(characters), np.bool_)
    number = {field: np.zeros(len(characters), np.int64) for field in _FIELDS}
    for place, letter in enumerate(pattern):
        if letter in number:
            good &= digits[:, place] <= 9
            number[letter] = number[letter] * 10 + digits[:, place]
        else:
            good &= _is_literal(characters[:, place], letter)
    day, date_exists = days_of(number["Y"], number["M"], number["D"])
    second = number["h"] * 3600 + number["m"] * 60 + number["s"]
    good &= date_exists & (number["m"] <= 59) & (number["s"] <= 59) & (second <= SECONDS_PER_DAY)
    offset = number["o"] * 60 + number["u"]
    good &= (offset <= 14 * 60) & (number["u"] <= 59)
    if "±" in pattern:
        offset = np.where(characters[:, pattern.index("±")] == ord("-"), -offset, offset)
    return day, second, offset, good


def _is_literal(characters: npt.NDArray[np.uint8], letter: str) -> npt.NDArray[np.bool_]:
    allowed = {" ": b" T", "±": b"+-"}.get(letter, letter.encode())
    return np.isin(characters, np.frombuffer(allowed, np.uint8))


def days_of(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Days since 1970-01-01, and whether the calendar has that date."""
    months = (year - 1970) * 12 + np.clip(month, 1, 12) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (day <= following - first)
    return first + day - 1, exists
