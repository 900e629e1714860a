"""The page's text: whole, escaped, self-contained, and its charts as plotly understands them."""

from __future__ import annotations

import base64
import dataclasses
import importlib.util
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from powerlake.report import ReportData, collect, render
from powerlake.report.charts import colour, words
from powerlake.report.charts.curves import curve_charts
from powerlake.report.charts.runs import run_chart
from powerlake.report.charts.years import packed
from powerlake.report.data import Absent, Curve, JobRun, Ledger, Run, Runs, Segment, Text
from powerlake.report.render import charts, digest

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7 * 7 }}"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Elements(HTMLParser):
    """The start tags of a page with their attributes, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.runs = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.runs = (tag, attrs) == ("script", [])
        if self.runs:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.runs = False

    def handle_data(self, data: str) -> None:
        if self.runs:
            self.scripts[-1] += data

    def ids(self) -> list[str]:
        return [value for _, attrs in self.tags if (value := attrs.get("id"))]


@pytest.fixture(scope="module")
def data() -> ReportData:
    sample = _load(Path(__file__).with_name("sample_lake.py"))
    return collect(sample.query_over(sample.sample_lake()))


@pytest.fixture(scope="module")
def page(data: ReportData) -> str:
    return render(data)


def test_the_same_data_give_the_same_page(data: ReportData, page: str) -> None:
    assert render(data) == page


def test_every_chart_has_a_place_and_every_place_a_chart_and_a_label(data: ReportData, page: str) -> None:
    elements = Elements(page)
    places = [attrs for _, attrs in elements.tags if "data-chart" in attrs]
    assert {place["data-chart"] for place in places} == set(charts(data))
    assert {place["aria-labelledby"] for place in places} <= set(elements.ids())
    assert len(elements.ids()) == len(set(elements.ids()))


def test_nothing_is_loaded_and_only_the_own_scripts_may_run(page: str) -> None:
    elements = Elements(page)
    assert not [attrs for _, attrs in elements.tags if attrs.get("src")]
    assert {attrs["href"] for tag, attrs in elements.tags if tag == "link"} == {"data:,"}
    (policy,) = [attrs["content"] or "" for _, attrs in elements.tags if attrs.get("http-equiv")]
    assert "default-src 'none'" in policy
    allowed = re.findall(r"'(sha256-[^']+)'", policy)
    assert allowed == [digest(script) for script in elements.scripts]


def test_every_value_is_escaped(data: ReportData) -> None:
    assert not isinstance(data.segments, Absent) and not isinstance(data.years, Absent)
    assert not isinstance(data.ledger, Absent) and not isinstance(data.runs, Absent)
    segment = dataclasses.replace(
        data.segments.items[0], name=Text(HOSTILE, HOSTILE), description=Text(HOSTILE, HOSTILE)
    )
    year = dataclasses.replace(data.years[0], customer_id=HOSTILE, segment=Text(HOSTILE, HOSTILE))
    file = dataclasses.replace(data.ledger.latest[0], file=HOSTILE, outcome=HOSTILE, reason=HOSTILE)
    assert not isinstance(data.feeds, Absent)
    feed = dataclasses.replace(data.feeds.items[0], feed=HOSTILE)
    job = dataclasses.replace(data.runs.items[0].jobs[0], job=HOSTILE, outcome=HOSTILE, error=HOSTILE)
    assert not isinstance(data.data_quality, Absent)
    rule = dataclasses.replace(data.data_quality.broken[0], dataset=HOSTILE, rule=HOSTILE, found=HOSTILE)
    strip = dataclasses.replace(data.data_quality.strips[0], name=HOSTILE)
    page = render(
        dataclasses.replace(
            data,
            segments=dataclasses.replace(data.segments, items=(segment,), model_version=HOSTILE),
            years=(year,),
            feeds=dataclasses.replace(data.feeds, items=(feed,), silent=(HOSTILE,)),
            ledger=dataclasses.replace(data.ledger, latest=(file,)),
            runs=Runs((Run(HOSTILE, HOSTILE, (job,)),)),
            data_quality=dataclasses.replace(data.data_quality, strips=(strip,), broken=(rule,)),
        )
    )
    elements = Elements(page)
    assert len(elements.scripts) == 3
    assert not [attrs for tag, attrs in elements.tags if tag == "img" or any(name.startswith("on") for name in attrs)]
    assert "alert(1)</script>" not in page
    option = next(attrs for tag, attrs in elements.tags if tag == "option")
    assert option["data-en"] == f"{HOSTILE}: {HOSTILE}"


def test_texts_in_charts_are_not_read_as_tags() -> None:
    assert words(Text("<b>a</b> & b", "<i>")) == {"en": "&lt;b&gt;a&lt;/b&gt; &amp; b", "zh": "&lt;i&gt;"}


def test_a_page_over_an_empty_lake_says_so_in_each_section() -> None:
    missing = {
        field.name: Absent(f"gold.{field.name}") for field in dataclasses.fields(ReportData) if field.name != "as_of"
    }
    page = render(ReportData(as_of=None, **missing))  # type: ignore[arg-type]
    for part in set(missing) - {"quarantine"}:
        assert f"<code>gold.{part}</code>" in page
    assert "Nothing is in quarantine." in page
    assert not [attrs for _, attrs in Elements(page).tags if "data-chart" in attrs]


def filled_in(value: Any, language: str) -> Any:
    """What page.js makes of a chart's open values."""
    if isinstance(value, str) and value.startswith("var("):
        return "#123456"
    if isinstance(value, list):
        return [filled_in(item, language) for item in value]
    if isinstance(value, dict):
        return (
            value[language]
            if set(value) == {"en", "zh"}
            else {key: filled_in(item, language) for key, item in value.items()}
        )
    return value


