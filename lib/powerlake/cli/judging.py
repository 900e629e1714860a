"""`powerlake quality docs`: the latest verdicts as a site."""

from __future__ import annotations

from pathlib import Path

from powerlake.lake.reader import Reader
from powerlake.project import find_project
from powerlake.settings import load_settings


def docs(env: str | None, out: Path | None) -> Path:
    """Writes the site and returns its first page. Raises TableMissing where nothing was judged yet."""
    home = load_settings(find_project(), env).home
    # Two seconds of import, after a mistake in the settings was told.
    from powerlake.quality.docs import LATEST, write_docs  # noqa: PLC0415

    checks = Reader(home).query(LATEST)
    return write_docs(checks, (out or home / "report" / "quality").absolute())
