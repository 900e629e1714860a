"""From `ReportData` to one HTML text that needs nothing else: style, scripts, plotly and data are in it."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from powerlake.report import terms, words
from powerlake.report.charts import Chart, colour
from powerlake.report.charts.curves import curve_charts
from powerlake.report.charts.data_quality import OUTCOMES as QUALITY_OUTCOMES
from powerlake.report.charts.data_quality import WORDS as QUALITY_WORDS
from powerlake.report.charts.data_quality import quality_chart
from powerlake.report.charts.grid import loss_chart
from powerlake.report.charts.intake import month_chart
from powerlake.report.charts.market import energy_chart, growth_chart, series_name
from powerlake.report.charts.runs import run_chart
from powerlake.report.charts.spreads import spread_chart
from powerlake.report.charts.years import year_chart
from powerlake.report.data import Absent, ReportData, Text
from powerlake.report.market_words import economy_words, skill_words
from powerlake.report.profile_facts import profile_groups, segment_words

_TEMPLATES = files("powerlake.report") / "templates"


def render(data: ReportData) -> str:
    """The page. The same data give the same text, so an unchanged lake leaves the file unchanged.

    Every value is escaped, and the page's content policy lets no script run but its own three, known by their digest,
    and lets nothing be fetched.
    """
    scripts = {"language": _resource("language.js"), "plotly": get_plotlyjs(), "page": _resource("page.js")}
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            data=data,
            style=Markup(_resource("page.css")),
            scripts={name: Markup(script) for name, script in scripts.items()},
            script_digests=[digest(script) for script in scripts.values()],
            charts=htmlsafe_json_dumps(charts(data), separators=(",", ":"), ensure_ascii=False, allow_nan=False),
        )
    )


def charts(data: ReportData) -> dict[str, Chart]:
    """Every chart of the page by the id of its place in it."""
    found: dict[str, Chart] = {}
    if not isinstance(data.segments, Absent):
        segments = data.segments.items
        found |= {f"curves-{place}": chart for place, chart in enumerate(curve_charts(segments)) if chart["variants"]}
        found |= {name: spread_chart(segments, name) for name in ("stability", "entropy_bits")}
    if not isinstance(data.years, Absent):
        found["year"] = year_chart(data.years)
    if not isinstance(data.market, Absent):
        found["energy"] = energy_chart(data.market.series)
        if any(cell.growth is not None for cell in data.market.cells):
            found["growth"] = growth_chart(data.market.cells)
    if not isinstance(data.line_loss, Absent) and data.line_loss.worst:
        found["loss"] = loss_chart(data.line_loss.worst)
    if not isinstance(data.months, Absent):
        found["months"] = month_chart(data.months)
    if not isinstance(data.runs, Absent):
        found["runs"] = run_chart(data.runs.items)
    if not isinstance(data.data_quality, Absent):
        found["quality-days"] = quality_chart(data.data_quality)
    return found


def digest(script: str) -> str:
    """The script's SHA-256 as a content security policy writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _resource(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("powerlake.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(words, name)
        for name in ("both", "day", "duration", "hours", "moment", "number", "percent", "signed", "size")
    }
    environment.tests["absent"] = lambda part: isinstance(part, Absent)
    environment.globals |= _globals()
    return environment


def _globals() -> dict[str, Any]:
    return {
        "t": lambda en, zh: words.both(Text(en, zh)),
        "said": words.said,
        "words": words,
        "terms": terms,
        "colour": colour,
        "profile_groups": profile_groups,
        "segment_words": segment_words,
        "series_name": series_name,
        "skill_words": skill_words,
        "economy_words": economy_words,
        "quality_outcomes": QUALITY_OUTCOMES,
        "quality_words": QUALITY_WORDS,
    }
