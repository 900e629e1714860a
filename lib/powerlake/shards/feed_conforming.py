"""A department's feeds into silver: what was added to bronze since, and what waited for it."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, combine
from powerlake.lake.store import Lake
from powerlake.pipeline.job import RunReport
from powerlake.shards.feed_settling import SettledMonth, SettlingTask, settle_month
from powerlake.shards.feed_typing import NO_MONTH, TypedFiles, TypingTask, type_files
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.feeds.references import REFERENCES, Target, targets_of
from powerlake.tables.ops.waiting_rows import WAITING_ROWS
from powerlake.tables.silver.of_feed import silver_of

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext


Task = TypeVar("Task")
Result = TypeVar("Result")
_MOST_TOLD = 5
FILES_TOGETHER = 64
"""Data files in one task of which only the rows that wait are looked at again, a few each."""


@dataclass(frozen=True)
class Work:
    """What there is to do for a feed: data files of bronze to read, and up to which versions silver will then reach.

    `waiting` are the rows that wait (file_sha256, row_number, bronze_file). `again` are files read before. `known` says
    where each reference is looked up.
    """

    feed: Feed
    files: tuple[DataFile, ...]
    again: frozenset[str]
    waiting: pa.Table
    known: Mapping[Target, tuple[DataFile, ...]]
    watermarks: Mapping[str, int]


def conform_department(ctx: JobContext, department: str) -> RunReport:
    """Every feed of the department of which something new can be shown; each is published by itself.

    Left out where the department has delivered nothing, whoever else has.
    """
    feeds = [feed for feed in FEEDS.values() if feed.department == department]
    if not any(ctx.lake.holds(bronze_of(feed)) for feed in feeds):
        return ctx.report("left_out", note=f"nothing in {', '.join(bronze_of(feed).name for feed in feeds)}")
    plans = [_work(ctx, feed) for feed in feeds]
    works = [work for work in plans if work is not None]
    if not works:
        return ctx.report("unchanged", note="no new rows in bronze")
    folder = ctx.lake.state / "conforming" / f"{ctx.run_id}-{department}"
    try:
        typed = _each(ctx, type_files, [(work, _typing_tasks(ctx, work, folder)) for work in works])
        tasks = [(work, _settling_tasks(ctx, work, typed[work.feed.path])) for work in works]
        months = _each(ctx, settle_month, tasks)
        counts = [_publish(ctx, work, typed[work.feed.path], months[work.feed.path]) for work in works]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for work in works:
        ctx.warnings |= _unchecked(work) | _unknown_codes(work.feed, typed[work.feed.path])
    return ctx.report(counts=_totals(works, counts))


def waiting_rows(lake: Lake, feed: Feed) -> pa.Table:
    """The rows of the feed that wait now, as (file_sha256, row_number, bronze_file)."""
    steps = lake.rows(WAITING_ROWS, pc.field("feed") == feed.path)
    names = ["file_sha256", "row_number", "bronze_file"]
    found = steps.group_by(names).aggregate([("step", "sum")])
    return found.filter(pc.greater(found["step_sum"], 0)).select(names)


def _work(ctx: JobContext, feed: Feed) -> Work | None:
    """What is to be done for the feed, None where nothing is."""
    bronze, silver, lake = bronze_of(feed), silver_of(feed), ctx.lake
    files = ctx.files(bronze)
    known = {target: _filled(ctx, target) for target in targets_of(feed.path)}
    seen = {name: lake.watermark(silver, name) for name in (bronze.name, *map(_source, known))}
    marks = {name: ctx.read_versions[name] for name in seen if name in ctx.read_versions}
    old = seen[bronze.name]
    fresh = {file.relative for file in (lake.files_since(bronze, old) if marks.get(bronze.name, 0) != old else ())}
    waiting = waiting_rows(lake, feed)
    if not ctx.is_forced and not fresh and not (len(waiting) and marks != {n: seen[n] for n in marks}):
        return None
    sources = set(waiting["bronze_file"].to_pylist())
    lost = bool(sources - {file.relative for file in files})  # bronze was rewritten: the rows lie in any file
    wanted = [file for file in files if ctx.is_forced or lost or file.relative in fresh | sources]
    again = frozenset(file.relative for file in files) - fresh
    return Work(feed, tuple(wanted), again, waiting, {t: f for t, f in known.items() if f}, marks)


def _filled(ctx: JobContext, target: Target) -> tuple[DataFile, ...]:
    """The files of a referenced feed; none where it holds no row."""
    return tuple(file for file in ctx.files(bronze_of(FEEDS[target.feed])) if file.rows)


def _source(target: Target) -> str:
    return bronze_of(FEEDS[target.feed]).name


def _typing_tasks(ctx: JobContext, work: Work, folder: Path) -> list[TypingTask]:
    """A task for each file that is read as a whole; files of which only some rows wait go many together."""
    sources = set(work.waiting["bronze_file"].to_pylist())
    is_lost = bool(sources - {file.relative for file in work.files})
    is_partly = {file.relative: file.relative in work.again and not ctx.is_forced for file in work.files}
    whole = [(file,) for file in work.files if not is_partly[file.relative]]
    partly = tuple(file for file in work.files if is_partly[file.relative])
    groups = [*whole, *(partly[at : at + FILES_TOGETHER] for at in range(0, len(partly), FILES_TOGETHER))]
    return [
        TypingTask(
            home=ctx.lake.home,
            feed=work.feed.path,
            files=files,
            waiting=work.waiting if is_lost or any(file.relative in sources for file in files) else None,
            waiting_only=is_partly[files[0].relative],
            is_again=files[0].relative in work.again,
            known=work.known,
            timezone=ctx.settings.utility_clock,
            aliases=ctx.settings.code_aliases,
            folder=folder / work.feed.name,
            stamp=ctx.stamp(0),
        )
        for files in groups
    ]


def _settling_tasks(ctx: JobContext, work: Work, typed: Sequence[TypedFiles]) -> list[SettlingTask]:
    """A task for each month with new rows; for every month where a deletion says none."""
    paths: dict[str, list[Path]] = {}
    for file in typed:
        for month, path in file.parts.items():
            paths.setdefault(month, []).append(path)
    existing: dict[str, list[DataFile]] = {}
    for data in () if ctx.is_forced else ctx.lake.files(silver_of(work.feed)):
        existing.setdefault(data.partition.get("month", NO_MONTH), []).append(data)
    deletions = tuple(paths.pop(NO_MONTH, ())) if work.feed.month_of else ()
    months = sorted(paths.keys() | (existing.keys() if deletions else set()))
    as_of = ctx.started_at.astimezone(ZoneInfo(ctx.settings.utility_clock)).date()
    return [
        SettlingTask(
            ctx.lake.home,
            work.feed.path,
            month,
            tuple(existing.get(month, ())),
            tuple(paths.get(month, ())),
            deletions,
            as_of,
            ctx.stamp(0),
        )
        for month in months
    ]


def _each(
    ctx: JobContext, do: Callable[[Task], Result], tasks: Sequence[tuple[Work, list[Task]]]
) -> dict[str, list[Result]]:
    """What became of the tasks, by feed: one spread over the workers for them all."""
    results = iter(ctx.spread(do, [task for _, own in tasks for task in own]))
    return {work.feed.path: [next(results) for _ in own] for work, own in tasks}


def _publish(
    ctx: JobContext, work: Work, typed: Sequence[TypedFiles], months: Sequence[SettledMonth]
) -> dict[str, int]:
    """Make the feed's rows visible with their quarantine and what waits; returns how many rows had which fate."""
    silver = silver_of(work.feed)
    staged = combine([*(file.staged for file in typed), *(month.staged for month in months)])
    replaced = {month.month for month in months if month.is_replaced}
    ctx.publish(
        silver,
        staged,
        replacing=[
            file
            for file in ctx.lake.files(silver)
            if ctx.is_forced or file.partition.get("month", NO_MONTH) in replaced
        ],
        watermarks=work.watermarks,
        alongside=[(WAITING_ROWS, Staged({WAITING_ROWS.name: staged.files.get(WAITING_ROWS.name, ())}))],
    )
    return dict(Counter(staged.counts) + Counter(deleted=sum(file.deletions for file in typed)))


