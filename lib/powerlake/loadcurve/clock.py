"""Local days and the place of a reading in its day, whatever the clock does: vectors of dates in, vectors out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from powerlake.errors import ConfigurationError

DAY_S = 86_400
MINUTE_S = 60

Dates = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]


class Label(StrEnum):
    """Which end of its interval a time label names."""

    START = "start"
    END = "end"
    """00:00 then closes the last interval of the day before; 24:00 says the same with the right date."""


class LocalDays(NamedTuple):
    """Local days, one item a day, all in seconds."""

    start: Ints
    """First instant, seconds after 1970-01-01 UTC."""
    length: Ints
    """86400, or 82800 and 90000 where the clock changes by an hour."""
    wall: Ints
    """What the clock shows at the first instant: 0, except where a change skips midnight."""
    change: Ints
    """Seconds from the first instant to the clock change; `length` where there is none."""
    jump: Ints
    """Seconds the clock moves forward at the change; negative when it goes back."""


@dataclass(frozen=True)
class LocalClock:
    """The clock that local dates and times of a feed follow.

    `timezone` is an IANA name. With `uniform_days` every day has 24 hours from local midnight, as systems have it
    that shift or drop the changed hour. Raises ConfigurationError for a zone that does not exist.
    """

    timezone: str
    uniform_days: bool = False

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as problem:
            raise ConfigurationError(
                f"timezone {self.timezone!r} is not known",
                remedy="give an IANA name such as Asia/Shanghai",
                timezone=self.timezone,
            ) from problem

    def days(self, dates: Dates) -> LocalDays:
        """The local days of `dates` (n,). The zone is asked once for each distinct date and process."""
        distinct, place = np.unique(dates.astype("datetime64[D]"), return_inverse=True)
        numbers = distinct.astype(np.int64).tolist()
        table = np.array([_local_day(self.timezone, self.uniform_days, number) for number in numbers], dtype=np.int64)
        return LocalDays(*table.reshape(-1, len(LocalDays._fields)).T[:, place])

    def points(self, dates: Dates, interval_minutes: int | Ints) -> Ints:
        """(n,) intervals in each local day."""
        grid = np.asarray(interval_minutes, dtype=np.int64) * MINUTE_S
        return -(-self.days(dates).length // grid)

    def start_instants(self, dates: Dates, point: Ints, interval_minutes: int | Ints) -> npt.NDArray[np.datetime64]:
        """(n,) UTC instants, datetime64[us], at which interval `point` (0 = first) of each local date begins."""
        elapsed = np.asarray(point, dtype=np.int64) * np.asarray(interval_minutes, dtype=np.int64) * MINUTE_S
        return (self.days(dates).start + elapsed).astype("datetime64[s]").astype("datetime64[us]")

    def minutes_of_day(self, day: np.datetime64, interval_minutes: int) -> Ints:
        """(points,) what the local clock shows when each interval of the date begins, minutes after midnight."""
        _, length, wall, change, jump = (int(item[0]) for item in self.days(np.array([day])))
        elapsed = np.arange(0, length, interval_minutes * MINUTE_S)
        return (wall + elapsed + np.where(elapsed >= change, jump, 0)) // MINUTE_S

    def is_plain(self, dates: Dates) -> npt.NDArray[np.bool_]:
        """(n,) true where the label is the time elapsed: no change on this date or the one before."""
        today, before = self.days(dates), self.days(dates - np.timedelta64(1, "D"))
        # A clock that goes back from midnight changes after 24 h: only the length tells that day.
        is_whole = (today.length == DAY_S) & (today.jump == 0) & (today.wall == 0)
        plain: npt.NDArray[np.bool_] = is_whole & (before.length == DAY_S)
        return plain


@dataclass(frozen=True)
class LayoutClock:
    """How a landing layout writes time: the clock it follows and the end of the interval its labels name."""

    clock: LocalClock
    label: Label = Label.START

    @property
    def first_place(self) -> int:
        """Grid steps from the start of the day to the label of its first interval."""
        return 1 if self.label is Label.END else 0

    def elapsed(
        self, dates: Dates, second_of_day: Ints, is_second_time: npt.NDArray[np.bool_]
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Seconds from the start of the labelled date to each label (n,), and which labels do not exist.

        In the hour that comes twice `is_second_time` chooses; elsewhere it says nothing.
        """
        day = self.clock.days(dates)
        before_change = second_of_day - day.wall
        after_change = before_change - day.jump
        fits_before = (before_change >= 0) & (before_change < day.change)
        fits_after = (after_change >= day.change) & (after_change <= day.length)
        first = fits_before & ~(fits_after & is_second_time)
        # An end label 00:00 closes the day before, even where this day begins at 01:00.
        closes = (second_of_day == 0) & (self.label is Label.END)
        return np.where(closes, 0, np.where(first, before_change, after_change)), ~(fits_before | fits_after | closes)

    def comes_twice(self, dates: Dates, second_of_day: Ints) -> npt.NDArray[np.bool_]:
        """(n,) true where the label lies in an hour that the clock shows twice."""
        day = self.clock.days(dates)
        label = second_of_day - day.wall
        twice: npt.NDArray[np.bool_] = (label < day.change) & (label >= day.change + day.jump)
        return twice

    def elapsed_from_offset(self, dates: Dates, second_of_day: Ints, utc_offset_minutes: Ints) -> Ints:
        """Seconds from the start of the labelled date to each label that carries its offset; may leave the day."""
        instant = dates.astype(np.int64) * DAY_S + second_of_day - utc_offset_minutes * MINUTE_S
        return instant - self.clock.days(dates).start

    def into_day(self, dates: Dates, elapsed: Ints) -> tuple[npt.NDArray[np.int8], Ints]:
        """The day each label belongs to, as −1, 0 or 1 from `dates`, and the seconds elapsed in that day."""
        length = self.clock.days(dates).length
        length_before = self.clock.days(dates - np.timedelta64(1, "D")).length
        below, above = (elapsed <= 0, elapsed > length) if self.first_place else (elapsed < 0, elapsed >= length)
        inside = elapsed + np.where(below, length_before, 0) - np.where(above, length, 0)
        return above.astype(np.int8) - below.astype(np.int8), inside


@lru_cache(maxsize=100_000)
def _local_day(timezone: str, uniform: bool, number: int) -> tuple[int, int, int, int, int]:
    """`LocalDays` of one date, given as days after 1970-01-01."""
    zone = ZoneInfo(timezone)
    day = date(1970, 1, 1) + timedelta(days=number)
    start = _instant(day, zone)
    if uniform:
        return start, DAY_S, 0, DAY_S, 0
    end = _instant(day + timedelta(days=1), zone)
    wall = start + _offset(start, zone) - number * DAY_S
    jump = _offset(end - 1, zone) - _offset(start, zone)
    change = _change(start, end - 1, zone) - start if jump else end - start
    return start, end - start, wall, change, jump


def _instant(day: date, zone: ZoneInfo) -> int:
    """UTC seconds of local midnight: the first, where it comes twice; the change, where it is skipped."""
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp())


def _offset(instant: int, zone: ZoneInfo) -> int:
    """Seconds the zone is ahead of UTC at an instant."""
    return int(datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset().total_seconds())  # type: ignore[union-attr]


def _change(low: int, high: int, zone: ZoneInfo) -> int:
    """The first instant in (low, high] with the offset of `high`, by halving."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) != _offset(high, zone) else (low, middle)
    return high
