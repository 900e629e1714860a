"""The page in a real browser: what it shows, that its controls work, and that it asks the network for nothing.

Screenshots are kept in the folder that POWERLAKE_SCREENSHOTS names, else in pytest's temporary folder.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from powerlake.report import collect, render
from powerlake.report.page import page_path
from powerlake.tables import TABLES

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE = 1280, 390
DAYS, HALF_HOURS = 365, 48
A4_WIDTH = 688
"""CSS pixels of 210 mm less two margins of 14 mm."""
DARK_INK_ON_PAPER = "rgb(27, 33, 38)"
SIDEWAYS = "Array.from(document.querySelectorAll('.scroll')).filter((one) => one.scrollWidth > one.clientWidth).length"
"""How many tables and charts need scrolling sideways."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@dataclass
class Visit:
    """An open page, and all it said on the console or asked of the network."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def shown(self, selector: str) -> str:
        """The text of the first match as a reader sees it, blanks joined."""
        return " ".join(self.page.locator(selector).first.inner_text().split())

    def layers(self) -> list[list[list[float | None]]]:
        """The heat map's values by layer, slot and day, as plotly decoded them; None where there is no value."""
        found: list[list[list[float | None]]] = self.page.evaluate(
            """() => document.querySelector('[data-chart=year]').calcdata.map(
                ([layer]) => layer.z.map((row) => Array.from(row, (kw) => Number.isFinite(kw) ? kw : null)))"""
        )
        return found

    def rows_of(self, chart: str) -> list[str]:
        """The labels of a chart's rows from top to bottom."""
        found: list[str] = self.page.evaluate(
            """(name) => Array.from(document.querySelectorAll(`[data-chart=${name}] .ytick text`))
                .sort((one, other) => one.getBoundingClientRect().y - other.getBoundingClientRect().y)
                .map((label) => label.textContent)""",
            chart,
        )
        return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Without it the tests fail in CI, and elsewhere are skipped."""
    if shutil.which(CHROMIUM) is None:
        told = f"{CHROMIUM} is missing: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def sample() -> ModuleType:
    """The sample lake of the unit tests."""
    path = Path(__file__).parents[1] / "unit" / "report" / "sample_lake.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sample_page(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page over a year of the sample lake, on disk."""
    return _written(tmp_path_factory.mktemp("page"), sample, sample.sample_lake(days=DAYS))


@contextmanager
def visit(browser: Browser, path: Path, locale: str = "en-GB") -> Iterator[Visit]:
    """Opens a page file and waits until its charts are drawn; afterwards, nobody may have complained."""
    context = browser.new_context(viewport={"width": DESK, "height": 900}, locale=locale, offline=True)
    one = Visit(context.new_page())
    one.page.on("console", lambda message: one.complaints.append(f"{message.type}: {message.text}"))
    one.page.on("pageerror", lambda error: one.complaints.append(f"error: {error}"))
    one.page.on("dialog", lambda dialog: one.complaints.append(f"dialog: {dialog.message}"))
    one.page.on("request", lambda request: one.complaints.append(request.url) if _leaves(request.url) else None)
    one.page.goto(path.as_uri())
    one.page.wait_for_selector("html[data-drawn]")
    yield one
    context.close()
    assert one.complaints == []


@pytest.fixture(scope="module")
def desk(browser: Browser, sample_page: Path) -> Iterator[Visit]:
    """The sample page in English, opened once for the tests that read it."""
    with visit(browser, sample_page) as one:
        yield one


def _leaves(url: str) -> bool:
    return not url.startswith(("file:", "data:", "blob:"))