@pytest.mark.parametrize("language", ["en", "zh"])
def test_plotly_knows_every_property_of_every_chart(data: ReportData, language: str) -> None:
    for chart in charts(data).values():
        for variant in list(chart["variants"].values())[:2]:
            go.Figure(filled_in(variant, language))


def test_axes_have_titles_with_units(data: ReportData) -> None:
    for name, chart in charts(data).items():
        for variant in chart["variants"].values():
            titles = [
                axis["title"]["text"]
                for axis in (variant["layout"]["xaxis"], variant["layout"]["yaxis"])
                if "title" in axis
            ]
            assert any(re.search(r"\(.+\)", title["en"]) and re.search(r"\(.+\)", title["zh"]) for title in titles), (
                name
            )


def test_a_chart_shows_the_segment_beside_the_weighted_mean_of_all() -> None:
    def segment(name: str, customers: int, *kw: float | None) -> Segment:
        curve = Curve("all", "weekday", 1.0, kw, (), ())
        return Segment(Text(name, name), False, customers, 0.5, Text("", ""), (curve,), None)

    first, second = curve_charts([segment("a", 3, 1.0, 2.0, None), segment("b", 1, 5.0, None, None)])
    assert list(first["variants"]) == ["all|shape", "all|kw"]
    everyone, own = first["variants"]["all|kw"]["data"]
    assert (everyone["y"], own["y"]) == ([2.0, 2.0, None], [1.0, 2.0, None])
    assert own["x"] == ["00:00", "08:00", "16:00"]
    assert first["variants"]["all|kw"]["layout"]["yaxis"] == second["variants"]["all|kw"]["layout"]["yaxis"]
    assert first["variants"]["all|shape"]["data"] == []


def test_colours_repeat_after_the_sixth_and_the_unusual_have_their_own(data: ReportData) -> None:
    assert not isinstance(data.segments, Absent)
    usual, *_, unusual = data.segments.items
    assert [colour(place, usual) for place in (0, 5, 6)] == ["var(--segment-1)", "var(--segment-6)", "var(--segment-1)"]
    assert colour(3, unusual) == "var(--unusual)"


