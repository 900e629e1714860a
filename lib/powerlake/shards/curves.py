"""silver.load_curves of one meter bucket: the months that new bronze rows touch, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.errors import ReadingsLost
from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.loadcurve.clock import Label, LayoutClock
from powerlake.loadcurve.history import CONTEXT_COLUMNS
from powerlake.loadcurve.rules import VeeRules
from powerlake.loadcurve.silver_shard import BRONZE_COLUMNS, silver_shard
from powerlake.months import shifted
from powerlake.shards.files import read_files
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext

Files = Mapping[Shard, tuple[DataFile, ...]]

_DAY = ("meter_id", "date")
_MARKS = (*_DAY, "layout", "utc_offset_minutes", "batch")
"""Columns of bronze that tell what is new of a month: they cost little to decode, and most months have nothing."""
BATCH = "batch"
"""Under this name bronze's own log says which batch it reaches."""


@dataclass(frozen=True)
class CurvesTask:
    """A bucket's months to look at, in order, with the files of those months and of their neighbours.

    Bronze batches above `since` are new, and lie in the files `news`; so is any reading of a local date in
    [start, end], where those are given. What was refused of batches up to `seen` is in quarantine already.
    """

    home: Path
    bucket: int
    months: tuple[str, ...]
    bronze: Files
    news: Files
    curves: Files
    since: int
    seen: int
    start: date | None
    end: date | None
    clocks: Mapping[str, LayoutClock]
    rules: VeeRules
    stamp: Stamp


@dataclass(frozen=True)
class StagedMonths:
    """What was staged, and the shards it replaces as a whole."""

    staged: Staged
    replaced: tuple[Shard, ...]


def stage_curves(task: CurvesTask) -> StagedMonths:
    """Validate, estimate and stage the touched days of each meter and month; others are carried over as they are.

    Months go in order because an estimate looks back across the month's start.
    """
    parts: list[Staged] = []
    replaced: list[Shard] = []
    fresh: dict[Shard, pa.Table] = {}  # the month before only: a bucket's whole history would not fit
    for month in task.months:
        shard = Shard(month, task.bucket)
        touched = _touched(task, month, _rows_of(task, task.news, month, _MARKS))
        if not len(touched):
            continue
        bronze = _rows_of(task, task.bronze, month, BRONZE_COLUMNS)
        staged, curves = _stage_month(task, shard, bronze, touched, _before(task, shard, fresh))
        fresh = {shard: curves}
        parts.append(staged)
        replaced.append(shard)
    return StagedMonths(combine(parts), tuple(replaced))


def _stage_month(
    task: CurvesTask, shard: Shard, bronze: pa.Table, touched: pa.Table, context: pa.Table
) -> tuple[Staged, pa.Table]:
    made = silver_shard(
        bronze,
        context,
        rules=task.rules,
        clocks=task.clocks,
        run_id=task.stamp.run_id,
        at=task.stamp.at,
        month=shard.month,
    )
    kept = _untouched(read_files(LOAD_CURVES, task.curves.get(shard, ())), touched)
    curves = _merged(made.curves, kept)
    refused = made.refused.filter(pc.greater(made.refused["batch"], task.seen))
    staged = combine(
        [
            stage_rows(LOAD_CURVES, task.home, curves, task.stamp),
            stage_rows(quarantine_of(LOAD_CURVES), task.home, refused, task.stamp),
            Staged(counts=made.counts),
        ]
    )
    return staged, curves


def _rows_of(task: CurvesTask, bronze: Files, month: str, columns: tuple[str, ...]) -> pa.Table:
    """The month's rows of those files, and of the days at either side whose label may belong to the day next to it."""
    first, last = _bounds(month)
    edges = {shifted(month, -1): first - timedelta(days=1), shifted(month, 1): last + timedelta(days=1)}
    own = read_files(LOAD_CURVES_RAW, bronze.get(Shard(month, task.bucket), ()), columns)
    beside = [_edge(task, bronze.get(Shard(name, task.bucket), ()), day, columns) for name, day in edges.items()]
    return pa.concat_tables([own, *(rows for rows in beside if len(rows))])


def _edge(task: CurvesTask, files: Sequence[DataFile], day: date, columns: tuple[str, ...]) -> pa.Table:
    """The files' rows of one day, or none where no reading of theirs can belong to another day.

    Whether one can is told by two columns that cost nothing to decode, so most files' curves are not.
    """
    on_day = pc.field("date") == day
    movable = [
        file
        for file in files
        if _may_move(task, read_files(LOAD_CURVES_RAW, [file], ("layout", "utc_offset_minutes"), on_day))
    ]
    return read_files(LOAD_CURVES_RAW, movable, columns, on_day)


def _may_move(task: CurvesTask, rows: pa.Table) -> bool:
    """Whether a reading can belong to another day than its label's."""
    layouts = pc.unique(rows["layout"]).to_pylist()
    is_end = any(task.clocks[name].label is Label.END for name in layouts if name in task.clocks)
    return is_end or rows["utc_offset_minutes"].null_count < len(rows)


def _touched(task: CurvesTask, month: str, rows: pa.Table) -> pa.Table:
    """meter_id and date, distinct: the meters and local dates of the month of which the rows say something new."""
    is_new = pc.greater(rows["batch"], task.since)
    if task.start is not None and task.end is not None:
        inside = pc.and_(pc.greater_equal(rows["date"], task.start), pc.less_equal(rows["date"], task.end))
        is_new = pc.or_(is_new, inside)
    days = rows.filter(is_new).select(_DAY)
    if _may_move(task, rows):
        days = pa.concat_tables([days, *(_days_after(days, step) for step in (-1, 1))])
    first, last = _bounds(month)
    inside = pc.and_(pc.greater_equal(days["date"], first), pc.less_equal(days["date"], last))
    return days.filter(inside).group_by(list(_DAY)).aggregate([])


