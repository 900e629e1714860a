"""`powerlake demo`: readings into landing, the daily pipeline, and where its results are."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from powerlake.cli import running
from powerlake.errors import ConfigurationError
from powerlake.lake.reader import Reader
from powerlake.landing.synthetic import FEED, write_sample
from powerlake.pipeline.job import Window
from powerlake.project import find_project
from powerlake.report.page import page_path
from powerlake.settings import load_settings
from powerlake.tables import TABLES

SUFFIXES = (".csv", ".csv.gz", ".parquet")
SYNTHETIC = "a synthetic set"


def demo(data: Path | None) -> int:
    """Fills landing from `data`, or with a synthetic set, and runs `daily`. Returns the exit code."""
    home = load_settings(find_project()).home
    files = _files(data) if data else []
    _make_room(home, str(data.resolve()) if data else SYNTHETIC)
    landing = home / "landing"
    count = _copy(files, data, landing / FEED) if data else len(write_sample(landing).files)
    print(f"landing: {count} files of {data or SYNTHETIC} in {landing / FEED}")
    code = running.run(running.Request("daily", None, Window()), resume=False, as_json=False)
    if code == 0:
        print(_told(home))
    return code


def _make_room(home: Path, source: str) -> None:
    """A lake holds one demo's data: that of another is moved aside, one that no demo made is left alone.

    Raises ConfigurationError where the home holds a lake that is not a demo's.
    """
    marker = home / "state" / "demo"
    if home.is_dir() and any(home.iterdir()):
        if not marker.is_file():
            raise ConfigurationError(
                f"{home} holds a lake that no demo made", remedy="name another folder: POWERLAKE_HOME=… scripts/demo"
            )
        if marker.read_text() == source:
            return
        aside = home.with_name(f"{home.name}.previous-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        home.rename(aside)
        print(f"the lake of another data set was moved to {aside}")
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(source)


def _files(data: Path) -> list[Path]:
    """The files of readings below `data`. Raises ConfigurationError where there is none."""
    files = [path for path in sorted(data.rglob("*")) if path.is_file() and path.name.endswith(SUFFIXES)]
    if not files:
        raise ConfigurationError(f"{data} has no file ending in {', '.join(SUFFIXES)}", remedy="give another folder")
    return files


def _copy(files: Sequence[Path], data: Path, feed: Path) -> int:
    """Copies those below `data` that are not there yet, as a department would drop them; returns how many there are."""
    for path in files:
        target = feed / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.is_file() or target.stat().st_mtime_ns != path.stat().st_mtime_ns:
            shutil.copy2(path, target)
    return len(files)


def _told(home: Path) -> str:
    """Where the results are."""
    reader = Reader(home)
    gold = sorted(name for name in reader.tables() if name.startswith("gold."))
    lines = [f"{name:<28} {home / 'gold' / TABLES[name].short_name}" for name in gold]
    customers = reader.query("select count(*) as n from gold.customer_segments")["n"][0].as_py()
    named = "select count(distinct segment) as n from gold.customer_segments where not is_unusual"
    segments = reader.query(named)["n"][0].as_py()
    return "\n".join(
        [
            "",
            f"{customers} customers segmented: {segments} named segments, and the unusual",
            "",
            "gold tables:",
            *lines,
            "",
            f"page: {page_path(home)}",
            'ask:  .venv/bin/powerlake query "select * from gold.customer_segments limit 5"',
        ]
    )