def test_a_packed_matrix_is_its_single_precision_bytes() -> None:
    matrix = np.array([[1.5, np.nan], [0.25, -2]], dtype=np.float32)
    sent = json.loads(json.dumps(packed(matrix)))
    shape = tuple(map(int, sent["shape"].split(", ")))
    received = np.frombuffer(base64.b64decode(sent["bdata"]), dtype="<f4").reshape(shape)
    np.testing.assert_array_equal(received, matrix)


def test_readings_that_do_not_add_up_stand_out(data: ReportData) -> None:
    job = JobRun(
        "silver.load_curves", "done", 1, datetime(2014, 3, 1, tzinfo=UTC), 1.0, {"received": 10, "published": 9}, None
    )
    page = render(dataclasses.replace(data, runs=Runs((Run("r", "daily", (job,)),))))
    assert '<td class="n bad">1</td>' in page
    assert '<td class="n bad">' not in render(data)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"received": 5, "rows_received": 2, "published": 4}, (5, 4, None)),
        ({"rows_received": 5, "rows_kept": 3, "rows_quarantined": 2}, (5, 3, 2)),
        ({"rows_received": 5, "rows_published": 5}, (5, 5, None)),
    ],
)
def test_a_job_tells_readings_or_else_rows(counts: dict[str, int], told: tuple[int | None, ...]) -> None:
    job = JobRun("silver.service", "done", 1, datetime(2014, 3, 1, tzinfo=UTC), 1.0, counts, None)
    assert tuple(map(job.count, ("received", "published", "quarantined"))) == told


def test_the_longest_jobs_have_a_colour_each_and_the_others_one_together() -> None:
    started = datetime(2014, 3, 1, tzinfo=UTC)
    jobs = tuple(JobRun(f"job{n}", "done", 1, started, float(n if n != 3 else 50), {}, None) for n in range(20))
    bars = run_chart([Run("r", "daily", jobs)])["variants"][""]["data"]
    named = ["job3", *(f"job{n}" for n in range(15, 20))]
    assert [bar["name"] for bar in bars] == [*named, {"en": "14 other jobs", "zh": "其余 14 个作业"}]
    assert len({bar["marker"]["color"] for bar in bars}) == len(bars)
    assert sum(bar["x"][0] for bar in bars) == sum(range(20)) + 47


def test_a_rejected_file_stands_out(data: ReportData) -> None:
    assert not isinstance(data.ledger, Absent)
    taken = next(file for file in data.ledger.latest if file.outcome == "taken")
    rejected = dataclasses.replace(taken, outcome="rejected", reason="truncated")
    pages = [render(dataclasses.replace(data, ledger=Ledger((), (file,)))) for file in (taken, rejected)]
    for shown in ("✗ rejected", "✗ 拒收"):
        assert [shown in page for page in pages] == [False, True]


def test_the_rules_that_do_not_hold_are_told_and_each_day_has_its_colour(data: ReportData, page: str) -> None:
    assert "12 rows went to quarantine" in page
    (strip,) = charts(data)["quality-days"]["variants"][""]["data"]
    assert {len(row) for row in strip["z"]} == {len(strip["x"])}
    assert {value for row in strip["z"] for value in row} == {0, 1, 2, None}
    colours = [colour for _, colour in strip["colorscale"]]
    assert len(set(colours)) == 3
    places = {round((value - strip["zmin"]) / (strip["zmax"] - strip["zmin"]) * 3 - 0.5) for value in (0, 1, 2)}
    assert places == {0, 1, 2}
    assert not isinstance(data.data_quality, Absent)
    well = dataclasses.replace(data, data_quality=dataclasses.replace(data.data_quality, broken=()))
    assert "Every rule held when it was last judged." in render(well)
