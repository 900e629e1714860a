"""Command line of the bench: runs the chosen works and writes JSON and the table of docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchlib import page
from benchlib.contest import run_contest
from benchlib.fixed import fixed_costs
from benchlib.generator import Town
from benchlib.site import ROOT, Site
from benchlib.works import WORKS


def main() -> int:
    """Exit code 0 when every chosen work ran and its contestants agreed, whatever the ratios."""
    options = _options()
    town = Town(options.meters, options.days, options.points, options.seed)
    folder = options.dir / f"{town.meters}x{town.days}x{town.points}-{town.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(town, folder)
    record = page.empty_record(town, options.rounds)
    try:
        record["fixed"] = fixed_costs(site, options.rounds)
        for name in options.work:
            record["works"][name] = page.outcome_record(run_contest(WORKS[name](site), options.rounds))
            _save(options.json, record)
    finally:
        site.close()
    print(page.table([record]))
    if options.page:
        page.update(options.page, record)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--meters", type=int, default=1000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--points", type=int, default=96, choices=(24, 48, 96), help="readings a day")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=_works, default=tuple(WORKS), help=f"comma-separated, of {', '.join(WORKS)}")
    parser.add_argument("--json", type=Path, help="write the whole record there too")
    parser.add_argument("--dir", type=Path, default=ROOT / ".cache" / "bench", help="where the made files are kept")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md", help="page to put the table in")
    parser.add_argument("--no-page", dest="page", action="store_const", const=None)
    return parser.parse_args()


def _works(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    unknown = [name for name in names if name not in WORKS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no work {', '.join(unknown)}; there are {', '.join(WORKS)}")
    return names


def _save(path: Path | None, record: page.Record) -> None:
    if path:
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
