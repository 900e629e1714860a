"""The typical day of each segment, beside that of all customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np

from powerlake.report.charts import LOCAL_TIME, Chart, clock_labels, clock_ticks, colour, words
from powerlake.report.data import Curve, Segment, Text
from powerlake.report.words import SEASONS

Measure = Literal["shape", "kw"]
Values = Sequence[float | None]

MEASURES: dict[Measure, Text] = {
    "shape": Text("Power ÷ own mean (1)", "功率 ÷ 自身均值 (1)"),
    "kw": Text("Mean power (kW)", "平均功率 (kW)"),
}


def curve_charts(segments: Sequence[Segment]) -> list[Chart]:
    """One chart a segment, variants `season|measure`: weekday, weekend and, in grey, the mean of all customers.

    All charts of a measure share their power axis, so that heights compare from segment to segment and by season.
    """
    tops = {measure: _top(segments, measure) for measure in MEASURES}
    return [
        {
            "group": "curves",
            "variants": {
                f"{season}|{measure}": _curves(segments, place, season, measure, tops[measure])
                for season in SEASONS
                for measure in MEASURES
                if any(curve.season == season for curve in segment.curves)
            },
        }
        for place, segment in enumerate(segments)
    ]


def _top(segments: Iterable[Segment], measure: Measure) -> float:
    values = [value for segment in segments for curve in segment.curves for value in _values(curve, measure)]
    return 1.05 * max((value for value in values if value is not None), default=1.0)


def _values(curve: Curve, measure: Measure) -> Values:
    return curve.shape if measure == "shape" else curve.kw


def _curves(segments: Sequence[Segment], place: int, season: str, measure: Measure, top: float) -> dict[str, Any]:
    segment = segments[place]
    lines = [_line(_everyone(segments, season, measure), Text("All, weekday", "全体工作日"), "var(--muted)", width=1.5)]
    for curve in segment.curves:
        if curve.season == season:
            is_weekend = curve.day_type == "weekend"
            name = Text("Weekend", "周末") if is_weekend else Text("Weekday", "工作日")
            lines.append(
                _line(_values(curve, measure), name, colour(place, segment), dash="dash" if is_weekend else "solid")
            )
    layout = {
        "height": 210,
        "margin": {"l": 48, "r": 8, "t": 6, "b": 40},
        "showlegend": False,
        "hovermode": "x unified",
        "xaxis": {"title": {"text": words(LOCAL_TIME)}, "type": "category", "tickvals": clock_ticks(6), "tickangle": 0},
        "yaxis": {"title": {"text": words(MEASURES[measure])}, "range": [0, top]},
    }
    return {"data": [line for line in lines if line["y"]], "layout": layout}


def _line(values: Values, name: Text, stroke: str, dash: str = "solid", width: float = 2) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": clock_labels(len(values)),
        "y": [None if value is None else round(value, 3) for value in values],
        "name": words(name),
        "line": {"color": stroke, "dash": dash, "width": width},
        "hovertemplate": "%{y:.2f}",
    }


def _everyone(segments: Iterable[Segment], season: str, measure: Measure) -> list[float | None]:
    """The weekday curve of all customers: the segments' curves, weighted by their customers."""
    found = [
        (segment.customers, _values(curve, measure))
        for segment in segments
        for curve in segment.curves
        if curve.season == season and curve.day_type == "weekday" and _values(curve, measure)
    ]
    if not found or len({len(values) for _, values in found}) > 1:
        return []
    curves = np.array([values for _, values in found], dtype=float)
    weights = np.array([[customers] for customers, _ in found]) * np.isfinite(curves)
    total = weights.sum(axis=0)
    mean = np.nansum(curves * weights, axis=0) / np.where(total, total, np.nan)
    return [None if np.isnan(value) else float(value) for value in mean]
