"""What a day costs on a lake that has grown: the whole daily pipeline on one more day, beside building it from nothing.

Files read are counted by their access times, which the file system must keep (relatime does).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from benchlib.clocking import Timing, timed
from benchlib.next_day import DAY, deliver_next_day, last_day
from benchlib.page import replace_between
from benchlib.site import ROOT
from powerlake.cli import simulating
from powerlake.lake.reader import Reader
from powerlake.lake.session import open_session
from powerlake.lake.store import Lake
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.runner import Runner, new_run, selected
from powerlake.pipeline.spec import read_pipelines
from powerlake.pipeline.state import RunState, StateStore
from powerlake.project import Project
from powerlake.settings import load_settings
from powerlake.tables import TABLES

PAGE = ROOT / "docs" / "performance.md"
RECORDS = ROOT / "docs" / "performance_days.json"
MARKS = ("<!-- day: begin -->", "<!-- day: end -->")
COMPARED = ("silver", "gold")
OF_A_RUN = {"run_id", "batch", "as_of_date"}
FITTED = {
    "gold.customer_segments",
    "gold.segment_profiles",
    "gold.monthly_shape_codes",
    "gold.topology_suspects",
    "gold.line_loss",
    "gold.customer_profile",
    "gold.data_quality",
}
"""Tables of what is fitted or judged as of a run, or made of it: a lake built today has other fits than a grown one."""


def main() -> int:
    options = _options()
    folder = options.dir / f"utility-{options.customers}x{options.days}-{options.seed}"
    if not (folder / "simulation.json").is_file():
        simulating.run(options.customers, options.days, options.seed, None, folder, "local")
    grown, built = options.dir / "grown", options.dir / "built"
    for home in (grown, built):
        shutil.rmtree(home, ignore_errors=True)
    lake = _lake(grown)
    shutil.copytree(folder / "landing", lake.landing, copy_function=os.link)
    _run(lake)  # from nothing, the JVM cold
    days = [_one_day(lake) for _ in range(options.rounds)]
    fresh = _lake(built)
    shutil.copytree(lake.landing, fresh.landing, copy_function=os.link)
    shutil.copytree(lake.home / "keys", fresh.home / "keys")  # else pseudonyms are others
    state, full = timed(lambda: _run(fresh))
    record = {
        "customers": options.customers,
        "days": options.days,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "full": {"wall": full.wall, "cpu": full.cpu, "jobs": _seconds(state)},
        "day": days,
        "differing": _differing(lake, fresh),
    }
    print(_told([record]))
    if options.keep:
        replace_between(PAGE, MARKS, _told(_kept(record)))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench_day", description=__doc__)
    parser.add_argument("--customers", type=int, default=2000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dir", type=Path, default=ROOT / ".cache" / "bench")
    parser.add_argument("--no-page", dest="keep", action="store_false", help=f"leave {PAGE.name} as it is")
    return parser.parse_args()


def _kept(record: dict) -> list[dict]:
    """The last record of each size, this one among them, smallest first."""
    records = json.loads(RECORDS.read_text(encoding="utf-8")) if RECORDS.exists() else []
    size = (record["customers"], record["days"])
    records = [one for one in records if (one["customers"], one["days"]) != size] + [record]
    records.sort(key=lambda one: (one["customers"], one["days"]))
    RECORDS.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    return records


def _lake(home: Path) -> Lake:
    settings = load_settings(Project(ROOT), "local")
    return Lake(home, lambda: open_session(settings.spark))


def _run(lake: Lake) -> RunState:
    """One run of the daily pipeline, as `powerlake run daily` does it."""
    project = Project(ROOT)
    settings = load_settings(project, "local").model_copy(update={"home": lake.home})
    spec = read_pipelines(project.pipelines)["daily"]
    state = new_run(spec, selected(spec), Window(), "local", datetime.now(UTC))
    engine = LakeEngine(lake, settings, project.jobs, state.run_id, spec.name, state.window)
    state = Runner(spec, engine, StateStore(lake.home)).run(state)
    engine.tidy()
    failed = {name: job.error for name, job in state.jobs.items() if job.outcome in {"failed", "not_run"}}
    if failed:
        raise RuntimeError(f"the run failed: {failed}")
    return state


def _one_day(lake: Lake) -> dict[str, object]:
    rows = deliver_next_day(lake, last_day(lake) + DAY)
    before = _forget_reads(lake)
    state, timing = timed(lambda: _run(lake))
    read = _reads(before)
    return {"rows": rows, **_plain(timing), "jobs": _seconds(state), "read": read, "files": _count(before)}


def _forget_reads(lake: Lake) -> dict[Path, str]:
    """Every data file of the lake with its table; their access times are set back."""
    files = {
        Path(file.path): name for name, table in TABLES.items() if table.layer != "ops" for file in lake.files(table)
    }
    for path in files:
        os.utime(path, (0, path.stat().st_mtime))
    return files


def _reads(files: dict[Path, str]) -> dict[str, int]:
    read = Counter(name for path, name in files.items() if path.exists() and path.stat().st_atime > 0)
    return dict(read.most_common())


def _count(files: dict[Path, str]) -> dict[str, int]:
    return dict(Counter(files.values()))


def _seconds(state: RunState) -> dict[str, float]:
    return {name: round(job.seconds, 2) for name, job in state.jobs.items()}


def _plain(timing: Timing) -> dict[str, float]:
    return {"wall": round(timing.wall, 2), "cpu": round(timing.cpu, 2)}


def _differing(grown: Lake, built: Lake) -> dict[str, int]:
    """Rows that the grown lake and the one built from nothing do not share, by table; none of tables that agree."""
    names = [name for name, table in TABLES.items() if table.layer in COMPARED and name not in FITTED]
    found = {name: _difference(_rows(grown, name), _rows(built, name)) for name in names}
    return {name: count for name, count in found.items() if count}


def _difference(left: Counter[int], right: Counter[int]) -> int:
    return ((left - right) + (right - left)).total()


def _rows(lake: Lake, name: str) -> Counter[int]:
    """How often each row is in the table, by the row's hash."""
    reader = Reader(lake.home)
    if name not in reader.tables():
        return Counter()
    columns = ", ".join(column for column in TABLES[name].column_names if column not in OF_A_RUN)
    found = reader.query(
        f"SELECT hash(one) AS row, count(*) AS n FROM (SELECT {columns} FROM {name}) AS one GROUP BY 1"
    )
    return Counter(dict(zip(found["row"].to_pylist(), found["n"].to_pylist(), strict=True)))


