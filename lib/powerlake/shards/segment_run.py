"""One run of the segments job, step by step: shapes, champion, scores."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.customer_segments import Scoring
from powerlake.customers.segment_profiles import segment_profiles
from powerlake.customers.segments import SegmentModel, fit_segments
from powerlake.lake.shard import Shard
from powerlake.lake.staging import Staged, combine, stage_rows
from powerlake.lake.store import DataFile
from powerlake.models import segment_life
from powerlake.models.tracking import Registered, Registry
from powerlake.shards.files import read_files
from powerlake.shards.segments import (
    CURVE_COLUMNS,
    ScoreTask,
    ShapesFound,
    find_shapes,
    first_date,
    fit_days,
    sampled_shapes,
    score,
    shapes_tasks,
)
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext


@dataclass(frozen=True)
class SegmentRun:
    """What all steps share: the curve files within the history, by bucket, and the last date they hold."""

    ctx: JobContext
    curves: Mapping[int, tuple[DataFile, ...]]
    as_of: date
    since: date

    @classmethod
    def of(cls, ctx: JobContext) -> SegmentRun | None:
        """The run on the curves as they are now; None where there are none."""
        files = ctx.files(LOAD_CURVES)
        if not files:
            return None
        last_month = max(file.partition["month"] for file in files)
        latest = [file for file in files if file.partition["month"] == last_month]
        as_of = max(pc.max(read_files(LOAD_CURVES, [file], ["date"])["date"]).as_py() for file in latest)
        since = first_date(as_of, ctx.settings.segments.history_days)
        curves: dict[int, tuple[DataFile, ...]] = {}
        for file in files:
            if file.partition["month"] >= f"{since:%Y-%m}":
                bucket = Shard.of(file.partition).bucket
                curves[bucket] = (*curves.get(bucket, ()), file)
        return cls(ctx, curves, as_of, since)

    @property
    def scratch(self) -> Path:
        """Where typical shapes wait between the passes."""
        return self.ctx.lake.state / "scratch" / self.ctx.run_id

    def find_shapes(self) -> list[ShapesFound]:
        """The typical shapes of all customers, by bucket."""
        settings = self.ctx.settings
        tasks = shapes_tasks(self.curves, settings.layouts, self.since, self.scratch, settings.segments.seed)
        return self.ctx.spread(find_shapes, tasks)

    def champion(self, found: Sequence[ShapesFound]) -> Registered:
        """The model to score with: the champion, or a challenger that was due and won."""
        settings = self.ctx.settings.segments
        registry = Registry(self.ctx.lake.home)
        champion = registry.champion(segment_life.NAME)
        if champion is not None and not segment_life.is_due(champion, self.as_of, settings.refit_days):
            return champion
        shapes = sampled_shapes(found)
        model, codebook = fit_segments(shapes, settings.seed), fit_days(found, settings.seed)
        curves, south = self._sample(found)
        judgement = segment_life.judged(model, champion, shapes, curves, settings.seed, south=south)
        record = segment_life.fit_record(
            model,
            codebook,
            judgement,
            self.as_of,
            sum(part.customers for part in found),
            self.ctx.read_versions,
            settings.model_dump(),
        )
        registry.register(segment_life.NAME, record, promote=judgement.may_score)
        if "won" not in judgement.reason:
            self.ctx.warnings[f"model {segment_life.NAME}"] = judgement.reason
        promoted = registry.champion(segment_life.NAME)
        assert promoted is not None
        return promoted

    def score(self, found: Sequence[ShapesFound], model: Registered) -> tuple[Staged, Staged]:
        """Stage both tables; the profiles are sums over all buckets."""
        self.ctx.model_versions[segment_life.NAME] = model.version
        scoring = Scoring(self.as_of, model.version, self.ctx.run_id)
        stamp = self.ctx.stamp(0)
        tasks = [
            ScoreTask(self.ctx.lake.home, part.typical, files, self.since, model.model, scoring, stamp)
            for part, (_, files) in zip(found, sorted(self.curves.items()), strict=True)
        ]
        scored = self.ctx.spread(score, tasks)
        segments: Mapping[str, Any] = model.model["segments"]
        profiles = segment_profiles(
            pa.concat_tables([part.sums for part in scored]), SegmentModel.from_dict(segments), scoring
        )
        return combine(part.staged for part in scored), stage_rows(
            SEGMENT_PROFILES, self.ctx.lake.home, profiles, stamp
        )

    def clean_up(self) -> None:
        """Remove what waited between the passes."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _sample(self, found: Sequence[ShapesFound]) -> tuple[pa.Table, bool]:
        """Curves of a bounded number of customers, and whether most of them are in the south."""
        per_bucket = -(-self.ctx.settings.segments.evaluated_customers // len(found))
        meters = [meter for part in found for meter in part.meter_ids[:per_bucket]]
        files = [file for bucket in self.curves.values() for file in bucket]
        wanted = pc.field("meter_id").isin(meters) & (pc.field("date") >= self.since)
        curves = read_files(LOAD_CURVES, files, CURVE_COLUMNS, wanted)
        southern = {name for name, layout in self.ctx.settings.layouts.items() if layout.southern_hemisphere}
        share = pc.mean(pc.is_in(curves["layout"], pa.array(sorted(southern)))).as_py() or 0
        return curves, share > 1 / 2
