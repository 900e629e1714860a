"""How the rules of each feed did, day by day, as a strip of coloured days."""

from __future__ import annotations

from powerlake.report.charts import Chart, Words, fixed, words
from powerlake.report.data import Text
from powerlake.report.records.data_quality import QualityOverTime

OUTCOMES = (
    (Text("all rules held", "规则全部满足"), "var(--segment-6)"),
    (Text("warned", "有警告"), "var(--segment-5)"),
    (Text("not published", "未发布"), "var(--bad)"),
)
"""By the number of the outcome: told apart by the colour-blind, and in the text on hovering."""

WORDS = {"warned": Text("warned", "警告"), "failed": Text("✗ not published", "✗ 未发布")}


def quality_chart(quality: QualityOverTime) -> Chart:
    """Date of the check × feed; blank on days on which nothing of a feed was judged."""
    last = len(OUTCOMES)
    scale = [[place / last, colour] for number, (_, colour) in enumerate(OUTCOMES) for place in (number, number + 1)]
    strip = {
        "type": "heatmap",
        "x": [day.isoformat() for day in quality.days],
        "y": [strip.name for strip in quality.strips],
        "z": [list(strip.outcomes) for strip in quality.strips],
        "customdata": [list(strip.broken) for strip in quality.strips],
        "zmin": -0.5,
        "zmax": last - 0.5,
        "colorscale": scale,
        "showscale": False,
        "xgap": 1,
        "ygap": 2,
        "hovertemplate": _hover(),
    }
    layout = {
        "height": 90 + 20 * max(len(quality.strips), 1),
        "margin": {"l": 8, "r": 12, "t": 8, "b": 48},
        "xaxis": {
            "title": {"text": words(Text("Local date of the check (day)", "检查日期（日）(d)"))},
            "type": "category",
            "nticks": 10,
            "showgrid": False,
            "automargin": True,
        },
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False},
    }
    return fixed([strip], layout)


def _hover() -> Words:
    return {
        "en": "%{y}<br>%{x}: %{customdata} rules did not hold<extra></extra>",
        "zh": "%{y}<br>%{x}：%{customdata} 条规则未满足<extra></extra>",
    }
