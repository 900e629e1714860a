"""How the market grows, and what it used and will use month by month."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from powerlake.report.charts import LEGEND, Chart, Words, fixed, words
from powerlake.report.data import MarketCell, MarketMonth, MarketSeries, Text
from powerlake.report.terms import SECTORS
from powerlake.report.words import said

GWH = 1e6
MWH = 1e3


def growth_chart(cells: Sequence[MarketCell]) -> Chart:
    """Growth of each region and sector as it was and in normal weather, the highest in normal weather on top."""
    shown = [cell for cell in cells if cell.growth is not None or cell.normal_growth is not None]
    names = [cell_name(cell.region_code, cell.sector_code) for cell in shown]
    joined = {
        "type": "scatter",
        "mode": "lines",
        "y": [name for name in names for _ in range(3)],
        "x": [value for cell in shown for value in (_percent(cell.growth), _percent(cell.normal_growth), None)],
        "line": {"color": "var(--line)", "width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    measures = (
        (Text("As it was", "实际"), "var(--estimated)", "circle-open", [cell.growth for cell in shown]),
        (Text("In normal weather", "正常气象下"), "var(--accent)", "circle", [cell.normal_growth for cell in shown]),
    )
    points = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": names,
            "x": [_percent(value) for value in values],
            "name": words(name),
            "marker": {"color": fill, "symbol": symbol, "size": 9, "line": {"width": 2, "color": fill}},
            "customdata": [cell.growth_months for cell in shown],
            "hovertemplate": _hover(name),
        }
        for name, fill, symbol, values in measures
    ]
    layout = {
        "height": 110 + 22 * max(len(shown), 1),
        "margin": {"l": 8, "r": 12, "t": 36, "b": 44},
        "legend": LEGEND,
        "xaxis": {
            "title": {"text": words(Text("Growth on the year before (%)", "同比增长 (%)"))},
            "zeroline": True,
            "zerolinecolor": "var(--muted)",
        },
        "yaxis": {"type": "category", "autorange": "reversed", "automargin": True, "showgrid": False, "dtick": 1},
    }
    return fixed([joined, *points], layout)


def cell_name(region_code: str, sector_code: str) -> Words:
    """`R1 · C manufacturing`, or all together."""
    return words(series_name(region_code, sector_code))


def series_name(region_code: str, sector_code: str) -> Text:
    """The name of a region and sector; of all together where both are empty."""
    if not region_code and not sector_code:
        return Text("All regions and sectors", "全部区域与行业")
    sector = said(SECTORS, sector_code)
    return Text(f"{region_code} · {sector.en}", f"{region_code} · {sector.zh}")


def energy_chart(series: Sequence[MarketSeries]) -> Chart:
    """Energy by month with the year to come, one variant for all together and one for each of the largest cells."""
    return {"group": "market", "variants": {str(place): _energy(one) for place, one in enumerate(series)}}


def _energy(one: MarketSeries) -> dict[str, Any]:
    highest = max(
        (month.high_95_kwh or month.forecast_kwh or month.energy_kwh or 0.0 for month in one.months), default=0
    )
    unit, label = (GWH, "GWh") if highest >= GWH else (MWH, "MWh")
    coming = [month for month in one.months if month.forecast_kwh is not None]
    lines = [
        _band(coming, "95", 0.12, Text("95 % interval", "95 % 区间"), unit),
        _band(coming, "80", 0.22, Text("80 % interval", "80 % 区间"), unit),
        [_line(one.months, "energy_kwh", Text("Measured", "实测"), {"color": "var(--ink)"}, unit)],
        [
            _line(
                one.months,
                "normal_kwh",
                Text("In normal weather", "正常气象下"),
                {"color": "var(--accent)", "dash": "dot"},
                unit,
            )
        ],
        [_line(coming, "forecast_kwh", Text("Forecast", "预测"), {"color": "var(--estimated)", "dash": "dash"}, unit)],
    ]
    layout = {
        "height": 340,
        "margin": {"l": 64, "r": 8, "t": 36, "b": 48},
        "legend": LEGEND,
        "hovermode": "x unified",
        "xaxis": {
            "title": {"text": words(Text("Month (YYYY-MM)", "月份 (YYYY-MM)"))},
            "type": "date",
            "tickformat": "%Y-%m",
            "hoverformat": "%Y-%m",
            "automargin": True,
        },
        "yaxis": {"title": {"text": words(Text(f"Energy ({label})", f"电量 ({label})"))}, "rangemode": "tozero"},
    }
    return {
        "data": [line for group in lines for line in group if any(y is not None for y in line["y"])],
        "layout": layout,
    }


def _line(
    months: Sequence[MarketMonth], column: str, name: Text, stroke: dict[str, str], unit: float
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [month.month.isoformat() for month in months],
        "y": [_scaled(getattr(month, column), unit) for month in months],
        "name": words(name),
        "line": {"width": 2, **stroke},
        "marker": {"size": 4},
        "connectgaps": False,
        "hovertemplate": "%{y:.3~f}",
    }


def _band(months: Sequence[MarketMonth], level: str, opacity: float, name: Text, unit: float) -> list[dict[str, Any]]:
    """The upper edge, without a name of its own, and the lower one, filled up to it."""
    edges = []
    for end in ("high", "low"):
        edge = _line(months, f"{end}_{level}_kwh", name, {}, unit)
        edges.append(edge | {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": end == "low"})
        del edges[-1]["hovertemplate"]
    edges[1] |= {"fill": "tonexty", "fillcolor": f"rgba(213,94,0,{opacity})"}
    return edges


def _scaled(value: float | None, unit: float) -> float | None:
    return None if value is None else round(value / unit, 4)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _hover(name: Text) -> Words:
    en, zh = (escape(text, quote=False) for text in name)
    return {
        "en": f"%{{y}}<br>{en}: %{{x:+.1f}} % over %{{customdata}} months<extra></extra>",
        "zh": f"%{{y}}<br>{zh}：%{{x:+.1f}} %，%{{customdata}} 个月<extra></extra>",
    }
