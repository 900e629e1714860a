"""The page's charts as plotly figures in plain dicts, with what the browser fills in left open.

A chart is `{"group": name, "variants": {key: {"data": […], "layout": {…}}}}`: the page's controls of that group choose
the variant. Two kinds of value are filled in by page.js: `{"en": …, "zh": …}` by the language shown, and `"var(--x)"` by
the style sheet, which knows light, dark and print.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.report.data import CustomerYear, Month, Run, Segment, Text
from powerlake.report.words import SEASONS, moment

Chart = dict[str, Any]
Words = dict[str, str]

MEASURES = {
    "shape": Text("Power ÷ own mean (1)", "功率 ÷ 自身均值 (1)"),
    "kw": Text("Mean power (kW)", "平均功率 (kW)"),
}
LOCAL_TIME = Text("Local time (h)", "当地时间 (h)")
COLOURS = 7
"""Segment colours that the style sheet has; from the eighth segment on they repeat."""

COLOUR_CEILING = 99.5
"""Percentile of a year's power at which the colour scale ends, so that one spike does not turn the rest dark."""


def words(text: Text) -> Words:
    """A wording that the browser chooses by language; escaped, since plotly reads tags in its texts."""
    return {"en": escape(text.en, quote=False), "zh": escape(text.zh, quote=False)}


def colour(place: int, segment: Segment) -> str:
    """The colour of the segment in that place; grey for the unusual."""
    return "var(--muted)" if segment.is_unusual else f"var(--segment-{place % COLOURS + 1})"


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


def _top(segments: Iterable[Segment], measure: str) -> float:
    highest = [
        value
        for segment in segments
        for curve in segment.curves
        for value in _values(curve, measure)
        if value is not None
    ]
    return 1.05 * max(highest, default=1.0)


def _values(curve: Any, measure: str) -> tuple[float | None, ...]:
    values: tuple[float | None, ...] = curve.shape if measure == "shape" else curve.kw
    return values


def _curves(segments: Sequence[Segment], place: int, season: str, measure: str, top: float) -> dict[str, Any]:
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
        "xaxis": {"title": {"text": words(LOCAL_TIME)}, "type": "category", "tickvals": _ticks(6), "tickangle": 0},
        "yaxis": {"title": {"text": words(MEASURES[measure])}, "range": [0, top]},
    }
    return {"data": [line for line in lines if line["y"]], "layout": layout}


def _line(values: Sequence[float | None], name: Text, stroke: str, dash: str = "solid", width: float = 2) -> Chart:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": clock_labels(len(values)),
        "y": [None if value is None else round(value, 3) for value in values],
        "name": words(name),
        "line": {"color": stroke, "dash": dash, "width": width},
        "hovertemplate": "%{y:.2f}",
    }


def _everyone(segments: Iterable[Segment], season: str, measure: str) -> list[float | None]:
    """The weekday curve of all customers: the segments' curves, weighted by their customers."""
    found = [
        (segment.customers, np.array(_values(curve, measure), dtype=float))
        for segment in segments
        for curve in segment.curves
        if curve.season == season and curve.day_type == "weekday" and _values(curve, measure)
    ]
    if not found or len({len(curve) for _, curve in found}) > 1:
        return []
    curves, weights = np.stack([curve for _, curve in found]), np.array([customers for customers, _ in found])
    known = np.isfinite(curves)
    weighted = np.where(known, curves, 0) * weights[:, None]
    total = (known * weights[:, None]).sum(axis=0)
    return [float(sum_) / float(weight) if weight else None for sum_, weight in zip(weighted.sum(axis=0), total, strict=True)]


def clock_labels(slots: int) -> list[str]:
    """The local time at which each of the day's slots starts: 00:00, 00:30, …"""
    return [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (slot * 1440 // slots for slot in range(slots))]


def _ticks(every_hours: int) -> list[str]:
    return [f"{hour:02d}:00" for hour in range(0, 24, every_hours)]


def year_chart(years: Sequence[CustomerYear]) -> Chart:
    """Date × local time of day, one variant a customer; a second layer marks the points that are estimates."""
    return {"group": "year", "variants": {str(place): _year(year) for place, year in enumerate(years)}}


def _year(year: CustomerYear) -> dict[str, Any]:
    known = year.kw[np.isfinite(year.kw)]
    ceiling = float(np.percentile(known, COLOUR_CEILING)) if len(known) else 1.0
    dates = [date.isoformat() for date in year.dates]
    common = {"type": "heatmap", "x": dates, "y": clock_labels(len(year.kw)), "zmin": 0, "zmax": ceiling or 1.0}
    measured = common | {
        "z": packed(year.kw),
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "kW"}, "thickness": 12, "outlinewidth": 0, "len": 1},
        "hovertemplate": "%{x} %{y}<br>%{z:.2f} kW<extra></extra>",
    }
    estimated = common | {
        "z": packed(np.where(year.is_estimated, year.kw, np.float32("nan"))),
        "colorscale": [[0, "var(--estimated)"], [1, "var(--estimated)"]],
        "showscale": False,
        "hovertemplate": words_template("%{x} %{y}<br>%{z:.2f} kW, ", Text("estimated", "估算值")),
    }
    layout = {
        "height": 420,
        "margin": {"l": 58, "r": 8, "t": 8, "b": 48},
        "xaxis": {"title": {"text": words(Text("Local date", "当地日期"))}, "type": "date", "hoverformat": "%Y-%m-%d"}
        | {"tickformat": "%Y-%m", "dtick": "M1" if len(dates) > 60 else None, "showgrid": False},
        "yaxis": {"title": {"text": words(LOCAL_TIME)}, "type": "category", "tickvals": _ticks(3)}
        | {"autorange": "reversed", "showgrid": False},
    }
    return {"data": [measured, estimated], "layout": layout}


