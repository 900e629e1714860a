"""A synthetic utility from the command to bronze: same bytes however it is spread, all of it taken, nothing twice."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from powerlake.cli import simulating
from powerlake.lake.bulk import run_tasks
from powerlake.models.suites.conformed_feeds import UNREAD, conformed_feeds, plain_key, plain_truth_keys
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.curve_files import FEED as LOAD_CURVES
from powerlake.simulate.run import SUMMARY, here, simulate
from powerlake.simulate.utility import Utility as Simulation
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.model import Table
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of

SMALL = Simulation(510, 40, 1, date(2024, 6, 1))
"""Three feeders and what they have in common, so four tasks; a summer in which every feed has a row."""
BRONZE = {feed.path: bronze_of(feed) for feed in FEEDS.values()} | {LOAD_CURVES: LOAD_CURVES_RAW}
EXAGGERATION = 1.25
"""A load curve that is corrected was first sent so many times too high."""


def contents(folder: Path) -> dict[str, str]:
    """File → SHA-256 of its bytes."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory, session) -> Path:
    """The folder that `powerlake simulate` fills, a slice a task."""
    out = tmp_path_factory.mktemp("simulated") / "utility"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulating, "open_session", lambda settings: session)
        simulating.run(SMALL.customers, SMALL.days, SMALL.seed, SMALL.first_date, out, None)
    return out


@dataclass
class Story:
    """A lake after three runs: on landing, on the same again, and on what came later."""

    utility: object
    versions: list[dict[str, int | None]] = field(default_factory=list)
    """Of every table but ops.job_runs, after each run."""
    outcomes: list[set[str]] = field(default_factory=list)
    later: set[str] = field(default_factory=set)
    """Files that came later, below landing."""

    def run(self) -> None:
        state = self.utility.run(pipeline="bronze")
        ledger = {LANDING_FILES.name: self.utility.lake.version(LANDING_FILES)}
        self.versions.append({**self.utility.versions(), **ledger})
        self.outcomes.append({job.outcome for job in state.jobs.values()})

    def rows(self, table: Table) -> pa.Table:
        return self.utility.lake.rows(table)


@pytest.fixture(scope="module")
def story(simulated, utility_at, tmp_path_factory) -> Story:
    told = Story(utility_at(tmp_path_factory.mktemp("lake")))
    landing = told.utility.lake.landing
    shutil.copytree(simulated / "landing", landing)
    told.run()
    told.run()
    first = set(contents(landing))
    for day in sorted((simulated / "later").iterdir()):
        shutil.copytree(day, landing, dirs_exist_ok=True)
    told.later = set(contents(landing)) - first
    told.run()
    return told


@pytest.fixture(scope="module")
def dirt(simulated) -> list[dict[str, str]]:
    """Truth `dirt`: what was planted."""
    return [row for path in (simulated / "truth" / "dirt").iterdir() for row in pq.read_table(path).to_pylist()]


def test_one_slice_and_four_give_the_same_bytes(simulated, session, tmp_path) -> None:
    def in_one_slice(work, tasks):
        return run_tasks(session, partial(here, work), [tasks])[0]

    told: list[tuple[int, int]] = []
    simulate(SMALL, tmp_path / "again", in_one_slice, at_once=4, progress=lambda *done: told.append(done))
    assert told == [(4, 4)]
    assert contents(tmp_path / "again") == contents(simulated)
    assert {path.split("/")[0] for path in contents(simulated)} == {"landing", "later", "truth", SUMMARY}


def test_every_feed_is_filled(story) -> None:
    assert [feed for feed, table in BRONZE.items() if not len(of_batch(story.rows(table), 1))] == []


def test_what_was_simulated_was_received(story, simulated) -> None:
    """Rows of copies too: the ledger tells them by content."""
    ledger = story.rows(LANDING_FILES).to_pylist()
    assert Counter(row["outcome"] for row in ledger).keys() == {"taken", "duplicate"}
    rows_of = {row["file_sha256"]: row["rows_received"] for row in ledger if row["outcome"] == "taken"}
    received: Counter[str] = Counter()
    for row in ledger:
        root = "later" if row["file"] in story.later else "landing"
        received[f"{root}/{row['feed']}"] += rows_of[row["file_sha256"]]
    made = json.loads((simulated / SUMMARY).read_text())["rows"]
    assert received == {folder: rows for folder, rows in made.items() if not folder.startswith("truth/")}


@pytest.mark.parametrize("feed", FEEDS.values(), ids=lambda feed: feed.path)
def test_received_is_kept_and_quarantined(story, feed) -> None:
    """Of every file, in the ledger as in the tables."""
    table = bronze_of(feed)
    kept, refused = (Counter(story.rows(of)["file"].to_pylist()) for of in (table, quarantine_of(table)))
    files = [row for row in taken(story) if row["feed"] == feed.path]
    assert files
    assert [kept.pop(row["file"], 0) for row in files] == [row["rows_kept"] for row in files]
    assert [refused.pop(row["file"], 0) for row in files] == [row["rows_quarantined"] for row in files]
    assert not kept + refused
    assert all(row["rows_received"] == row["rows_kept"] + row["rows_quarantined"] for row in files)


