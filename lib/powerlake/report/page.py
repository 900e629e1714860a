"""Where the page is, and how it gets there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from powerlake.atomic import write_atomically
from powerlake.report.collect import collect
from powerlake.report.queries import Query
from powerlake.report.render import render


def page_path(home: Path) -> Path:
    """The page's file below a home."""
    return home / "report" / "index.html"


def write_page(home: Path, query: Query, as_of: date | None = None) -> Path:
    """Makes the page and puts it in its place in one step; returns where it is. `query` and `as_of` as in `collect`."""
    page = page_path(home)
    text = render(collect(query, as_of))
    page.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(page, text)
    return page