def words_template(before: str, text: Text) -> Words:
    """A hover text that ends in a wording."""
    return {language: f"{before}{word}<extra></extra>" for language, word in words(text).items()}


def packed(matrix: npt.NDArray[np.float32]) -> dict[str, str]:
    """A matrix as plotly's typed array, single precision in base64: a third of the size of its decimals."""
    little_endian = np.ascontiguousarray(matrix, dtype="<f4")
    bytes_ = base64.b64encode(little_endian.tobytes()).decode("ascii")
    return {"dtype": "f4", "bdata": bytes_, "shape": ", ".join(map(str, matrix.shape))}


def month_chart(months: Sequence[Month]) -> Chart:
    """Share of points that were estimated or are missing, stacked, by month: the rest was received."""
    layers = (
        (Text("Estimated", "估算"), "var(--estimated)", "/", [month.estimated_share for month in months]),
        (Text("Missing", "缺失"), "var(--missing)", "", [month.missing_share for month in months]),
    )
    bars = [
        {
            "type": "bar",
            "x": [month.month for month in months],
            "y": [round(100 * share, 3) for share in shares],
            "name": words(name),
            "marker": {"color": fill, "pattern": {"shape": pattern, "fgcolor": "var(--paper)", "size": 5, "solidity": 0.2}},
            "customdata": [[round(100 * month.received_share, 2), month.meters] for month in months],
            "hovertemplate": words_hover(name),
        }
        for name, fill, pattern, shares in layers
    ]
    layout = {
        "height": 260,
        "barmode": "stack",
        "bargap": 0.25,
        "margin": {"l": 56, "r": 8, "t": 30, "b": 48},
        "legend": {"orientation": "h", "x": 0, "y": 1.16, "traceorder": "normal"},
        "xaxis": {"title": {"text": words(Text("Local month", "当地月份"))}, "type": "category", "automargin": True},
        "yaxis": {"title": {"text": words(Text("Share of points (%)", "占比 (%)"))}, "rangemode": "tozero"},
    }
    return {"group": "", "variants": {"": {"data": bars, "layout": layout}}}


def words_hover(name: Text) -> Words:
    """The hover text of a month's bar."""
    en, zh = words(name).values()
    return {
        "en": f"%{{x}}<br>{en} %{{y:.2f}} %<br>received %{{customdata[0]}} %, %{{customdata[1]}} meters<extra></extra>",
        "zh": f"%{{x}}<br>{zh} %{{y:.2f}} %<br>实收 %{{customdata[0]}} %，%{{customdata[1]}} 只电表<extra></extra>",
    }


def spread_chart(segments: Sequence[Segment], measure: str) -> Chart:
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
    return {"group": "", "variants": {"": {"data": boxes, "layout": layout}}}


def run_chart(runs: Sequence[Run]) -> Chart:
    """Seconds of each job, stacked, one bar a run, newest on top."""
    jobs = list(dict.fromkeys(job.job for run in runs for job in run.jobs))
    labels = [moment(run.started_at) for run in runs]
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": labels,
            "x": [round(sum(one.seconds for one in run.jobs if one.job == job), 2) for run in runs],
            "name": escape(job, quote=False),
            "marker": {"color": f"var(--segment-{place % COLOURS + 1})"},
            "hovertemplate": "%{y}<br>%{fullData.name}: %{x:.1f} s<extra></extra>",
        }
        for place, job in enumerate(jobs)
    ]
    layout = {
        "height": 130 + 26 * len(runs),
        "barmode": "stack",
        "bargap": 0.35,
        "margin": {"l": 8, "r": 12, "t": 8, "b": 44},
        "legend": {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "yref": "container", "traceorder": "normal"},
        "xaxis": {"title": {"text": words(Text("Duration (s)", "耗时 (s)"))}, "rangemode": "tozero"},
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    }
    return {"group": "", "variants": {"": {"data": bars, "layout": layout}}}
