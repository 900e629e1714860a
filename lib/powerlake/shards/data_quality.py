"""gold.data_quality: the day's watch on feeds and tables, and the rules that jobs judged since it last looked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.lake.staging import stage_rows
from powerlake.pipeline.job import RunReport
from powerlake.quality.days import quality_days
from powerlake.quality.deliveries import judged_landing, local_date
from powerlake.quality.judged import Check, Judged, check_rows
from powerlake.quality.watched import WATCHED
from powerlake.shards.files import read_files
from powerlake.shards.quality_watch import ledger, watch
from powerlake.tables.gold.data_quality import DATA_QUALITY
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext

JOB = DATA_QUALITY.name
_LOOKED_AT = (LANDING_FILES, *(watched.table for watched in WATCHED.values()))


def judge_quality(ctx: JobContext) -> RunReport:
    """Make again the days on which something was judged; today's watch is kept where it was done and nothing is new.

    What the job finds of its own table does not count as new, or it would never come to rest.
    """
    clock = ZoneInfo(ctx.settings.utility_clock)
    today = local_date(ctx.started_at, clock)
    fresh = _fresh_days(ctx, clock)
    if not (fresh or ctx.is_forced or today not in _days_there(ctx) or _is_changed(ctx)):
        return ctx.report("unchanged", note="nothing was judged or delivered since, and today's watch is done")
    found = watch(ctx, today, clock)
    ctx.note_checks(found)
    ctx.warnings |= {f"{one.table} {one.rule}": one.found for one in found if one.outcome != "held"}
    days = fresh | {today}
    checks = [*_on_record(ctx, days, clock), *_noted(ctx, today, found), *_landed(ctx, days, clock)]
    rows = quality_days(checks, ctx.run_id)
    if not len(rows):
        return ctx.report("left_out", note="nothing was judged or delivered yet")
    _publish(ctx, rows, days)
    broken = sum(one.outcome != "held" for one in found)
    return ctx.report(counts={"days": len(days), "rules": len(rows), "watched": len(found), "warned": broken})


def _on_record(ctx: JobContext, days: set[date], clock: ZoneInfo) -> Iterable[tuple[date, Mapping[str, Any]]]:
    """The rows of ops.quality_checks of these local dates."""
    first = min(days)
    start = datetime(first.year, first.month, first.day, tzinfo=clock) - timedelta(days=1)
    for row in ctx.lake.rows(QUALITY_CHECKS, pc.field("checked_at") >= start).to_pylist():
        day = local_date(row["checked_at"], clock)
        if day in days:
            yield day, row


def _noted(ctx: JobContext, day: date, judged: Iterable[Judged]) -> Iterable[tuple[date, Mapping[str, Any]]]:
    """Verdicts of this run that are not on record yet."""
    checks = [Check(ctx.started_at, one) for one in judged]
    return ((day, row) for row in check_rows(checks, JOB, ctx.run_id).to_pylist())


def _landed(ctx: JobContext, days: set[date], clock: ZoneInfo) -> Iterable[tuple[date, Mapping[str, Any]]]:
    """What landing took and refused on these dates."""
    delivered: dict[date, list[Mapping[str, Any]]] = {}
    for file in ledger(ctx):
        delivered.setdefault(local_date(file["seen_at"], clock), []).append(file)
    for day in delivered.keys() & days:
        yield from _noted(ctx, day, judged_landing(delivered[day]))


def _publish(ctx: JobContext, rows: pa.Table, days: set[date]) -> None:
    """Put the days in the place of those there; other days of their months are carried over as they are."""
    months = {f"{day:%Y-%m}" for day in days}
    replaced = ctx.lake.files(DATA_QUALITY, lambda partition: partition["month"] in months)
    there = read_files(DATA_QUALITY, replaced)
    kept = there.filter(pc.invert(pc.is_in(there["date"], pa.array(sorted(days), pa.date32()))))
    staged = stage_rows(DATA_QUALITY, ctx.lake.home, pa.concat_tables([kept.cast(rows.schema), rows]), ctx.stamp(0))
    names = (QUALITY_CHECKS.name, *(table.name for table in _LOOKED_AT))
    seen = {name: ctx.read_versions[name] for name in names if name in ctx.read_versions}
    ctx.publish(DATA_QUALITY, staged, replacing=replaced, watermarks=seen)


def _is_changed(ctx: JobContext) -> bool:
    """Whether the ledger, or a table that is watched, is not as it was when it was last looked at."""
    return any(ctx.lake.version(one) not in {None, ctx.lake.watermark(DATA_QUALITY, one.name)} for one in _LOOKED_AT)


def _fresh_days(ctx: JobContext, clock: ZoneInfo) -> set[date]:
    """The local dates on which other jobs judged something since; all there are in a forced run."""
    ctx.files(QUALITY_CHECKS)
    since = 0 if ctx.is_forced else ctx.lake.watermark(DATA_QUALITY, QUALITY_CHECKS.name)
    fresh = read_files(QUALITY_CHECKS, ctx.lake.files_since(QUALITY_CHECKS, since), ["checked_at", "job"])
    is_new = pc.not_equal(fresh["job"], JOB)
    seen = ctx.lake.highest(QUALITY_CHECKS, "checked_at", since) if since else None
    if seen is not None:  # files that were made one of are new, their rows are not
        is_new = pc.and_(is_new, pc.greater(fresh["checked_at"], pa.scalar(seen, fresh["checked_at"].type)))
    return {local_date(one, clock) for one in pc.unique(fresh.filter(is_new)["checked_at"]).to_pylist()}


def _days_there(ctx: JobContext) -> set[date]:
    days = read_files(DATA_QUALITY, ctx.lake.files(DATA_QUALITY), ["date"])["date"]
    return set(pc.unique(days).to_pylist())
