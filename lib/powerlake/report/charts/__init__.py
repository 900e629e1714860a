"""The page's charts as plotly figures in plain dicts, with what the browser fills in left open.

A chart is `{"group": name, "variants": {key: {"data": […], "layout": {…}}}}`: the page's controls of that group choose
the variant. Two kinds of value are filled in by page.js: `{"en": …, "zh": …}` by the language shown, and `"var(--x)"`
by the style sheet, which knows light, dark and print.
"""

from __future__ import annotations

from html import escape
from typing import Any

from powerlake.report.data import Segment, Text

Chart = dict[str, Any]
Words = dict[str, str]

LOCAL_TIME = Text("Local time (h)", "当地时间 (h)")
COLOURS = 6
"""Segment colours that the style sheet has; from the seventh segment on they repeat."""

LEGEND = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "traceorder": "normal"}
"""Above the chart, in the order of the traces."""


def words(text: Text) -> Words:
    """A wording that the browser chooses by language; escaped, since plotly reads tags in its texts."""
    return {"en": escape(text.en, quote=False), "zh": escape(text.zh, quote=False)}


def colour(place: int, segment: Segment) -> str:
    """The colour of the segment in that place; another for the unusual."""
    return "var(--unusual)" if segment.is_unusual else f"var(--segment-{place % COLOURS + 1})"


def fixed(data: list[dict[str, Any]], layout: dict[str, Any]) -> Chart:
    """A chart that no control changes."""
    return {"group": "", "variants": {"": {"data": data, "layout": layout}}}


def clock_labels(slots: int) -> list[str]:
    """The local time at which each of the day's slots starts: 00:00, 00:30 and so on."""
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (slot * 1440 // slots for slot in range(slots))]


def clock_ticks(every_hours: int) -> list[str]:
    """The labels of every so many hours."""
    return [f"{hour:02d}:00" for hour in range(0, 24, every_hours)]