def _totals(works: Sequence[Work], counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """Rows by fate, of all feeds and of each.

    rows_received = published + quarantined + duplicates + superseded + deleted. Of those received, rows_waited came
    earlier and waited. Of the rows that stood before, rows_replaced gave way to another value, rows_withdrawn to a
    deletion.
    """
    totals: Counter[str] = Counter()
    for own in counts:
        totals.update(own)
    each = {f"{work.feed.name}.{name}": n for work, own in zip(works, counts, strict=True) for name, n in own.items()}
    return {f"rows_{name}": n for name, n in totals.items()} | each


def _unchecked(work: Work) -> dict[str, str]:
    """The references that were not looked up because nothing was delivered to look in."""
    found = {}
    for reference in REFERENCES.get(work.feed.path, ()):
        absent = [target.feed for target in reference.targets if target not in work.known]
        if absent:
            found[f"{work.feed.name}.{reference.column}"] = f"not looked up: no row of {', '.join(absent)}"
    return found


def _unknown_codes(feed: Feed, typed: Sequence[TypedFiles]) -> dict[str, str]:
    """Codes beyond the contract, kept, and in how many rows."""
    counts: dict[str, Counter[str]] = {}
    for file in typed:
        for column, codes in file.unknown.items():
            counts.setdefault(column, Counter()).update(codes)
    return {
        f"{feed.name}.{column}": "codes beyond the contract, kept: "
        + ", ".join(f"{code} ({n} rows)" for code, n in codes.most_common(_MOST_TOLD))
        for column, codes in counts.items()
    }
