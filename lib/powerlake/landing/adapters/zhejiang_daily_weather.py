"""Daily weather of the areas of Zhejiang in Chinese text, as weather."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import instants, local_times, same
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import files_of, read

OFFSET = "+08:00"
PATTERN = "weather_*.csv"
_DATE = r"^\s*(\d{4})年(\d{2})月(\d{2})日\s*$"
_DEGREES = r"^\s*(-?\d+(?:\.\d+)?)\s*(?:℃|°C)\s*$"
_RANGES = {kind: rf"^([小中大]){kind}[-到]([中大暴]){kind}$" for kind in "雨雪"}
"""Such as 小雨-中雨: the national forecast code writes 小到中雨."""


def pieces(folder: Path) -> Iterator[Piece]:
    """Weather, a file an area, which the name's number stands for; a date given twice stays twice.

    High and low lose their ℃. Where the text is no temperature it stays as it is, for the feed to refuse.
    """
    for file in files_of(folder, PATTERN):
        days = read(file, "date", "weather", "temperature_high", "temperature_low")
        dates = pc.replace_substring_regex(days["date"], _DATE, r"\1-\2-\3")
        weather = {
            "station_id": same(file.stem.removeprefix("weather_"), len(days)),
            "observed_at": instants(local_times(dates), OFFSET),
            "interval_minutes": same("1440", len(days)),
            "temperature_high_c": degrees(days["temperature_high"]),
            "temperature_low_c": degrees(days["temperature_low"]),
            "condition": condition(days["weather"]),
        }
        yield Piece("external/weather", file.name, pa.table(weather))


def degrees(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """29℃ as 29; any other text as it is."""
    return pc.replace_substring_regex(text, _DEGREES, r"\1")


def condition(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """The weather in words, a range of strengths in one spelling: 小雨-中雨 and 小到中雨 are both 小到中雨.

    大雨-暴雨 is 大到暴雨; 暴雨到大暴雨 has no shorter form.
    """
    text = pc.utf8_trim_whitespace(text)
    for kind, pattern in _RANGES.items():
        text = pc.replace_substring_regex(text, pattern, rf"\1到\2{kind}")
    return text


ZHEJIANG_DAILY_WEATHER = Adapter(
    "zhejiang_daily_weather", "daily weather of Zhejiang's areas in Chinese", (PATTERN,), pieces, "Asia/Shanghai"
)
