"""The year of a customer as a heat map."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.report.charts import LOCAL_TIME, Chart, Words, clock_labels, clock_ticks, words
from powerlake.report.data import CustomerYear, Text

COLOUR_CEILING = 99.5
"""Percentile of a year's power at which the colour scale ends, so that one spike does not turn the rest dark."""

DAYS_WITH_DAY_TICKS = 60
"""Up to so many days the date axis counts days, beyond them months."""


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
        "hovertemplate": _hover("%{x} %{y}<br>%{z:.2f} kW, ", Text("estimated", "估算值")),
    }
    layout = {
        "height": 420,
        "plot_bgcolor": "var(--blank)",
        "margin": {"l": 68, "r": 8, "t": 8, "b": 48},
        "xaxis": {
            "title": {"text": words(Text("Local date", "当地日期"))},
            "type": "date",
            "hoverformat": "%Y-%m-%d",
            "tickformat": "%Y-%m" if len(dates) > DAYS_WITH_DAY_TICKS else "%m-%d",
            "dtick": "M1" if len(dates) > DAYS_WITH_DAY_TICKS else None,
            "showgrid": False,
            "automargin": True,
        },
        "yaxis": {
            "title": {"text": words(LOCAL_TIME)},
            "type": "category",
            "tickvals": clock_ticks(3),
            "autorange": "reversed",
            "showgrid": False,
        },
    }
    return {"data": [measured, estimated], "layout": layout}


def packed(matrix: npt.NDArray[np.float32]) -> dict[str, str]:
    """A matrix as plotly's typed array, single precision in base64: a third of the size of its decimals."""
    little_endian = np.ascontiguousarray(matrix, dtype="<f4")
    bytes_ = base64.b64encode(little_endian.tobytes()).decode("ascii")
    return {"dtype": "f4", "bdata": bytes_, "shape": ", ".join(map(str, matrix.shape))}


def _hover(before: str, text: Text) -> Words:
    """A hover text that ends in a wording."""
    return {language: f"{before}{word}<extra></extra>" for language, word in words(text).items()}
