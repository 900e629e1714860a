"""A page on which a person can judge how like simulated households are to real ones; it needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from powerlake.simulate.likeness import Curves, distributions

COLOURS = {"simulated": "#2166ac", "real": "#b2182b"}
PERCENTILES = np.linspace(0.5, 99.5, 199)
COLUMNS = 3
SHOWN_HOMES, SHOWN_DAYS = 6, 7
_STYLE = (
    "body{font:15px sans-serif;max-width:1200px;margin:2em auto;padding:0 1em}td,th{padding:2px 10px;text-align:right}"
    "td:first-child,th:first-child{text-align:left}"
)
_BARE = {"displayModeBar": False}

Doubles = npt.NDArray[np.float64]


def likeness_page(result: Mapping[str, Any], simulated: Curves, real: Curves) -> str:
    """HTML of the suite's `result`: numbers, distributions side by side, mean days, and weeks of simulated homes.

    Weeks of real households are not shown: the page holds their distributions only.
    """
    figures = [_distributions(simulated, real), _mean_days(simulated, real), _weeks(simulated)]
    charts = [
        figure.to_html(
            full_html=False, include_plotlyjs="inline" if place == 0 else False, div_id=f"chart{place}", config=_BARE
        )
        for place, figure in enumerate(figures)
    ]
    return "\n".join(
        [
            f"<!doctype html><html lang=en><meta charset=utf-8><title>Likeness</title><style>{_STYLE}</style>",
            "<h1>Simulated households beside real ones</h1>",
            f"<p>{_auc(result)}</p><p>{escape(result['protocol'])}</p>",
            *charts,
            "<h2>Quantiles</h2>",
            *_table(result["distributions"]),
            "</html>",
        ]
    )


def _auc(result: Mapping[str, Any]) -> str:
    ours, halves = result["metrics"]["auc"], result["baselines"]["real_halves"]["auc"]
    return (
        f"A classifier tells them apart with an AUC of <b>{ours['value']:.3f}</b> ({ours['low']:.3f} to "
        f"{ours['high']:.3f}); two halves of the real households with {halves['value']:.3f} ({halves['low']:.3f} to "
        f"{halves['high']:.3f}); 0.5 is alike, 1 apart.{_held_out(result)}"
    )


def _held_out(result: Mapping[str, Any]) -> str:
    found = result["metrics"].get("auc_held_out")
    if found is None:
        return ""
    return f" Households that were not fitted: {found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f})."


def _distributions(simulated: Curves, real: Curves) -> go.Figure:
    """One cumulative distribution a measure."""
    found = {"simulated": distributions(simulated), "real": distributions(real)}
    names = list(found["real"])
    titles = [name.replace("_", " ") for name in names]
    figure = make_subplots(-(-len(names) // COLUMNS), COLUMNS, subplot_titles=titles, vertical_spacing=0.09)
    for kind, measures in found.items():
        for place, name in enumerate(names):
            trace = _line(np.percentile(measures[name], PERCENTILES), PERCENTILES / 100, kind, shown=place == 0)
            figure.add_trace(trace, place // COLUMNS + 1, place % COLUMNS + 1)
    return figure.update_layout(
        template="plotly_white", height=260 * -(-len(names) // COLUMNS), title="Cumulative distributions"
    )


def _mean_days(simulated: Curves, real: Curves) -> go.Figure:
    """Quantiles over households of the mean weekday and weekend day, relative to the household's mean."""
    figure = make_subplots(1, 2, subplot_titles=["weekdays", "weekends"])
    for kind, curves in {"simulated": simulated, "real": real}.items():
        mean = np.nanmean(curves.kwh, axis=(1, 2))[:, None]
        for place, chosen in enumerate((~curves.is_weekend, curves.is_weekend)):
            days = np.nanmean(curves.kwh[:, chosen], axis=1) / mean
            for quantile in (0.1, 0.5, 0.9):
                line = _line(
                    np.arange(48) / 2, np.quantile(days, quantile, axis=0), kind, shown=place + quantile == 0.5
                )
                figure.add_trace(line, 1, place + 1)
    return figure.update_layout(
        template="plotly_white", height=360, title="Mean days ÷ own mean: 10 %, 50 % and 90 % of households"
    )


def _weeks(simulated: Curves) -> go.Figure:
    """The first seven complete days of some simulated homes, put in a row."""
    figure = make_subplots(SHOWN_HOMES // 2, 2)
    complete = np.asarray(~np.isnan(simulated.kwh).any(axis=2))
    for place, (kwh, known) in enumerate(zip(simulated.kwh[:SHOWN_HOMES], complete[:SHOWN_HOMES], strict=True)):
        week = kwh[np.flatnonzero(known)[:SHOWN_DAYS]].ravel()
        line = _line(np.arange(len(week)) / 48, 2 * week, "simulated", shown=False)
        figure.add_trace(line, place // 2 + 1, place % 2 + 1)
    return figure.update_layout(
        template="plotly_white", height=200 * SHOWN_HOMES // 2, title="A week of six simulated homes, kW by day"
    )


def _line(x: Doubles, y: Doubles, kind: str, *, shown: bool) -> go.Scatter:
    line = {"color": COLOURS[kind], "width": 1.5}
    return go.Scatter(
        x=x.round(4), y=y.round(4), name=kind, legendgroup=kind, showlegend=shown, mode="lines", line=line
    )


def _table(compared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "<table><tr><th>measure<th>KS distance<th>simulated: 5, 25, 50, 75, 95 %<th>real: the same</tr>"
    for name, one in compared.items():
        ours, theirs = (", ".join(f"{value:.3f}" for value in one[kind]) for kind in ("simulated", "real"))
        yield f"<tr><td>{escape(name.replace('_', ' '))}<td>{one['ks']:.3f}<td>{ours}<td>{theirs}</tr>"
    yield "</table>"
