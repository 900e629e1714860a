"""`powerlake report`: the page, made from the tables without Spark."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from powerlake.lake.reader import Reader
from powerlake.project import find_project
from powerlake.report.page import write_page
from powerlake.settings import load_settings


def report(env: str | None, as_of: date | None) -> Path:
    """Writes the page below the home; returns where it is."""
    home = load_settings(find_project(), env).home
    return write_page(home, Reader(home).query, as_of)
