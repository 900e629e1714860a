"""Load-shape segments over the whole lake: typical shapes by bucket, one fit on a sample, scores by bucket.

Between the two passes the typical shapes wait in Parquet files of the run, so that curves are decoded once for the
shapes and once for the daily codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.customers.customer_segments import Scoring, customer_segments
from powerlake.customers.daily_codes import SAMPLE_DAYS, Codebook, code_counts, day_sample, fit_codebook
from powerlake.customers.month_shapes import INPUT_COLUMNS, month_shapes
from powerlake.customers.segment_profiles import profile_sums
from powerlake.customers.segments import MAX_FIT_CUSTOMERS, SegmentModel
from powerlake.customers.shape_features import Shapes, shapes_of
from powerlake.customers.shapes import typical_of_months
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.lake.store import DataFile
from powerlake.settings import LayoutTime
from powerlake.shards.files import read_files
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.silver.load_curves import LOAD_CURVES

CURVE_COLUMNS = (*INPUT_COLUMNS, "layout")


@dataclass(frozen=True)
class ShapesTask:
    """A bucket's curve files, and how much of them to take as samples."""

    curves: tuple[DataFile, ...]
    layouts: Mapping[str, LayoutTime]
    since: date
    target: Path
    customers: int
    days: int
    seed: int


@dataclass(frozen=True)
class ShapesFound:
    """A bucket's typical shapes: where they lie, how many, and bounded samples for the fit."""

    typical: Path
    customers: int
    shapes: pa.Table
    """Columns dayparts and outline of some customers."""
    meter_ids: tuple[str, ...]
    """Of the same customers."""
    days: npt.NDArray[np.float32]


def find_shapes(task: ShapesTask) -> ShapesFound:
    """Typical shape of each customer of a bucket, written to the task's target."""
    months: list[tuple[bool, pa.Table]] = []
    days: list[npt.NDArray[np.float32]] = []
    for number, file in enumerate(task.curves):
        curves = read_files(LOAD_CURVES, [file], CURVE_COLUMNS, pc.field("date") >= task.since)
        days.append(day_sample(curves, -(-task.days // len(task.curves)), task.seed + number))
        months += [(south, month_shapes(part)) for south, part in _by_hemisphere(curves, task.layouts)]
    typical = pa.concat_tables(
        typical_of_months(
            pa.concat_tables([table for south, table in months if south == half]), southern_hemisphere=half
        )
        for half in sorted({south for south, _ in months})
    )
    task.target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(typical, task.target)
    some = _some(len(typical), task.customers, task.seed)
    sample = typical.take(some)
    return ShapesFound(
        task.target,
        len(typical),
        sample.select(["dayparts", "outline"]),
        tuple(sample["meter_id"].to_pylist()),
        np.concatenate(days),
    )


def _by_hemisphere(curves: pa.Table, layouts: Mapping[str, LayoutTime]) -> list[tuple[bool, pa.Table]]:
    """The curves south and north of the equator, where the seasons differ."""
    southern = [name for name, layout in layouts.items() if layout.southern_hemisphere]
    is_south = pc.is_in(curves["layout"], pa.array(southern, pa.string()))
    halves = [(True, curves.filter(is_south)), (False, curves.filter(pc.invert(is_south)))]
    return [(south, part) for south, part in halves if len(part)]


def _some(rows: int, at_most: int, seed: int) -> npt.NDArray[np.int64]:
    """Row numbers of a random sample, in order; all rows where there are few."""
    if rows <= at_most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, at_most, replace=False))


def shapes_tasks(
    curves: Mapping[int, Sequence[DataFile]], layouts: Mapping[str, LayoutTime], since: date, scratch: Path, seed: int
) -> list[ShapesTask]:
    """A task a bucket; the samples together stay within what a fit takes."""
    return [
        ShapesTask(
            tuple(files),
            layouts,
            since,
            scratch / f"typical-{bucket}.parquet",
            -(-MAX_FIT_CUSTOMERS // len(curves)),
            -(-SAMPLE_DAYS // len(curves)),
            seed + bucket,
        )
        for bucket, files in sorted(curves.items())
    ]


def sampled_shapes(found: Sequence[ShapesFound]) -> Shapes:
    """The shapes that all buckets gave for the fit."""
    return shapes_of(pa.concat_tables([part.shapes for part in found]))


def fit_days(found: Sequence[ShapesFound], seed: int) -> Codebook:
    """The daily codes, of the days that all buckets gave."""
    return fit_codebook(np.concatenate([part.days for part in found]), seed)


@dataclass(frozen=True)
class ScoreTask:
    """A bucket to score: its shapes and its curves, with the model."""

    home: Path
    typical: Path
    curves: tuple[DataFile, ...]
    since: date
    model: Mapping[str, object]
    scoring: Scoring
    stamp: Stamp


@dataclass(frozen=True)
class Scored:
    """A bucket's staged segments, and what the profiles need of it."""

    staged: Staged
    sums: pa.Table


def score(task: ScoreTask) -> Scored:
    """Stage gold.customer_segments of a bucket."""
    model = SegmentModel.from_dict(task.model["segments"])  # type: ignore[arg-type]
    codebook = Codebook.from_dict(task.model["codebook"])  # type: ignore[arg-type]
    typical = pq.read_table(task.typical)
    codes = pa.concat_tables(
        code_counts(read_files(LOAD_CURVES, [file], INPUT_COLUMNS, pc.field("date") >= task.since), codebook)
        for file in task.curves
    )
    rows = customer_segments(typical, codes, model, task.scoring)
    staged = stage_rows(CUSTOMER_SEGMENTS, task.home, rows, task.stamp)
    return Scored(staged, profile_sums(typical, model.assign(shapes_of(typical))))


def first_date(as_of: date, history_days: int) -> date:
    """The first local date that a shape rests on."""
    return as_of - timedelta(days=history_days - 1)
