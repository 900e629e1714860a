"""gold.monthly_load_shapes of the shards whose curves changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from powerlake.customers.monthly_load_shapes import CURVE_COLUMNS, monthly_load_shapes
from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, combine, stage_rows
from powerlake.settings import LayoutTime
from powerlake.shards.files import read_files
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext


@dataclass(frozen=True)
class LoadShapesTask:
    """The curve files of one shard, the layouts of southern meters, and what its rows carry."""

    home: Path
    shard: Shard
    curves: tuple[DataFile, ...]
    southern: frozenset[str]
    stamp: Stamp


def stage_load_shapes(task: LoadShapesTask) -> Staged:
    """Compute and stage the shard's mean days; counts `published` rows and `curve_files` read."""
    curves = read_files(LOAD_CURVES, task.curves, CURVE_COLUMNS)
    rows = monthly_load_shapes(curves, task.southern, task.shard.bucket, task.stamp.run_id)
    staged = stage_rows(MONTHLY_LOAD_SHAPES, task.home, rows, task.stamp)
    counts = {"published": staged.rows(MONTHLY_LOAD_SHAPES), "curve_files": len(task.curves)}
    return combine([staged, Staged(counts=counts)])


def load_shapes_tasks(ctx: JobContext, shards: Collection[Shard]) -> list[LoadShapesTask]:
    """A task for each of the shards that has curves."""
    curves = by_shard(ctx.lake.files(LOAD_CURVES))
    southern = southern_layouts(ctx.settings.layouts)
    return [
        LoadShapesTask(ctx.lake.home, shard, curves[shard], southern, ctx.stamp(0))
        for shard in sorted(shards)
        if shard in curves
    ]


def southern_layouts(layouts: Mapping[str, LayoutTime]) -> frozenset[str]:
    """Names of the layouts whose meters are south of the equator."""
    return frozenset(name for name, layout in layouts.items() if layout.southern_hemisphere)