def _days_after(days: pa.Table, step: int) -> pa.Table:
    number = pc.add(days["date"].cast(pa.int32()), pa.scalar(step, pa.int32()))
    return days.set_column(days.column_names.index("date"), days.schema.field("date"), number.cast(pa.date32()))


def _before(task: CurvesTask, shard: Shard, fresh: Mapping[Shard, pa.Table]) -> pa.Table:
    """Curves of the days before the month that an estimate may look back on."""
    first, _ = _bounds(shard.month)
    previous = Shard(shifted(shard.month, -1), shard.bucket)
    recent = pc.field("date") >= first - timedelta(days=task.rules.history_days)
    if previous in fresh:
        return fresh[previous].select(CONTEXT_COLUMNS).filter(recent)
    return read_files(LOAD_CURVES, task.curves.get(previous, ()), CONTEXT_COLUMNS, recent)


def _untouched(curves: pa.Table, touched: pa.Table) -> pa.Table:
    return curves.filter(pc.invert(_is_among(curves, touched)))


def _is_among(rows: pa.Table, days: pa.Table) -> pa.ChunkedArray:
    """Whether a row's meter and date are among those of `days`."""
    ours, theirs = (
        pc.binary_join_element_wise(table["meter_id"].cast(pa.string()), table["date"].cast(pa.string()), "\x1f")
        for table in (rows, days)
    )
    return pc.is_in(ours, theirs.combine_chunks())


def _merged(made: pa.Table, kept: pa.Table) -> pa.Table:
    """Rows made now, but for the days that are kept as they were; by meter and date."""
    if not len(kept):
        return made
    replacing = made.filter(pc.invert(_is_among(made, kept)))
    return pa.concat_tables([replacing, kept]).sort_by([("meter_id", "ascending"), ("date", "ascending")])


def _bounds(month: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{month}-01")
    return first, date.fromisoformat(f"{shifted(month, 1)}-01") - timedelta(days=1)


def _near(months: set[str]) -> tuple[str, ...]:
    """The months and their neighbours, in order: a label may belong to the day before its own, or after."""
    return tuple(sorted({shifted(month, step) for month in months for step in (-1, 0, 1)}))


def curves_tasks(ctx: JobContext) -> list[CurvesTask]:
    """A task for each bucket with new bronze rows, or with rows in the run's window."""
    changed = {Shard.of(partition) for partition in ctx.changed_since(LOAD_CURVES_RAW, LOAD_CURVES)}
    bronze, curves = by_shard(ctx.lake.files(LOAD_CURVES_RAW)), by_shard(ctx.lake.files(LOAD_CURVES))
    changed |= {shard for shard in bronze if ctx.window.touches(shard.month)}
    seen = _batch_seen(ctx)
    refused = seen or _batch_refused(ctx)
    news = bronze if ctx.is_forced or not ctx.window.is_open else by_shard(_files_unseen(ctx))
    clocks = {name: layout.clock for name, layout in ctx.settings.layouts.items()}
    return [
        CurvesTask(
            home=ctx.lake.home,
            bucket=bucket,
            months=_near({shard.month for shard in changed if shard.bucket == bucket}),
            bronze={shard: files for shard, files in bronze.items() if shard.bucket == bucket},
            news={shard: files for shard, files in news.items() if shard.bucket == bucket},
            curves={shard: files for shard, files in curves.items() if shard.bucket == bucket},
            since=0 if ctx.is_forced else seen,
            seen=refused,
            start=ctx.window.start,
            end=ctx.window.end,
            clocks=clocks,
            rules=ctx.settings.vee,
            stamp=ctx.stamp(ctx.lake.watermark(LOAD_CURVES_RAW, BATCH)),
        )
        for bucket in sorted({shard.bucket for shard in changed})
    ]


def check_nothing_lost(ctx: JobContext, received: int) -> None:
    """After a build from nothing, every reading that landing's ledger says was taken was met. Raises ReadingsLost."""
    if ctx.is_forced or not ctx.lake.watermark(LOAD_CURVES, LOAD_CURVES_RAW.name):
        taken = pc.sum(ctx.lake.rows(LANDING_FILES)["readings"]).as_py() or 0
        if taken != received:
            raise ReadingsLost(LOAD_CURVES.name, taken, received)


def _files_unseen(ctx: JobContext) -> list[DataFile]:
    """The files of bronze that the curves have not seen."""
    return ctx.lake.files_since(LOAD_CURVES_RAW, ctx.lake.watermark(LOAD_CURVES, LOAD_CURVES_RAW.name))


def _batch_seen(ctx: JobContext) -> int:
    """The last bronze batch that the curves hold; 0 where bronze's log no longer says."""
    version = ctx.lake.watermark(LOAD_CURVES, LOAD_CURVES_RAW.name)
    return ctx.lake.watermark(LOAD_CURVES_RAW, BATCH, version) if version else 0


def _batch_refused(ctx: JobContext) -> int:
    """The last bronze batch of which rows are in quarantine: where bronze's log no longer says which were seen."""
    return ctx.lake.highest(quarantine_of(LOAD_CURVES), "batch") or 0
