"""A department's feeds into bronze: every file that was not taken in before, all published as one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.lake.store import Lake
from powerlake.landing.discover import NO_FOLDER, discover
from powerlake.landing.ledger import Ledger, Sorted
from powerlake.pipeline.job import RunReport
from powerlake.security.keys import FileKeyring
from powerlake.shards.feed_ingest import FeedTask, ingest_feed_file
from powerlake.shards.ingest import Ingested
from powerlake.shards.ledger_rows import counted, ledger_rows, refused_paths
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.model import Table
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext


@dataclass(frozen=True)
class Arrival:
    """What a feed's folder holds that was not met before, and what its rows will carry."""

    feed: Feed
    found: Sorted
    stamp: Stamp


def take_in(ctx: JobContext, department: str) -> RunReport:
    """All new files of a department's feeds; one that has no folder is left out, and the report names it."""
    feeds = [feed for feed in FEEDS.values() if feed.department == department]
    note = _left_out(ctx.lake.landing, feeds)
    arrivals = _arrivals(ctx, feeds)
    if not arrivals:
        return ctx.report("unchanged", note=f"no new file in landing{note}")
    ingested = _ingest(ctx, arrivals)
    files = pa.concat_tables(
        ledger_rows(arrival.found, ingested[arrival.feed.path], arrival.feed.path, arrival.stamp)
        for arrival in arrivals
    )
    _publish(ctx, arrivals, ingested, files)
    ctx.warnings |= _drift(ingested)
    return ctx.report(counts=counted(files), note=note.lstrip("; "))


def open_keyring(lake: Lake, path: Path) -> FileKeyring:
    """The keyring of this lake, made with its first use.

    Raises ConfigurationError where it is gone or another one: what it sealed could not be opened, and pseudonyms made
    with another key would join nothing.
    """
    keyring = FileKeyring(path)
    kept = lake.kept("keyring")
    if kept is None:
        lake.keep("keyring", keyring.create().fingerprint)
    else:
        keyring.check(kept)
    return keyring


def _left_out(landing: Path, feeds: Sequence[Feed]) -> str:
    names = [feed.name for feed in feeds if not (landing / feed.path).is_dir()]
    return f"; {NO_FOLDER} {', '.join(names)}" if names else ""


def _arrivals(ctx: JobContext, feeds: Sequence[Feed]) -> list[Arrival]:
    met = ctx.lake.rows(LANDING_FILES).to_pylist()
    arrivals = []
    for feed in feeds:
        ledger = Ledger.of(met, feed.path)
        found = ledger.sort(discover(ctx.lake.landing, feed.department, feed.name, ledger.known))
        if found:
            arrivals.append(Arrival(feed, found, ctx.stamp(ledger.next_batch)))
    return arrivals


def _ingest(ctx: JobContext, arrivals: Sequence[Arrival]) -> dict[str, list[Ingested]]:
    """What became of the new files, by feed and in their order: one spread over the workers for them all."""
    keyring = open_keyring(ctx.lake, ctx.settings.keyring_path)
    tasks = [
        FeedTask.of(file, ctx.lake.home, arrival.stamp, keyring) for arrival in arrivals for file in arrival.found.new
    ]
    results = iter(ctx.spread(ingest_feed_file, tasks))
    return {arrival.feed.path: [next(results) for _ in arrival.found.new] for arrival in arrivals}


def _publish(
    ctx: JobContext, arrivals: Sequence[Arrival], ingested: Mapping[str, Sequence[Ingested]], files: pa.Table
) -> None:
    home = ctx.lake.home
    staged = combine(result.staged for results in ingested.values() for result in results)
    for arrival in arrivals:
        quarantine = quarantine_of(bronze_of(arrival.feed))
        paths = refused_paths(arrival.found, arrival.stamp)
        staged = combine([staged, stage_rows(quarantine, home, paths, arrival.stamp)])
    first, *others = [bronze_of(arrival.feed) for arrival in arrivals]
    alongside: list[tuple[Table, Staged]] = [
        (table, staged) for other in others for table in (quarantine_of(other), other)
    ]
    ledger = stage_rows(LANDING_FILES, home, files, arrivals[0].stamp)
    ctx.publish(first, staged, alongside=[*alongside, (LANDING_FILES, ledger)])


def _drift(ingested: Mapping[str, Sequence[Ingested]]) -> dict[str, str]:
    """Feed → the columns that its files have beyond the contract."""
    new = {feed: sorted({name for file in files for name in file.new_columns}) for feed, files in ingested.items()}
    return {feed: f"columns beyond the contract, kept: {', '.join(names)}" for feed, names in new.items() if names}
