"""Made-up meters: load curves that look like households, the same for the same seed, whatever files they go into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

FIRST_DAY = np.datetime64("2025-01-01")
DECIMALS = 3
"""Of a kWh, as meters send them."""
ZERO_DAYS = 0.02
"""Share of days on which nobody is at home and nothing runs."""

_BUMPS = {  # centre h, width h, height; over a base of 1
    "evening": ((19.5, 2.0, 4.0), (7.5, 1.0, 1.0)),
    "morning and evening": ((7.0, 1.2, 3.0), (19.0, 2.0, 3.0)),
    "at home by day": ((11.0, 3.5, 2.5), (19.0, 2.5, 2.0)),
    "night storage": ((2.0, 2.5, 5.0), (19.0, 2.0, 1.0)),
    "flat": ((13.0, 8.0, 0.4),),
}


@dataclass(frozen=True)
class Month:
    """Curves of all meters in one month."""

    name: str
    """YYYY-MM"""
    dates: npt.NDArray[np.datetime64]
    kwh: npt.NDArray[np.float32]
    """(meters, days, points), three decimals"""


@dataclass(frozen=True)
class Town:
    """`meters` meters over `days` local days of `points` equal intervals, from a seed. No clock changes, no gaps."""

    meters: int
    days: int
    points: int
    seed: int

    @property
    def interval_minutes(self) -> int:
        return 1440 // self.points

    @cached_property
    def meter_ids(self) -> list[str]:
        return [f"M{number:08d}" for number in range(self.meters)]

    @cached_property
    def dates(self) -> npt.NDArray[np.datetime64]:
        return FIRST_DAY + np.arange(self.days)

    @cached_property
    def temperature_c(self) -> npt.NDArray[np.float64]:
        """(days, 24) one weather station for the town."""
        rng = np.random.default_rng([self.seed, 1])
        day, hour = np.arange(self.days)[:, None], np.arange(24)
        yearly = 13 - 12 * np.cos((day - 15) / 365 * 2 * np.pi)
        daily = 4 * np.cos((hour - 15) / 24 * 2 * np.pi)
        weather = np.convolve(rng.normal(0, 3, self.days + 2), [0.3, 0.4, 0.3], "valid")[:, None]
        return np.asarray((yearly + daily + weather + rng.normal(0, 0.5, (self.days, 24))).round(1))

    def months(self, first_days: int | None = None) -> Iterator[Month]:
        """Month by month, up to `first_days` days."""
        dates = self.dates[:first_days]
        month_of = dates.astype("datetime64[M]")
        for month in np.unique(month_of):
            yield self._month(month, dates[month_of == month])

    def _month(self, month: np.datetime64, dates: npt.NDArray[np.datetime64]) -> Month:
        rng = np.random.default_rng([self.seed, 2, int(month.astype(int))])
        level, heating, cooling, shape = self._households
        warmth = self.temperature_c[(dates - FIRST_DAY).astype(int)].mean(axis=1)
        weather = 1 + heating[:, None] * np.maximum(12 - warmth, 0) + cooling[:, None] * np.maximum(warmth - 22, 0)
        weather[rng.random(weather.shape) < ZERO_DAYS] = 0
        kwh = rng.standard_gamma(2.5, (self.meters, len(dates), self.points), dtype=np.float32)
        kwh *= (level[:, None] * weather / 2.5).astype(np.float32)[:, :, None]
        kwh *= shape[:, None, :]
        # Rounded in double precision: 0.123 must be the float32 nearest to 0.123, as if read from text.
        for part in np.array_split(kwh, max(1, len(kwh) // 500)):
            part[:] = np.rint(part.astype(np.float64) * 10**DECIMALS) / 10**DECIMALS
        return Month(str(month), dates, kwh)

    @cached_property
    def _households(self) -> tuple[npt.NDArray[np.float64], ...]:
        """Mean kWh of an interval, heating and cooling share per °C, and shape (meters, points) of mean 1."""
        rng = np.random.default_rng([self.seed, 3])
        hour = (np.arange(self.points) + 0.5) * 24 / self.points
        kind = rng.integers(0, len(_BUMPS), self.meters)
        shift = rng.normal(0, 0.7, self.meters)[:, None]
        shape = np.ones((self.meters, self.points))
        for number, bumps in enumerate(_BUMPS.values()):
            some = kind == number
            for centre, width, height in bumps:
                away = (hour - centre - shift[some] + 12) % 24 - 12
                shape[some] += height * np.exp(-0.5 * (away / width) ** 2)
        shape /= shape.mean(axis=1, keepdims=True)
        level = rng.lognormal(-0.9, 0.5, self.meters) * 24 / self.points
        return level, rng.uniform(0, 0.08, self.meters), rng.uniform(0, 0.1, self.meters), shape.astype(np.float32)
