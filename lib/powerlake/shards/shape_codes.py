"""gold.monthly_shape_codes: the shards that the champion has not coded as their curves are now, and their rows.

All rows are by one codebook, and of the months that segments rest on: another champion codes all of them again, and a
month that falls out of the history leaves the table.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from powerlake.customers.daily_codes import Codebook
from powerlake.customers.month_shapes import INPUT_COLUMNS
from powerlake.customers.monthly_shape_codes import monthly_shape_codes
from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.models.tracking import Registered
from powerlake.shards.files import read_files
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from powerlake.pipeline.context import JobContext

CODEBOOK_MARK = "powerlake.codebook"
"""Name of the watermark that says which codebook the table's rows are by."""


@dataclass(frozen=True)
class CodesTask:
    """The curve files of one shard, and the model to code them by."""

    home: Path
    shard: Shard
    curves: tuple[DataFile, ...]
    codebook: Mapping[str, Any]
    model_version: str
    stamp: Stamp


def stage_codes(task: CodesTask) -> Staged:
    """Code and stage the shard's days."""
    curves = read_files(LOAD_CURVES, task.curves, INPUT_COLUMNS)
    codebook = Codebook.from_dict(task.codebook)
    shard, run_id = task.shard, task.stamp.run_id
    rows = monthly_shape_codes(curves, codebook, task.model_version, shard.month, shard.bucket, run_id)
    return stage_rows(MONTHLY_SHAPE_CODES, task.home, rows, task.stamp)


def codes_tasks(
    ctx: JobContext, curves: Mapping[Shard, tuple[DataFile, ...]], shards: Collection[Shard], model: Registered
) -> list[CodesTask]:
    """A task for each of the shards."""
    return [
        CodesTask(ctx.lake.home, shard, curves[shard], model.model["codebook"], model.version, ctx.stamp(0))
        for shard in sorted(shards)
    ]


def shards_to_code(
    ctx: JobContext,
    curves: Mapping[Shard, tuple[DataFile, ...]],
    shapes: Mapping[Shard, tuple[DataFile, ...]],
    model: Registered,
) -> set[Shard]:
    """Those of `curves` that changed, that the window touches or that the model has not coded.

    A shard of `shapes` has complete days: without a code it is new to the history.
    """
    if ctx.lake.watermark(MONTHLY_SHAPE_CODES, CODEBOOK_MARK) != codebook_mark(model):
        return set(curves)
    changed = {Shard.of(partition) for partition in ctx.changed_since(LOAD_CURVES, MONTHLY_SHAPE_CODES)}
    asked_for = {shard for shard in curves if ctx.window.touches(shard.month)}
    new = shapes.keys() - by_shard(ctx.lake.files(MONTHLY_SHAPE_CODES)).keys()
    return (changed | asked_for | new) & curves.keys()


def codebook_mark(model: Registered) -> int:
    """A number that stands for the model's version and codebook: versions of a registry begun anew come again."""
    text = json.dumps([model.version, model.model["codebook"]], sort_keys=True)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])
