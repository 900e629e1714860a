"""gold.daily_load_features of the shards whose curves changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.loadcurve.daily_features import INPUT_COLUMNS, daily_features
from powerlake.settings import LayoutTime
from powerlake.shards.files import read_files
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext


@dataclass(frozen=True)
class FeaturesTask:
    """The curve files of one shard, and what its rows carry."""

    home: Path
    curves: tuple[DataFile, ...]
    layouts: Mapping[str, LayoutTime]
    stamp: Stamp


def stage_features(task: FeaturesTask) -> Staged:
    """Compute and stage the shard's features; counts `published` rows."""
    curves = read_files(LOAD_CURVES, task.curves, [*INPUT_COLUMNS, "layout"])
    parts = [
        daily_features(
            _of_layout(curves, layout),
            clock=task.layouts[layout].clock.clock,
            southern_hemisphere=task.layouts[layout].southern_hemisphere,
            run_id=task.stamp.run_id,
        )
        for layout in pc.unique(curves["layout"]).to_pylist()
    ]
    staged = stage_rows(DAILY_LOAD_FEATURES, task.home, pa.concat_tables(parts), task.stamp)
    return combine([staged, Staged(counts={"published": staged.rows(DAILY_LOAD_FEATURES)})])


def _of_layout(curves: pa.Table, layout: str) -> pa.Table:
    hit = pc.equal(curves["layout"], layout)
    return curves if pc.all(hit).as_py() else curves.filter(hit)


def features_tasks(ctx: JobContext, shards: Collection[Shard]) -> list[FeaturesTask]:
    """A task for each of the shards that has curves."""
    curves = by_shard(ctx.lake.files(LOAD_CURVES))
    return [
        FeaturesTask(ctx.lake.home, curves[shard], ctx.settings.layouts, ctx.stamp(0))
        for shard in sorted(shards)
        if shard in curves
    ]
