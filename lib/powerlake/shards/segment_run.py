"""One run of the segments job, step by step: champion, codes, scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.customer_segments import Scoring
from powerlake.customers.monthly_load_shapes import CURVE_COLUMNS
from powerlake.customers.segment_profiles import segment_profiles
from powerlake.customers.segments import SegmentModel, fit_segments
from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, combine, stage_rows
from powerlake.models import segment_life
from powerlake.models.tracking import Registered, Registry
from powerlake.shards.files import read_files
from powerlake.shards.load_shapes import southern_layouts
from powerlake.shards.segment_sample import Sample, fit_days, sample_tasks, sampled_shapes, take_sample
from powerlake.shards.segments import ScoreTask, first_month, score
from powerlake.shards.shape_codes import CODEBOOK_MARK, codebook_mark, codes_tasks, shards_to_code, stage_codes
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext

Files = Mapping[Shard, tuple[DataFile, ...]]


@dataclass(frozen=True)
class SegmentRun:
    """What all steps share: the files of the history by shard, and the last date that has a curve."""

    ctx: JobContext
    curves: Files
    shapes: Files
    as_of: date
    opened: set[str] = field(default_factory=set)
    """Curve files that were read."""

    @classmethod
    def of(cls, ctx: JobContext) -> SegmentRun | None:
        """The run on the curves and mean days as they are now; None where the history has no complete day."""
        as_of = ctx.lake.highest(LOAD_CURVES, "date")
        if as_of is None:
            return None
        since = first_month(as_of, ctx.settings.segments.history_days)
        curves, shapes = (
            {shard: some for shard, some in by_shard(ctx.files(table)).items() if shard.month >= since}
            for table in (LOAD_CURVES, MONTHLY_LOAD_SHAPES)
        )
        return cls(ctx, curves, shapes, as_of) if shapes else None

    def champion(self) -> Registered:
        """The model to score with: the champion, or a challenger that was due and won."""
        registry = Registry(self.ctx.lake.home)
        champion, last = registry.champion(segment_life.NAME), registry.challenger(segment_life.NAME)
        if champion is None or segment_life.is_due(last, self.as_of, self.ctx.settings.segments.refit_days):
            self._fit(registry, champion)
            champion = registry.champion(segment_life.NAME)
        assert champion is not None
        self.ctx.model_versions[segment_life.NAME] = champion.version
        return champion

    def code(self, model: Registered) -> int:
        """Publish the codes of the days that the model has not coded; returns how many shards that were."""
        shards = shards_to_code(self.ctx, self.curves, self.shapes, model)
        old = self.ctx.lake.files(
            MONTHLY_SHAPE_CODES, lambda p: Shard.of(p) in shards or Shard.of(p) not in self.curves
        )
        if not shards and not old:
            return 0
        self._open(file for shard in shards for file in self.curves[shard])
        staged = combine(self.ctx.spread(stage_codes, codes_tasks(self.ctx, self.curves, shards, model)))
        seen = {LOAD_CURVES.name: self.ctx.read_versions[LOAD_CURVES.name], CODEBOOK_MARK: codebook_mark(model)}
        self.ctx.publish(MONTHLY_SHAPE_CODES, staged, replacing=old, watermarks=seen)
        return len(shards)

    def score(self, model: Registered) -> tuple[Staged, Staged]:
        """Stage segments and profiles; the profiles are sums over all buckets."""
        scoring = Scoring(self.as_of, model.version, self.ctx.run_id)
        home, stamp, segments = self.ctx.lake.home, self.ctx.stamp(0), model.model["segments"]
        codes = _by_bucket(by_shard(self.ctx.lake.files(MONTHLY_SHAPE_CODES)))
        tasks = [
            ScoreTask(home, files, codes.get(bucket, ()), segments, scoring, stamp)
            for bucket, files in sorted(_by_bucket(self.shapes).items())
        ]
        scored = self.ctx.spread(score, tasks)
        sums = pa.concat_tables([part.sums for part in scored])
        profiles = segment_profiles(sums, SegmentModel.from_dict(segments), scoring)
        return combine(part.staged for part in scored), stage_rows(SEGMENT_PROFILES, home, profiles, stamp)

    def _fit(self, registry: Registry, champion: Registered | None) -> None:
        """Fit, judge and register a challenger: the one step that decodes the curves of the whole history."""
        settings = self.ctx.settings.segments
        self._open(file for files in self.curves.values() for file in files)
        tasks = sample_tasks(_by_bucket(self.curves), _by_bucket(self.shapes), settings.seed)
        samples = self.ctx.spread(take_sample, tasks)
        shapes = sampled_shapes(samples)
        model, codebook = fit_segments(shapes, settings.seed), fit_days(samples, settings.seed)
        curves, south = self._judged_curves(samples)
        judgement = segment_life.judged(model, champion, shapes, curves, settings.seed, south=south)
        customers = sum(part.customers for part in samples)
        versions, params = self.ctx.read_versions, settings.model_dump()
        record = segment_life.fit_record(model, codebook, judgement, self.as_of, customers, versions, params)
        registry.register(segment_life.NAME, record, promote=judgement.may_score)
        if "won" not in judgement.reason:
            self.ctx.warnings[f"model {segment_life.NAME}"] = judgement.reason

    def _judged_curves(self, samples: list[Sample]) -> tuple[pa.Table, bool]:
        """Curves of a bounded number of customers, and whether most of them are in the south."""
        per_bucket = -(-self.ctx.settings.segments.evaluated_customers // len(samples))
        meters = [meter for part in samples for meter in part.meter_ids[:per_bucket]]
        files = [file for bucket in _by_bucket(self.curves).values() for file in bucket]
        curves = read_files(LOAD_CURVES, files, CURVE_COLUMNS, pc.field("meter_id").isin(meters))
        southern = pa.array(sorted(southern_layouts(self.ctx.settings.layouts)), pa.string())
        share = pc.mean(pc.is_in(curves["layout"], southern)).as_py() or 0
        return curves, share > 1 / 2

    def _open(self, files: Iterable[DataFile]) -> None:
        self.opened.update(file.relative for file in files)


def _by_bucket(files: Files) -> dict[int, tuple[DataFile, ...]]:
    """The files of each bucket, in their order."""
    grouped: dict[int, tuple[DataFile, ...]] = {}
    for shard, some in files.items():
        grouped[shard.bucket] = (*grouped.get(shard.bucket, ()), *some)
    return grouped
