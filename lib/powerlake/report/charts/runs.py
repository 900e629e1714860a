"""How long the latest runs took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from html import escape

from powerlake.report.charts import COLOURS, LEGEND, Chart, fixed, words
from powerlake.report.data import Run, Text


def run_chart(runs: Sequence[Run]) -> Chart:
    """Seconds of each job, stacked, one bar a run, newest on top."""
    jobs = list(dict.fromkeys(job.job for run in runs for job in run.jobs))
    labels = [run.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for run in runs]
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
        "height": 150 + 26 * len(runs),
        "barmode": "stack",
        "bargap": 0.35,
        "margin": {"l": 8, "r": 12, "t": 40, "b": 44},
        "legend": LEGEND,
        "xaxis": {"title": {"text": words(Text("Duration (s)", "耗时 (s)"))}, "rangemode": "tozero"},
        "yaxis": {
            "title": {"text": words(Text("Start (UTC)", "开始时间 (UTC)"))},
            "type": "category",
            "autorange": "reversed",
            "automargin": True,
            "showgrid": False,
        },
    }
    return fixed(bars, layout)
