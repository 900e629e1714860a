"""A day's file arrives: bronze, silver and gold brought up to date, against making all three again from all files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchlib import files
from benchlib.contest import OURS, Contest, Contestant
from benchlib.site import Site
from benchlib.works.common import check_close, rows
from benchlib.works.ingest import KEY, fresh_lake
from powerlake.lake.store import Lake
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.silver.load_curves import LOAD_CURVES

JOBS = (LOAD_CURVES_RAW.name, LOAD_CURVES.name, DAILY_LOAD_FEATURES.name)
REBUILD = "full rebuild"
DAYS = 12
"""Days that come one by one: a warm-up and up to eleven rounds."""


def contest(site: Site) -> Contest:
    """Each round appends the next day to a lake that holds all days before it."""
    folder = _landing(site)
    months, days = sorted(folder.glob("*.parquet")), sorted((folder / "days").glob("*.parquet"))
    grown = fresh_lake(site, months, "grown")
    _run(site, grown)
    waiting = iter(days)

    def next_day() -> None:
        day = next(waiting)
        os.link(day, grown.landing / "metering" / "load_curves" / day.name)

    def agree(results: Mapping[str, Any]) -> str:
        have, want = (rows(results[name], KEY) for name in (OURS, REBUILD))
        check_close({REBUILD: want, OURS: have}, ("energy_kwh", "peak_kw", "load_factor"), 0.0)
        return "gold equal, row for row, after the first day"

    return Contest(
        "increment",
        "one more day of every meter: bronze, silver and gold, after the history before it",
        (
            Contestant(OURS, "ours", lambda _: _run(site, grown), next_day),
            Contestant(
                REBUILD, "floor", lambda lake: _run(site, lake), lambda: fresh_lake(site, [*months, days[0]], "rebuilt")
            ),
        ),
        agree,
        limit=0.25,
        against=REBUILD,
    )


def _run(site: Site, lake: Lake) -> list[str]:
    for job in JOBS:
        site.run_job(job, lake)
    return [file.path for file in lake.files(DAILY_LOAD_FEATURES)]


def _landing(site: Site) -> Path:
    folder = site.folder / "by-day"
    if not (folder / "ready").is_file():
        files.write_days(site.town, folder, DAYS)
        (folder / "ready").touch()
    return folder
