"""The pages of docs/ are current and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from powerlake.cli.cataloguing import pages
from powerlake.tables import TABLES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#([^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """What a link to a heading of the page may say, as code hosts form it."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_catalogue_is_what_the_declarations_say() -> None:
    """Where it is not: `make docs`."""
    there = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "catalogue").glob("*.md")}
    assert there == pages(TABLES)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        found = page.parent / target
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}#{anchor}"


def test_the_site_lists_every_page_written_by_hand() -> None:
    listed = set(re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE))
    by_hand = {page.relative_to(ROOT / "docs").as_posix() for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert listed == {name for name in by_hand if not name.startswith("catalogue/")} | {"catalogue/index.md"}
