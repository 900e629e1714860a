"""The contract in docs/feeds.md is the declarations', and says of every kind what is read."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from powerlake.landing.feed_page import BEGIN, CELLS, END, contract_page, with_contract
from powerlake.landing.refusals import FEED_FILE_REASONS, FEED_ROW_REASONS
from powerlake.landing.values import parse
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed, Kind


def test_the_page_has_the_contract_of_today(repository: Path) -> None:
    """Where it has not: `make docs`."""
    page = (repository / "docs" / "feeds.md").read_text(encoding="utf-8")
    assert page == with_contract(page, FEEDS)


def test_a_feed_is_told_with_all_that_is_declared(samples: Feed) -> None:
    page = contract_page({samples.path: samples})
    assert "## Feeds of assets\n\n### samples\n\nOne row per sample. Folder `assets/samples/`, owner tests." in page
    assert "Key: `sample_id`. At most a day late." in page
    assert "| `value` | number | 1 | yes |  | What was found |\n" in page
    assert "| `state` | code |  |  |  | How: `new`, `old` |\n" in page
    assert all(f"| `{reason}` | " in page for reason in FEED_FILE_REASONS | FEED_ROW_REASONS)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INSTANT])
def test_the_examples_of_a_kind_are_read(kind: Kind) -> None:
    examples = re.findall(r"`([^`]+)`", CELLS[kind][1])
    assert not parse(kind, pa.array(examples, pa.string())).faults


@pytest.mark.parametrize("clock", [" 12:30", "T12:30:15", " 12:30:15.250", " 24:00", " 12:30+08:00", " 12:30Z"])
def test_the_examples_of_instants_are_read(clock: str) -> None:
    dates = re.findall(r"`([^`]+)`", CELLS[Kind.DATE][1])
    own = ["20240103 1230", "20240103123015", "2024年1月3日 12时30分15秒"]
    assert not parse(Kind.INSTANT, pa.array([*(date + clock for date in dates), *dates, *own])).faults


def test_what_is_around_the_contract_stays(samples: Feed) -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    made = with_contract(page, {samples.path: samples})
    assert made.startswith(f"before\n{BEGIN}\n\n### Cells")
    assert made.endswith(f"{END}\nafter\n")
    assert "old\n" not in made
    assert with_contract(made, {samples.path: samples}) == made


@pytest.mark.parametrize("page", ["", BEGIN, f"{END}{BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_page_without_its_marks_is_not_written(page: str) -> None:
    with pytest.raises(ValueError, match="no place"):
        with_contract(page, {})
