"""Pages made from declarations: one for each table, one for all tables of feeds, and the contract in its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from powerlake.cli import cataloguing
from powerlake.errors import ConfigurationError
from powerlake.landing.feed_page import BEGIN, END
from powerlake.tables import TABLES
from powerlake.tables.feeds import FEEDS


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pipelines.yaml").write_text("")
    (tmp_path / "docs").mkdir()
    monkeypatch.setenv("POWERLAKE_PROJECT", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "docs"


def test_tables_of_feeds_share_a_page() -> None:
    made = cataloguing.pages(TABLES)
    assert not {f"{layer}.{feed.name}.md" for feed in FEEDS.values() for layer in ("bronze", "quarantine")} & set(made)
    page = made["bronze.feeds.md"]
    tickets = "[`bronze.tickets`](../feeds.md#tickets)"
    assert f"| {tickets} | request of a customer | service | `phone` | `phone` |\n" in page
    assert "| `is_deletion` | `bool` |" in page
    assert "| `record` | `string` |" in page
    assert "`ticket_id`" not in page
    assert (
        f"| [bronze.<feed>](bronze.feeds.md) | one row per data row of a file | the department | {len(FEEDS)} "
        in made["index.md"]
    )


def test_the_contract_is_written_between_its_marks_and_checked(docs: Path) -> None:
    page = docs / "feeds.md"
    page.write_text(f"# Files\n{BEGIN}\n{END}\n")
    cataloguing.write()
    assert "### tickets" in page.read_text()
    assert cataloguing.check().endswith("up to date")
    page.write_text(page.read_text().replace("### tickets", "### tockets"))
    with pytest.raises(ConfigurationError, match=r"feeds\.md; run `powerlake catalogue`"):
        cataloguing.check()


def test_a_page_that_lost_its_marks_is_named(docs: Path) -> None:
    (docs / "feeds.md").write_text("# Files\n")
    with pytest.raises(ConfigurationError, match="two marks"):
        cataloguing.write()
