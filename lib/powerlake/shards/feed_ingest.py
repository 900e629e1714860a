"""One landing file of a feed into its bronze table, its refused rows into quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from powerlake.lake.staging import Stamp, combine, stage_rows
from powerlake.landing.discover import LandingFile
from powerlake.landing.feed_rows import Received, read_feed
from powerlake.landing.refusals import Delivery
from powerlake.security.keys import Keyring
from powerlake.shards.feed_rows import bronze_rows, quarantine_rows
from powerlake.shards.ingest import Ingested, whole_file
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.quarantine import quarantine_of


@dataclass(frozen=True)
class FeedTask:
    """A file to take in. `keyring` travels as the place where the worker finds the keys, never as the keys."""

    home: Path
    path: Path
    feed: str
    delivery: Delivery
    keyring: Keyring

    @classmethod
    def of(cls, file: LandingFile, home: Path, stamp: Stamp, keyring: Keyring) -> FeedTask:
        """The task of one landing file."""
        delivery = Delivery(file.file, file.sha256, stamp.batch, stamp.at, stamp.run_id, bucket_count=1)
        return cls(home, file.path, file.feed, delivery, keyring)


def ingest_feed_file(task: FeedTask) -> Ingested:
    """Read, seal, stage and count one file. A file refused as a whole leaves nothing in bronze."""
    feed = FEEDS[task.feed]
    return whole_file([_ingest_part(task, part) for part in read_feed(task.path, feed)])


def _ingest_part(task: FeedTask, part: Received) -> Ingested:
    feed, delivery = FEEDS[task.feed], task.delivery
    level = "file" if part.rejected else "row"
    table = bronze_of(feed)
    kept = bronze_rows(part.rows, feed, delivery, task.keyring)
    refused = quarantine_rows(level, part.refused, feed, delivery, task.keyring)
    stamp = Stamp(delivery.run_id, delivery.batch, delivery.ingested_at)
    staged = combine(
        stage_rows(target, task.home, rows, stamp) for target, rows in ((table, kept), (quarantine_of(table), refused))
    )
    return Ingested(
        staged,
        part.rows_received,
        part.rows_kept,
        part.rows_received - part.rows_kept,
        0,
        part.rejected,
        part.new_columns,
        part.missing_optional,
    )
