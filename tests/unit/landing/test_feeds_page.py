"""docs/feeds.md tells senders every layout, every form of time and every reason that the code knows, and no other."""

import re
from pathlib import Path

import pytest

from powerlake.landing.discover import UNFINISHED
from powerlake.landing.layouts import LAYOUTS, POINT_COUNTS, Layout
from powerlake.landing.refusals import FILE_REASONS, ROW_REASONS
from powerlake.landing.times import FORMATS
from powerlake.loadcurve.quality import Refusal

PATH_REASONS = {"symbolic_link", "not_a_file", "bad_name", "not_readable"}
PLACING_REASONS = {refusal.reason for refusal in Refusal if refusal is not Refusal.ACCEPTED}
HEADINGS = {
    "### A path": PATH_REASONS,
    "### A whole file": set(FILE_REASONS),
    "### A row": set(ROW_REASONS),
    "### A reading that cannot be placed in a curve": PLACING_REASONS,
}


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "feeds.md").read_text(encoding="utf-8")


def first_cells(text: str) -> dict[str, str]:
    """First cell → the whole line, of the table rows whose first cell is code."""
    return {cell: line for line in text.splitlines() for cell in re.findall(r"^\| `([^`]+)` \|", line)}


def section(page: str, heading: str) -> str:
    """From the heading, whatever follows its words in brackets, to the next one."""
    (found,) = re.findall(rf"^{re.escape(heading)}(?: \(.*)?\n((?:(?!#).*\n?)*)", page, re.MULTILINE)
    return str(found)


@pytest.mark.parametrize("heading", HEADINGS)
def test_each_table_of_reasons_has_those_of_the_code(page: str, heading: str) -> None:
    assert set(first_cells(section(page, heading))) == HEADINGS[heading]


@pytest.mark.parametrize(("heading", "reasons"), [("### A whole file", FILE_REASONS), ("### A row", ROW_REASONS)])
def test_a_reason_means_on_the_page_what_it_means_in_the_code(page: str, heading: str, reasons: dict[str, str]) -> None:
    told = first_cells(section(page, heading))
    for reason, meaning in reasons.items():
        assert meaning.split("; ")[0] in told[reason], reason


def test_the_reasons_of_paths_are_those_that_discovery_gives() -> None:
    source = Path(__file__).parents[3] / "lib" / "powerlake" / "landing" / "discover.py"
    given = re.findall(r'"([a-z]+(?:_[a-z]+)+)"', source.read_text(encoding="utf-8"))
    assert set(given) == PATH_REASONS


def test_every_layout_is_there_and_no_other(page: str) -> None:
    told = first_cells(section(page, "## Layouts"))
    assert set(told) == {layout.name for layout in LAYOUTS}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_is_told_with_its_columns(page: str, layout: Layout) -> None:
    row = first_cells(page)[layout.name]
    assert set(re.findall(r"`([a-z_]+)`", row)) == {layout.name, *layout.required}


def test_the_numbers_of_points_are_told(page: str) -> None:
    row = first_cells(page)["wide"]
    assert {int(number) for number in re.findall(r"\d+", row.split("n is")[1])} == set(POINT_COUNTS)


def test_every_form_of_time_is_told(page: str) -> None:
    told = re.findall(r"^\| ([a-z ]+) \| `", section(page, "## Times"), re.MULTILINE)
    assert set(told) == set(FORMATS)


def test_the_names_that_are_passed_over_are_told(page: str) -> None:
    assert all(f"`{ending}`" in page for ending in UNFINISHED)
