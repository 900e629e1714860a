"""Data Docs from the record: every verdict is there, in words, and nothing is fetched to show it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from powerlake.quality.docs import offline, write_docs
from powerlake.quality.judged import Check, Judged, check_rows
from powerlake.quality.row_rules import judged_rows
from powerlake.tables.silver.load_curves import LOAD_CURVES

AT = datetime(2024, 3, 1, tzinfo=UTC)
SHARE = "between(column=points, low=1, high=None, mostly=0.9)"
MEAN = "mean_between(column=missing_points, low=0.0, high=24.0)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of one run's verdicts."""
    found = [
        *judged_rows(LOAD_CURVES, 1000, {"interval_divides_hour": 3}),
        Judged(LOAD_CURVES.name, MEAN, "mean_between", "warn", 1000, None, 30.2, 0.0, 24.0, "warned", "found 30.2"),
        Judged(LOAD_CURVES.name, "volume", "volume", "warn", 9, None, 9.0, 5.0, 15.0, "held"),
        Judged("metering/load_curves", "freshness", "freshness", "warn", None, None, 2.5, None, 1.5, "warned", "<b>"),
        Judged(LOAD_CURVES.name, SHARE, "between", "warn", 0, 0, None, 0.9, None, "held"),
        Judged("silver.bills", "odd", "mean_between", "error", 0, None, None, 0.0, 1.0, "failed", "no value"),
    ]
    checks = check_rows([Check(AT, one) for one in found], "silver.load_curves", "run-1")
    later = check_rows([Check(AT + timedelta(hours=1), found[-3])], "gold.data_quality", "run-1")
    return write_docs(pa.concat_tables([checks, later]), tmp_path_factory.mktemp("docs") / "quality").parent


def pages(site: Path) -> dict[str, str]:
    return {str(page.relative_to(site)): page.read_text(encoding="utf-8") for page in site.rglob("*.html")}


def test_the_first_page_leads_to_the_verdict_on_every_table(site: Path) -> None:
    first = pages(site)["index.html"]
    links = re.findall(r'href="([^"]+)">([^<]+)<', first)
    assert {name for _, name in links} == {"silver.load_curves", "metering/load_curves"}
    assert all((site / link).is_file() for link, _ in links)
    assert "silver.bills" in first, "what has no figure is told all the same"
    assert "&lt;b&gt;" in first and "<b>" not in first


def test_a_verdict_is_told_in_words_with_the_figure_on_record(site: Path) -> None:
    (page,) = [text for name, text in pages(site).items() if name.startswith("validations/silver/load_curves/")]
    assert "The mean of missing_points is from 0.0 to 24.0" in page
    assert "30.2" in page
    assert "Rows of 1,003 rows that break: interval_minutes in (15, 30, 60)" in page
    told = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"Unsuccessful Expectations +2 ", told), (
        "the check and the mean did not hold, every other rule did"
    )


def test_a_rule_that_had_nothing_to_measure_is_not_shown_as_broken(site: Path) -> None:
    """A share of no values holds on record; none of them breaks the rule, which is no share of 0."""
    (page,) = [text for name, text in pages(site).items() if name.startswith("validations/silver/load_curves/")]
    assert "of the values of points" not in page


def test_nothing_is_fetched_and_no_script_runs(site: Path) -> None:
    for name, text in pages(site).items():
        assert not re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', text), name
        assert "<script" not in text
        assert "url(" not in text


def test_a_site_is_replaced_as_a_whole(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "quality"
    out.mkdir()
    (out / "old.html").write_text("old")
    checks = check_rows([Check(AT, Judged("a/b", "freshness", "freshness", "warn", *[None] * 5, "held"))], "j", "r")  # type: ignore[arg-type]
    write_docs(checks, out)
    assert not (out / "old.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["quality"]


def test_the_pages_of_great_expectations_lose_what_comes_from_the_network() -> None:
    page = (
        '<head><link rel="x" href="https://cdn/x.css"></head><script src="https://cdn/x.js"></script><a href="#a">a</a>'
    )
    assert offline(page, "p {}") == '<head><style>p {}</style></head><a href="#a">a</a>'