def _told(records: list[dict]) -> str:
    return "\n\n".join([_summary(records), _jobs(records), _files(records[-1])])


def _summary(records: list[dict]) -> str:
    rows = []
    for one in records:
        day, full = _median_day(one), one["full"]
        cells = (
            f"{one['customers']:,} × {one['days']}",
            one["at"],
            f"{day['rows']:,}",
            f"{day['wall']:.1f} ({day['cpu']:.1f})",
            f"{full['wall']:.1f} ({full['cpu']:.1f})",
            f"**{day['wall'] / full['wall']:.3f}** ({day['cpu'] / full['cpu']:.3f})",
            ", ".join(f"{name} {count}" for name, count in one["differing"].items()) or "none",
        )
        rows.append(f"| {' | '.join(cells)} |")
    head = "| customers × days | measured | rows of a day | one more day | from nothing | ratio | rows that differ |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def _jobs(records: list[dict]) -> str:
    sizes = " | ".join(f"{one['customers']:,}: one more day | from nothing" for one in records)
    rows = [
        f"| {job} | "
        + " | ".join(f"{_median_day(one)['jobs'][job]:.2f} | {one['full']['jobs'][job]:.2f}" for one in records)
        + " |"
        for job in records[-1]["full"]["jobs"]
    ]
    return "\n".join(["Seconds of each job:\n", f"| job | {sizes} |", "|---" * (1 + 2 * len(records)) + "|", *rows])


def _files(record: dict) -> str:
    day = _median_day(record)
    rows = [f"| {name} | {n} | {day['files'][name]} |" for name, n in day["read"].items() if day["files"][name] > 1]
    head = f"Data files that the day opened, of the tables of {record['customers']:,} customers with more than one:\n"
    return "\n".join([head, "| table | opened | of |", "|---|---|---|", *rows])


def _median_day(record: dict) -> dict:
    return sorted(record["day"], key=lambda one: one["wall"])[len(record["day"]) // 2]


if __name__ == "__main__":
    sys.exit(main())