def test_load_curves_add_up_by_row_and_by_reading(story) -> None:
    bronze = story.rows(LOAD_CURVES_RAW)
    files = [row for row in taken(story) if row["feed"] == LOAD_CURVES]
    of_rows = bronze["row_number"].combine_chunks()
    numbers = pa.table(
        [bronze["file"].take(pc.list_parent_indices(of_rows)), pc.list_flatten(of_rows)], names=["file", "row"]
    )
    by_row = numbers.group_by("file").aggregate([("row", "count_distinct")])
    by_reading = bronze.group_by("file").aggregate([("readings", "sum")])
    assert {row["file"]: row["rows_kept"] for row in files} == paired(by_row)
    assert {row["file"]: row["readings"] for row in files} == paired(by_reading)
    assert not len(story.rows(quarantine_of(LOAD_CURVES_RAW)))
    assert all(row["rows_received"] == row["rows_kept"] for row in files)


def test_what_nobody_can_read_is_in_quarantine_and_nothing_else(story, dirt) -> None:
    planted = Counter(row["feed"] for row in dirt if row["kind"] == "unreadable")
    refused = {feed.path: len(story.rows(quarantine_of(bronze_of(feed)))) for feed in FEEDS.values()}
    assert planted
    assert {feed: rows for feed, rows in refused.items() if rows} == planted


def test_a_second_run_changes_nothing(story) -> None:
    first, second, _ = story.versions
    assert second == first
    assert story.outcomes[1] == {"unchanged"}


def test_what_comes_later_changes_the_feeds_it_is_of_and_no_other(story, simulated) -> None:
    assert sorted(story.later) == sorted(path.split("/", 1)[1] for path in contents(simulated / "later"))
    _, before, after = story.versions
    feeds = {"/".join(path.split("/")[:2]) for path in story.later}
    tables = {table.name for path in feeds for table in (BRONZE[path], quarantine_of(BRONZE[path]))}
    changed = {name for name, version in after.items() if version != before[name]}
    assert {BRONZE[path].name for path in feeds} | {LANDING_FILES.name} <= changed
    assert changed <= tables | {LANDING_FILES.name}


def test_corrections_stand_on_top_in_bronze(story, dirt) -> None:
    planted = [row for row in dirt if row["kind"] == "correction" and row["feed"] != LOAD_CURVES]
    assert planted
    for row in planted:
        versions = of_key(story, FEEDS[row["feed"]], row["key"])
        assert [item["batch"] for item in versions][-2:] == [1, 2], row
        assert versions[-1][row["column"]] == row["detail"]


def test_deletions_stand_on_top_in_bronze(story, dirt) -> None:
    planted = [row for row in dirt if row["kind"] == "deletion"]
    assert planted
    for row in planted:
        versions = of_key(story, FEEDS[row["feed"]], row["key"])
        assert [(item["batch"], item["is_deletion"]) for item in versions][-2:] == [(1, False), (2, True)], row


def test_corrected_load_curves_are_there_as_first_sent_and_as_they_are(story, dirt) -> None:
    keys = {row["key"] for row in dirt if row["kind"] == "correction" and row["feed"] == LOAD_CURVES}
    rows = [row for row in story.rows(LOAD_CURVES_RAW).to_pylist() if f"{row['meter_id']}|{row['date']}" in keys]
    first, again = ({(row["meter_id"], row["date"]): row["kwh"] for row in rows if row["batch"] == n} for n in (1, 2))
    assert len(keys) == len(first) == len(again)
    for meter_day, kwh in again.items():
        wrong, right = (np.array(curve, float) for curve in (first[meter_day], kwh))
        np.testing.assert_allclose(wrong, EXAGGERATION * right, atol=0.0011)


def taken(story: Story) -> list[dict[str, object]]:
    return [row for row in story.rows(LANDING_FILES).to_pylist() if row["outcome"] == "taken"]


def paired(counts: pa.Table) -> dict[str, int]:
    """First column → second."""
    return dict(zip(*(column.to_pylist() for column in counts.columns), strict=True))


def of_batch(rows: pa.Table, batch: int) -> pa.Table:
    return rows.filter(pc.equal(rows["batch"], batch))


def of_key(story: Story, feed: Feed, key: str) -> list[dict[str, object]]:
    """The rows of a key as they count: the last one rules."""
    rows = story.rows(bronze_of(feed))
    wanted = plain_truth_keys(feed, pa.chunked_array([[key]]))
    found = rows.filter(pc.is_in(plain_key(feed, rows), wanted)).to_pylist()
    return sorted(found, key=lambda row: (row["batch"], row["file"], row["row_number"]))


def test_what_the_kernels_do_to_a_folder_is_what_jobs_do_to_a_lake(story, simulated) -> None:
    """The dirt and clean suites follow rows through the kernels alone: bronze keeps and refuses the same."""
    feeds = conformed_feeds(simulated, load_settings(find_project()))
    assert feeds.keys() == FEEDS.keys()
    for path, feed in feeds.items():
        unread = feed.rows.filter(pc.equal(feed.rows["fate"], UNREAD))
        assert len(feed.cells) == len(story.rows(bronze_of(FEEDS[path]))), path
        assert len(unread) == len(story.rows(quarantine_of(bronze_of(FEEDS[path])))), path
