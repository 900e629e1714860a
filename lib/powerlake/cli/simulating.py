"""`powerlake simulate`: a synthetic utility in a folder."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from rich.console import Console

from powerlake.cli.output import columns
from powerlake.lake.bulk import SLICES_PER_CORE, run_tasks
from powerlake.lake.session import open_session
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.run import SUMMARY, Written, check_request, simulate
from powerlake.simulate.utility import FIRST_DATE, Utility


def run(
    customers: int, days: int, seed: int, start: date | None, out: Path, env: str | None, *, is_clean: bool = False
) -> str:
    """Writes the utility below `out`, spread over the session's workers; returns what was made.

    Raises ConfigurationError, before a session starts, for numbers or a folder that cannot be.
    """
    utility = Utility(customers, days, seed, start or FIRST_DATE, is_clean)
    check_request(utility, out)
    session = open_session(load_settings(find_project(), env).spark)
    spread = partial(run_tasks, session)
    at_once = SLICES_PER_CORE * session.sparkContext.defaultParallelism
    progress = partial(_say, Console(stderr=True))
    written = simulate(utility, out.resolve(), spread, at_once=at_once, progress=progress)
    return told(written, out)


def told(written: Written, out: Path) -> str:
    """A line a folder with its files and rows, and where they are."""
    rows = [(folder, count, written.rows[folder]) for folder, count in sorted(written.files.items())]
    size = f"{written.bytes / 1e6:,.0f} MB in {out}; landing is {out / 'landing'}, the counts are in {out / SUMMARY}"
    return f"{columns(rows, ('folder', 'files', 'rows'))}\n\n{size}"


def _say(console: Console, done: int, count: int) -> None:
    console.print(f"{done} of {count} parts written", highlight=False)
