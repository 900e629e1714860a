"""How the customers of a segment vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from powerlake.report.charts import Chart, colour, fixed, words
from powerlake.report.data import Segment, Text


def spread_chart(segments: Sequence[Segment], measure: Literal["stability", "entropy_bits"]) -> Chart:
    """One box a segment of `stability` or `entropy_bits`: quartiles, whiskers at the 5th and 95th percentile."""
    title, limits = {
        "stability": (Text("Share of months in the segment (1)", "处于本群的月份占比 (1)"), [0, 1.02]),
        "entropy_bits": (Text("Entropy of daily shapes (bit)", "日形态熵 (bit)"), None),
    }[measure]
    boxes = [
        {
            "type": "box",
            "orientation": "h",
            "y": [words(segment.name)],
            "name": words(segment.name),
            "lowerfence": [round(spread.p5, 3)],
            "q1": [round(spread.p25, 3)],
            "median": [round(spread.p50, 3)],
            "q3": [round(spread.p75, 3)],
            "upperfence": [round(spread.p95, 3)],
            "line": {"color": colour(place, segment), "width": 1.5},
            "fillcolor": "rgba(0,0,0,0)",
        }
        for place, segment in enumerate(segments)
        if segment.spread is not None and (spread := getattr(segment.spread, measure)) is not None
    ]
    layout = {
        "height": 90 + 34 * max(len(boxes), 1),
        "showlegend": False,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 44},
        "xaxis": {"title": {"text": words(title)}, "range": limits, "rangemode": "tozero"},
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    }
    return fixed(boxes, layout)
