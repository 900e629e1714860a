"""What the load curves lack, by month."""

from __future__ import annotations

from collections.abc import Sequence

from powerlake.report.charts import LEGEND, Chart, Words, fixed, words
from powerlake.report.data import Month, Text


def month_chart(months: Sequence[Month]) -> Chart:
    """Share of points that were estimated or are missing, stacked, by month: the rest was received."""
    layers = (
        (Text("Estimated", "估算"), "var(--estimated)", [month.estimated_share for month in months]),
        (Text("Missing", "缺失"), "var(--missing)", [month.missing_share for month in months]),
    )
    bars = [
        {
            "type": "bar",
            "x": [month.month for month in months],
            "y": [round(100 * share, 3) for share in shares],
            "name": words(name),
            "marker": {"color": fill},
            "customdata": [[round(100 * month.received_share, 2), month.meters] for month in months],
            "hovertemplate": _hover(name),
        }
        for name, fill, shares in layers
    ]
    layout = {
        "height": 260,
        "barmode": "stack",
        "bargap": 0.25,
        "margin": {"l": 56, "r": 8, "t": 30, "b": 48},
        "legend": LEGEND,
        "xaxis": {"title": {"text": words(Text("Local month", "当地月份"))}, "type": "category", "automargin": True},
        "yaxis": {"title": {"text": words(Text("Share of points (%)", "占比 (%)"))}, "rangemode": "tozero"},
    }
    return fixed(bars, layout)


def _hover(name: Text) -> Words:
    """The hover text of a month's bar."""
    en, zh = words(name).values()
    return {
        "en": f"%{{x}}<br>{en} %{{y:.2f}} %<br>received %{{customdata[0]}} %, %{{customdata[1]}} meters<extra></extra>",
        "zh": f"%{{x}}<br>{zh} %{{y:.2f}} %<br>实收 %{{customdata[0]}} %，%{{customdata[1]}} 只电表<extra></extra>",
    }
