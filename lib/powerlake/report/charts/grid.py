"""What the transformer areas lose that lose most."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from powerlake.report.charts import LEGEND, Chart, Words, fixed, words
from powerlake.report.data import AreaLoss, Text

FLAG = "⚑"
ESTIMATED = (
    (0.01, Text("≤ 1 % estimated", "估算 ≤ 1 %"), "circle"),
    (0.10, Text("1 to 10 % estimated", "估算 1–10 %"), "diamond-open"),
    (float("inf"), Text("over 10 % estimated", "估算 > 10 %"), "x"),
)
"""Upper end of the share of sold energy that rests on estimates, its wording, and its marker."""


def loss_chart(areas: Sequence[AreaLoss]) -> Chart:
    """Loss rate of each area, the highest on top: what plate and wires explain, the rest, and how much is estimated."""
    names = [area_name(area) for area in areas]
    parts = (
        (Text("Technical", "理论线损"), "var(--muted)", [area.technical_rate or 0.0 for area in areas]),
        (Text("Unexplained", "不明损耗"), "var(--estimated)", [area.unexplained_rate for area in areas]),
    )
    bars = [
        {
            "type": "bar",
            "orientation": "h",
            "y": names,
            "x": [_percent(rate) for rate in rates],
            "name": words(name),
            "marker": {"color": fill},
            "hovertemplate": _hover(name),
        }
        for name, fill, rates in parts
    ]
    layout = {
        "height": 120 + 20 * max(len(areas), 1),
        "barmode": "relative",
        "bargap": 0.3,
        "margin": {"l": 8, "r": 12, "t": 56, "b": 44},
        "legend": LEGEND,
        "xaxis": {"title": {"text": words(Text("Share of the energy supplied (%)", "占供电量 (%)"))}, "zeroline": True},
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False, "dtick": 1},
    }
    return fixed([*bars, *_markers(areas)], layout)


def area_name(area: AreaLoss) -> str:
    """The transformer's number, flagged where the area stands out; escaped, since plotly reads tags."""
    return escape(area.transformer_id, quote=False) + (f" {FLAG}" if area.is_outlier else "")


def _markers(areas: Sequence[AreaLoss]) -> list[dict[str, Any]]:
    """The loss rate as a point, one trace for each class of estimated share that occurs."""
    traces = []
    low = float("-inf")
    for high, name, symbol in ESTIMATED:
        of_class = [area for area in areas if low < (area.estimated_share or 0.0) <= high]
        low = high
        if of_class:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "y": [area_name(area) for area in of_class],
                    "x": [_percent(area.loss_rate) for area in of_class],
                    "name": words(name),
                    "marker": {"color": "var(--ink)", "symbol": symbol, "size": 8},
                    "customdata": [[_percent(area.estimated_share or 0.0), area.meters] for area in of_class],
                    "hovertemplate": _LOSS_HOVER,
                }
            )
    return traces


_LOSS_HOVER = {
    "en": "%{y}<br>loss %{x:.1f} %, %{customdata[0]:.1f} % of sold estimated, %{customdata[1]} meters<extra></extra>",
    "zh": "%{y}<br>线损 %{x:.1f} %，售电估算 %{customdata[0]:.1f} %，%{customdata[1]} 只电表<extra></extra>",
}


def _percent(share: float) -> float:
    return round(100 * share, 2)


def _hover(name: Text) -> Words:
    en, zh = words(name).values()
    return {"en": f"%{{y}}<br>{en} %{{x:.1f}} %<extra></extra>", "zh": f"%{{y}}<br>{zh} %{{x:.1f}} %<extra></extra>"}
