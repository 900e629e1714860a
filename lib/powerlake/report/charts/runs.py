"""How long the latest runs took."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import UTC
from html import escape
from typing import Any

from powerlake.report.charts import COLOURS, LEGEND, Chart, Words, fixed, words
from powerlake.report.data import Run, Text

JOBS_NAMED = COLOURS
"""Jobs that have a colour of their own: those that took longest. The rest is one grey part."""


def run_chart(runs: Sequence[Run]) -> Chart:
    """Seconds of each of the longest jobs, stacked in the order they ran, then of all others; newest run on top."""
    labels = [run.started_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") for run in runs]
    longest = _longest(runs)
    bars = [
        _bar(labels, [_seconds(run, {job}) for run in runs], escape(job, quote=False), f"var(--segment-{place + 1})")
        for place, job in enumerate(longest)
    ]
    others = {job.job for run in runs for job in run.jobs} - set(longest)
    if others:
        name = words(Text(f"{len(others)} other jobs", f"其余 {len(others)} 个作业"))
        bars.append(_bar(labels, [_seconds(run, others) for run in runs], name, "var(--muted)"))
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


def _longest(runs: Sequence[Run]) -> list[str]:
    """The names of the jobs that took longest over all runs, in the order they run."""
    names = list(dict.fromkeys(job.job for run in runs for job in run.jobs))
    seconds = {name: sum(_seconds(run, {name}) for run in runs) for name in names}
    chosen = sorted(names, key=lambda name: -seconds[name])[:JOBS_NAMED]
    return [name for name in names if name in chosen]


def _seconds(run: Run, jobs: Set[str]) -> float:
    return round(sum(one.seconds for one in run.jobs if one.job in jobs), 2)


def _bar(labels: list[str], seconds: list[float], name: str | Words, fill: str) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "y": labels,
        "x": seconds,
        "name": name,
        "marker": {"color": fill},
        "hovertemplate": "%{y}<br>%{fullData.name}: %{x:.1f} s<extra></extra>",
    }