def _keep(one: Visit, name: str, tmp_path: Path) -> Path:
    folder = Path(os.environ.get("POWERLAKE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    one.page.screenshot(path=path, full_page=True)
    return path


def test_the_headline_counts_what_the_lake_holds(desk: Visit) -> None:
    headline = desk.shown("#headline")
    assert "Meters 24 in 3 segments" in headline
    assert "Meter-days 8,760 of 8,760" in headline
    assert "2013-03-01 – 2014-02-28" in headline
    assert "Readings in quarantine 27 40 records" in headline
    assert "Last run 2014-03-01 02:05 UTC ✓ done" in headline


def test_each_segment_has_its_name_size_and_curves(desk: Visit) -> None:
    articles = desk.page.locator("#segments article")
    names = [" ".join(name.split()) for name in articles.locator("h3").all_inner_texts()]
    assert names == ["evening peak", "day at home", "night storage", "unusual"]
    assert "11 customers, 45.8 %" in desk.shown("#segments article").replace("\u00a0", " ")
    assert [articles.nth(place).locator(".scatterlayer .trace").count() for place in range(4)] == [3, 3, 3, 0]


def test_season_and_scale_choose_the_curves_by_keyboard(desk: Visit) -> None:
    title = desk.page.locator("#segments article .ytitle").first
    assert title.text_content() == "Power ÷ own mean (1)"
    desk.page.locator("input[name=measure][value=shape]").focus()
    desk.page.keyboard.press("ArrowRight")
    assert title.text_content() == "Mean power (kW)"
    desk.page.locator("input[name=season][value=all]").focus()
    desk.page.keyboard.press("ArrowRight")
    assert desk.page.locator("input[name=season]:checked").get_attribute("value") == "spring"
    assert desk.page.locator("#segments .no-variant:visible").all_inner_texts() == ["No typical curve for this season"]


def test_the_year_has_a_cell_for_every_half_hour_and_marks_the_estimates(desk: Visit) -> None:
    measured, estimated = desk.layers()
    assert [len(measured), {len(row) for row in measured}] == [HALF_HOURS, {DAYS}]
    known = sum(kw is not None for row in measured for kw in row)
    marked = sum(kw is not None for row in estimated for kw in row)
    assert 0.9 * HALF_HOURS * DAYS < known < HALF_HOURS * DAYS
    assert f"Estimated points {marked:,}" in desk.shown("[data-facts=year]:visible")


def test_choosing_another_customer_changes_the_year_and_its_facts(desk: Visit) -> None:
    before = desk.layers()
    options = desk.page.locator("#customer option").all_inner_texts()
    assert [option.split(": ")[1] for option in options] == ["evening peak", "day at home", "night storage", "unusual"]
    desk.page.select_option("#customer", "3")
    assert "Segment unusual" in desk.shown("[data-facts=year]:visible")
    assert desk.page.locator("[data-facts=year]:visible").count() == 1
    assert desk.layers() != before


def test_tables_hold_the_counts_of_quarantine_ledger_and_runs(desk: Visit) -> None:
    assert "not_a_number row 12 12 12" in desk.shown("#quarantine details[open]")
    assert desk.page.locator("#quarantine details").count() == 4
    assert "✗ rejected 2" in desk.shown("#ledger-totals") and "✓ taken 23" in desk.shown("#ledger-totals")
    assert desk.page.locator("#ledger-files tr").count() == 20
    assert desk.page.locator("#runs details").count() == 4
    assert desk.page.locator("#runs details[open] tbody tr").count() == 5
    left_over = desk.page.locator("#runs details[open] tbody tr td:last-child").all_inner_texts()
    assert left_over[:2] == ["0", "0"]
    assert desk.page.locator("#spread-rows tr").count() == 4


def test_the_headline_names_losses_conflicts_and_late_feeds(desk: Visit) -> None:
    headline = desk.shown("#headline")
    assert "Line loss 2014-01 3.9 % 2 of 30 areas stand out" in headline.replace("\u00a0", " ")
    assert "Conflicts between departments 23 of 3 kinds" in headline
    assert "Feeds late 0 of 1 that deliver" in headline


def test_choosing_another_customer_changes_the_profile(desk: Visit) -> None:
    shown = "[data-facts=profile]:visible"
    assert "Every department says something." in desk.shown(shown)
    assert "T1 (time of use)" in desk.shown(shown)
    desk.page.select_option("#profile-customer", "2")
    assert desk.page.locator(shown).count() == 1
    assert "C8000548 as of 2014-02-28, complete to 14" in desk.shown(shown)
    assert "Missing: metering, billing, customer service, assets, dispatch, weather" in desk.shown(shown)
    assert desk.page.locator(f"{shown} .none").count() == 5
    desk.page.select_option("#profile-customer", "0")


def test_the_market_is_sorted_by_growth_and_shows_the_cell_chosen(desk: Visit) -> None:
    labels = desk.rows_of("growth")
    assert labels == ["R2 · homes", "R1 · homes", "R1 · C manufacturing"]
    rows = desk.page.locator("#market-cells th").all_inner_texts()
    assert rows == labels
    assert desk.page.locator("#market-cell option").count() == 4
    last = "document.querySelector('[data-chart=energy]').calcdata.at(-1)[0].y"
    together = desk.page.evaluate(last)
    desk.page.select_option("#market-cell", "3")
    assert desk.page.evaluate(last) < together
    desk.page.select_option("#market-cell", "0")
    assert "errs 30 % less than last year’s month (24 months)" in desk.shown("#market-cells").replace("\u00a0", " ")


def test_losses_are_sorted_flagged_and_explained_and_suspects_listed(desk: Visit) -> None:
    labels = desk.rows_of("loss")
    assert (labels[0], labels[1], len(labels)) == ("TR3 ⚑", "TR29", 24)
    assert desk.page.locator("#loss-reasons tr").count() == 3
    assert desk.page.locator("#flagged th").all_inner_texts() == ["TR3", "TR5"]
    assert desk.page.locator("#suspects th").all_inner_texts() == ["M11", "M12"]
    assert "2 suspect of 40 meters judged" in desk.shown("#grid")


def test_refused_records_and_conflicts_are_masked(desk: Visit, sample_page: Path) -> None:
    desk.page.locator("#quarantine details", has_text="quarantine.customers marketing").locator("summary").click()
    text = desk.shown("#quarantine")
    assert "opened_date 00.00.0000 customer_id ••" in text and "name «sealed»" in text
    assert "household_size: •• 2 •• 4 ✓" in desk.shown("#conflict-kinds")
    assert desk.page.locator("#conflict-kinds > tr").count() == 3
    html = sample_page.read_text(encoding="utf-8")
    assert not [value for value in ("Quartermaine", "13812345678", "Lantern") if value in html]


def test_the_new_sections_speak_chinese(browser: Browser, sample_page: Path) -> None:
    with visit(browser, sample_page, locale="zh-CN") as one:
        one.page.select_option("#profile-customer", "1")
        for section, said in {
            "#profile": "缺少： 气象",
            "#market": "误差比上年同月小 30\u00a0%",
            "#grid": "高于理论线损",
            "#feeds": "逾期判断时点",
            "#quarantine": "最近记录（已脱敏）",
            "#conflicts": "合同容量与用户档案不符",
        }.items():
            assert " ".join(said.split()) in one.shown(section)


def test_the_language_follows_the_browser_and_the_choice_is_kept(browser: Browser, sample_page: Path) -> None:
    with visit(browser, sample_page, locale="zh-CN") as one:
        assert one.shown("h1") == "用户、市场与电网"
        assert one.page.locator("#segments .xtitle").first.text_content() == "当地时间 (h)"
        assert one.page.locator("#customer option").first.inner_text().endswith("：晚高峰型")
        assert one.page.evaluate("document.documentElement.lang") == "zh-Hans"
        words = re.sub(r"\b[a-z]+[/.][a-z_]+\b", "", one.shown("main"))  # names of feeds and tables are no words
        assert not re.search(r"\b(customers|weekday|readings)\b", words)
        one.page.get_by_role("button", name="English").click()
        assert one.page.locator("#segments .xtitle").first.text_content() == "Local time (h)"
        assert not re.search("[\u4e00-\u9fff]", one.shown("main"))
        one.page.reload()
        one.page.wait_for_selector("html[data-drawn]")
        assert one.shown("h1") == "Customers, market and grid"
        assert one.page.get_by_role("button", name="English").get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_it_fits_the_screen_in_both_languages_light_and_dark(desk: Visit, tmp_path: Path, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": 900})
    for language, scheme in product(("en", "zh"), SCHEMES):
        desk.page.emulate_media(color_scheme=scheme)
        desk.page.locator(f"[data-speak={language}]").click()
        assert desk.page.evaluate("document.documentElement.scrollWidth") == width
        assert width == PHONE or desk.page.evaluate(SIDEWAYS) == 0
        ink = desk.page.evaluate("getComputedStyle(document.querySelector('#segments .xtitle')).fill")
        assert ink == desk.page.evaluate("getComputedStyle(document.body).color")
        assert _keep(desk, f"page-{width}-{language}-{scheme}", tmp_path).stat().st_size > 50_000


def test_it_prints_light_and_within_the_paper(desk: Visit) -> None:
    desk.page.set_viewport_size({"width": DESK, "height": 900})
    desk.page.emulate_media(color_scheme="dark")
    desk.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert desk.page.evaluate("getComputedStyle(document.querySelector('#segments .xtitle')).fill") == DARK_INK_ON_PAPER
    widest = "Math.max(...Array.from(document.querySelectorAll('.main-svg, table'), (drawn) => drawn.clientWidth))"
    assert desk.page.evaluate(widest) <= A4_WIDTH
    desk.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert desk.page.evaluate("document.querySelector('[data-chart=year] .main-svg').clientWidth") > A4_WIDTH


def test_hostile_names_stay_text(browser: Browser, sample: ModuleType, tmp_path: Path) -> None:
    hostile = "</script><script>alert(1)</script><img src='http://203.0.113.7/x' onerror=alert(2)>"
    hostile_columns = {
        "gold.segment_profiles": ("segment", "segment_zh"),
        "gold.customer_segments": ("segment",),
        "ops.landing_files": ("file",),
        "ops.job_runs": ("job",),
        "quarantine.load_curves": ("reason",),
    }
    lake = sample.sample_lake(customers=6, days=2)
    for table, columns in hostile_columns.items():
        lake[table] = [row | dict.fromkeys(columns, hostile) for row in lake[table]]
    with visit(browser, _written(tmp_path, sample, lake)) as one:
        assert one.shown("#segments h3") == hostile
        assert hostile in (one.page.locator("#spread .ytick text").first.text_content() or "")


def test_an_empty_lake_says_what_to_do(browser: Browser, sample: ModuleType, tmp_path: Path) -> None:
    with visit(browser, _written(tmp_path, sample, {})) as one:
        assert one.shown("#segments .absent") == (
            "Nothing to show yet: no rows in gold.segment_profiles. Run the pipeline that writes it."
        )
        assert one.page.locator(".absent:visible").count() == 16


def test_the_page_of_a_run_shows_what_its_tables_hold(browser: Browser, town: Any, tmp_path: Path) -> None:
    segments = {str(row["segment"]) for row in town.rows(TABLES["gold.segment_profiles"])}
    files = town.lake.rows(TABLES["ops.landing_files"]).to_pylist()
    with visit(browser, page_path(town.home)) as one:
        text = one.shown("body")
        _keep(one, "run", tmp_path)
    assert all(segment in text for segment in segments)
    assert f"Meters {len(town.sample.kinds)}" in text
    for outcome in ("taken", "duplicate", "rejected"):
        assert any(file["outcome"] == outcome for file in files)
        assert outcome in text
    assert town.runs[0].run_id in text


def _written(folder: Path, sample: ModuleType, lake: dict[str, Any]) -> Path:
    """The page over this lake, on disk."""
    path = folder / "report.html"
    path.write_text(render(collect(sample.query_over(lake))), encoding="utf-8")
    return path
