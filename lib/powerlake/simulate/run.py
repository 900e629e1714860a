"""A whole utility written to a folder, a task a block: the same files from the same seed, however tasks are spread."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from powerlake.errors import ConfigurationError
from powerlake.simulate.block import COMMON, task_files
from powerlake.simulate.files import write_file
from powerlake.simulate.utility import Utility

SUMMARY = "simulation.json"
"""Written last: a folder without it is unfinished."""
MOST_GROUPS = 20


@dataclass(frozen=True)
class Task:
    """One block of a utility to write below a folder; `number` COMMON for what the blocks have in common."""

    utility: Utility
    out: Path
    number: int


@dataclass
class Written:
    """Files and rows by folder: landing/<department>/<feed>, later/<department>/<feed>, truth/<name>."""

    files: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    def add(self, other: Written) -> None:
        """Counts the other's too."""
        self.files.update(other.files)
        self.rows.update(other.rows)
        self.bytes += other.bytes


Spread = Callable[[Callable[[Task], Written], Sequence[Task]], list[Written]]
"""Does the work on every task, here or on a cluster, and gives the results in order."""
Progress = Callable[[int, int], None]
"""Told the tasks done and their number."""


def here(work: Callable[[Task], Written], tasks: Sequence[Task]) -> list[Written]:
    """One task after the other in this process."""
    return [work(task) for task in tasks]


def simulate(
    utility: Utility, out: Path, spread: Spread = here, *, at_once: int = 1, progress: Progress | None = None
) -> Written:
    """Writes the utility below `out`, `at_once` tasks or more between two words of progress.

    Raises ConfigurationError where `out` holds anything, or where there is no customer or no day.
    """
    check_request(utility, out)
    out.mkdir(parents=True, exist_ok=True)
    tasks = [Task(utility, out, COMMON), *(Task(utility, out, block.number) for block in utility.blocks)]
    size = max(at_once, -(-len(tasks) // MOST_GROUPS))
    total = Written()
    for begin in range(0, len(tasks), size):
        for written in spread(write_task, tasks[begin : begin + size]):
            total.add(written)
        if progress:
            progress(min(begin + size, len(tasks)), len(tasks))
    (out / SUMMARY).write_text(_summary(utility, total), encoding="utf-8")
    return total


def write_task(task: Task) -> Written:
    """Makes one block and writes its files; may be done again."""
    written = Written()
    for file in task_files(task.utility, task.number):
        write_file(task.out, file)
        folder = _folder(file.path)
        written.files[folder] += 1
        written.rows[folder] += file.rows
        written.bytes += len(file.content)
    return written


def _folder(path: str) -> str:
    """landing/<department>/<feed>, later/<department>/<feed> or truth/<name> of a file."""
    root, *rest = path.split("/")
    if root == "truth":
        return f"{root}/{rest[0]}"
    return "/".join([root, *rest[1:3]] if root == "later" else [root, *rest[:2]])


def check_request(utility: Utility, out: Path) -> None:
    """Raises ConfigurationError for a utility or a folder that cannot be."""
    if utility.customers < 1 or utility.days < 1:
        raise ConfigurationError("a utility has one customer and one day at least", remedy="give larger numbers")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigurationError(f"{out} is not an empty folder", remedy="name another one with --out")


def _summary(utility: Utility, total: Written) -> str:
    """What was simulated, and the counts, as JSON."""
    facts = {
        "customers": utility.customers,
        "days": utility.days,
        "seed": utility.seed,
        "first_date": str(utility.first_date),
        "is_clean": utility.is_clean,
        "files": dict(sorted(total.files.items())),
        "rows": dict(sorted(total.rows.items())),
        "bytes": total.bytes,
    }
    return json.dumps(facts, indent=1) + "\n"
