"""The watch on feeds and tables over time: the newest months of each watched table, a task a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Any

from powerlake.lake.snapshots import DataFile
from powerlake.quality.day_parts import Days, by_day, day_parts
from powerlake.quality.deliveries import judged_feeds
from powerlake.quality.drift import judged_days
from powerlake.quality.judged import Judged
from powerlake.quality.watched import WATCHED, Watched
from powerlake.shards.files import read_files
from powerlake.tables.ops.landing_files import LANDING_FILES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext

VALUES_A_DAY = 2000
"""Values of a number column that stand for a day's rows; of tables cut into many files they are shared out."""

VALUES_LEAST = 50
MONTHS_READ = 3
"""Newest months of a table: the judged days, 28 before them, and what comes late."""

MONTHS_READ_OF_BULK = 2
"""A day of a bulk table has rows enough by itself. On the first day of a month a day or two of the 28 are not read."""


@dataclass(frozen=True)
class WatchTask:
    """A data file of a watched table, and how many values stand for a day's rows."""

    table: str
    file: DataFile
    values: int


def watch_file(task: WatchTask) -> Days:
    """The days of one file."""
    watched = WATCHED[task.table]
    rows = read_files(watched.table, [task.file], [watched.day, *watched.numbers, *watched.codes])
    return day_parts(rows, watched.day, watched.numbers, watched.codes, task.values)


def watch(ctx: JobContext, today: date, clock: tzinfo) -> list[Judged]:
    """Freshness and volume of feeds, volume and distributions of tables: one spread over the workers for them all."""
    rules = ctx.settings.quality
    tasks = [task for watched in WATCHED.values() for task in watch_tasks(ctx, watched, today)]
    found: dict[str, list[Days]] = {}
    for task, days in zip(tasks, ctx.spread(watch_file, tasks), strict=True):
        found.setdefault(task.table, []).append(days)
    judged = judged_feeds(ledger(ctx), ctx.started_at, clock, rules)
    for name, parts in found.items():
        judged += judged_days(WATCHED[name], by_day(parts), today, rules)
    return judged


def watch_tasks(ctx: JobContext, watched: Watched, today: date) -> list[WatchTask]:
    """A task for each file of the newest months of the table up to today's."""
    files = ctx.files(watched.table, lambda partition: partition["month"] <= f"{today:%Y-%m}")
    count = MONTHS_READ_OF_BULK if "bucket" in watched.table.partitioned_by else MONTHS_READ
    months = sorted({file.partition["month"] for file in files})[-count:]
    kept = [file for file in files if file.partition["month"] in months]
    values = max(VALUES_A_DAY * len(months) // max(len(kept), 1), VALUES_LEAST)
    return [WatchTask(watched.table.name, file, values) for file in kept]


def ledger(ctx: JobContext) -> list[Mapping[str, Any]]:
    """The rows of ops.landing_files."""
    ctx.files(LANDING_FILES)
    rows: list[Mapping[str, Any]] = ctx.lake.rows(LANDING_FILES).to_pylist()
    return rows
