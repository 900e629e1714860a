"""A whole utility in a folder: the same bytes however its tasks are spread, every feed filled, all of it taken."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError
from powerlake.simulate.curve_files import FEED as LOAD_CURVES
from powerlake.simulate.run import SUMMARY, Task, Written, here, simulate, write_task
from powerlake.simulate.utility import BLOCK_CUSTOMERS, Utility
from powerlake.tables.feeds import FEEDS

SMALL = Utility(30, 40, 9)
RARE = {
    *("assets/inspections", "assets/oil_samples", "assets/work_orders", "dispatch/alarms", "dispatch/outages"),
    *("marketing/coupons", "marketing/dunning", "external/policy_events"),
}
"""Feeds that some weeks of a few customers may leave without a row."""


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Written]:
    out = tmp_path_factory.mktemp("utility")
    return out, simulate(SMALL, out)


def test_every_feed_is_filled_and_the_counts_are_those_of_the_files(made: tuple[Path, Written]) -> None:
    out, written = made
    files = [path.relative_to(out).parts for path in out.rglob("*") if path.is_file()]
    there = {"/".join(parts[1:3]) for parts in files if parts[0] == "landing"}
    assert set(FEEDS) | {LOAD_CURVES} >= there >= {LOAD_CURVES, *FEEDS} - RARE - {"external/prices"}
    assert sum(written.files.values()) == len(files) - 1
    assert json.loads((out / SUMMARY).read_text())["rows"] == dict(written.rows)


def test_tasks_done_again_and_in_another_order_give_the_same_bytes(made: tuple[Path, Written], tmp_path: Path) -> None:
    def backwards(work: Callable[[Task], Written], tasks: Sequence[Task]) -> list[Written]:
        for task in reversed(tasks):
            work(task)
        return [work(task) for task in tasks]

    told: list[tuple[int, int]] = []
    again = simulate(SMALL, tmp_path / "again", backwards, at_once=8, progress=lambda *done: told.append(done))
    assert contents(tmp_path / "again") == contents(made[0])
    assert again == made[1]
    assert told == [(2, 2)]


def test_another_seed_gives_other_files(made: tuple[Path, Written], tmp_path: Path) -> None:
    write_task(Task(Utility(30, 40, 10), tmp_path, 0))
    other, first = contents(tmp_path), contents(made[0])
    same = {name for name in other.keys() & first.keys() if other[name] == first[name]}
    assert not [name for name in same if name.startswith("landing/")]


def test_a_block_is_the_same_in_a_larger_utility(made: tuple[Path, Written], tmp_path: Path) -> None:
    larger = Utility(BLOCK_CUSTOMERS + 30, 5, 9)
    assert [block.size for block in larger.blocks] == [BLOCK_CUSTOMERS, 30]
    for name, utility in (("a", larger), ("b", Utility(BLOCK_CUSTOMERS + 30, 5, 9))):
        write_task(Task(utility, tmp_path / name, 1))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


@pytest.mark.parametrize("utility", [Utility(0, 10, 1), Utility(10, 0, 1)])
def test_a_utility_needs_customers_and_days(utility: Utility, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least"):
        simulate(utility, tmp_path / "out")


def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="not an empty folder"):
        simulate(SMALL, tmp_path)
    with pytest.raises(ConfigurationError, match="not an empty folder"):
        simulate(SMALL, tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert here(len, []) == []  # type: ignore[arg-type, comparison-overlap]
