"""The record of a bench as JSON, and docs/performance.md's table out of the records of all sizes."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from benchlib.contest import Outcome, Spread
from benchlib.generator import Town

Record = dict[str, Any]
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PACKAGES = ("pyspark", "delta-spark", "duckdb", "polars", "pyarrow", "numpy", "scikit-learn")


def empty_record(town: Town, rounds: int) -> Record:
    """Who ran what, where and when; works are filled in later."""
    return {
        "meters": town.meters,
        "days": town.days,
        "points": town.points,
        "seed": town.seed,
        "rounds": rounds,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "machine": f"{psutil.cpu_count()} cores, {_cpu_name()}, {psutil.virtual_memory().total >> 30} GiB",
        "load_before": round(os.getloadavg()[0], 2),
        "packages": {name: version(name) for name in PACKAGES},
        "fixed": {},
        "works": {},
    }


def outcome_record(outcome: Outcome) -> Record:
    """A contest's outcome in plain values."""
    contest = outcome.contest
    ratio = outcome.ratio(outcome.rival)
    return {
        "what": contest.what,
        "agreement": outcome.agreement,
        "rival": outcome.rival,
        "limit": contest.limit,
        "is_met": ratio.median <= contest.limit,
        "contestants": {
            c.name: {
                "kind": c.kind,
                "wall": _plain(outcome.wall(c.name)),
                "cpu": _plain(outcome.cpu(c.name)),
                "ratio": _plain(outcome.ratio(c.name)),
            }
            for c in contest.contestants
        },
    }


def update(page: Path, record: Record) -> None:
    """Put the record beside the page and make the page's table again; the text around it stays."""
    kept = page.with_suffix(".json")
    records = {_size(r): r for r in json.loads(kept.read_text(encoding="utf-8"))} if kept.is_file() else {}
    before = records.get(_size(record), {"works": {}})
    records[_size(record)] = {**record, "works": {**before["works"], **record["works"]}}
    ordered = [records[size] for size in sorted(records)]
    kept.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
    replace_between(page, (BEGIN, END), table(ordered))


def replace_between(page: Path, marks: tuple[str, str], content: str) -> None:
    """Put the content between the marks of the page; the text around them stays."""
    begin, end = marks
    text = page.read_text(encoding="utf-8") if page.is_file() else "# Performance\n"
    if begin not in text:
        text += f"\n{begin}\n{end}\n"
    head, _, rest = text.partition(begin)
    page.write_text(f"{head}{begin}\n{content}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def table(records: list[Record]) -> str:
    """Markdown: a heading and two tables for each size."""
    return "\n\n".join(_of_record(record) for record in records)


def _of_record(record: Record) -> str:
    heading = f"### {record['meters']:,} meters × {record['days']} days × {record['points']} points"
    about = (
        f"{record['at']}; {record['machine']}; load {record['load_before']} before; "
        f"{record['rounds']} rounds, seed {record['seed']}."
    )
    fixed = ", ".join(f"{name} {took['wall']:.2f} s ({took['cpu']:.2f})" for name, took in record["fixed"].items())
    lines = [
        "| work | contestant | wall s | CPU s | ours ÷ it: min / median / max | limit |",
        "|---|---|---|---|---|---|",
        *(line for name, work in record["works"].items() for line in _lines(name, work)),
    ]
    return "\n".join([heading, "", about, "", f"Fixed, wall s (CPU s): {fixed}.", "", *lines])


def _lines(name: str, work: Record) -> list[str]:
    lines = []
    for number, (who, took) in enumerate(work["contestants"].items()):
        ratio = (
            "" if took["kind"] == "ours" else " / ".join(f"{took['ratio'][k]:.2f}" for k in ("min", "median", "max"))
        )
        is_rival = who == work["rival"]
        limit = f"{work['limit']} {'met' if work['is_met'] else '**missed**'}" if is_rival else ""
        wall, cpu = took["wall"]["median"], took["cpu"]["median"]
        lines.append(f"| {name if number == 0 else ''} | {who} | {wall:.2f} | {cpu:.2f} | {ratio} | {limit} |")
    return lines


def _size(record: Record) -> tuple[int, int, int]:
    return record["points"], record["meters"], record["days"]


def _plain(spread: Spread) -> dict[str, float]:
    return {"min": round(spread.least, 4), "median": round(spread.median, 4), "max": round(spread.greatest, 4)}


def _cpu_name() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()
