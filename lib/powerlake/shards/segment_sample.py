"""What a fit of segments takes of the lake: typical shapes and days of some customers, bucket by bucket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.customers.daily_codes import SAMPLE_DAYS, Codebook, day_sample, fit_codebook
from powerlake.customers.month_shapes import INPUT_COLUMNS
from powerlake.customers.segments import MAX_FIT_CUSTOMERS
from powerlake.customers.shape_features import Shapes, shapes_of
from powerlake.lake.snapshots import DataFile
from powerlake.shards.files import read_files
from powerlake.shards.segments import typical_of_files
from powerlake.tables.silver.load_curves import LOAD_CURVES


@dataclass(frozen=True)
class SampleTask:
    """A bucket's files, and how much of them to take."""

    shapes: tuple[DataFile, ...]
    curves: tuple[DataFile, ...]
    customers: int
    days: int
    seed: int


@dataclass(frozen=True)
class Sample:
    """Bounded samples of a bucket, and how many customers it has."""

    customers: int
    shapes: pa.Table
    """Columns dayparts and outline of some customers."""
    meter_ids: tuple[str, ...]
    """Of the same customers."""
    days: npt.NDArray[np.float32]


def take_sample(task: SampleTask) -> Sample:
    """The samples of a bucket. Its curves are decoded for the days alone."""
    typical = typical_of_files(task.shapes)
    some = typical.take(_some(len(typical), task.customers, task.seed))
    days = [
        day_sample(
            read_files(LOAD_CURVES, [file], INPUT_COLUMNS), -(-task.days // len(task.curves)), task.seed + number
        )
        for number, file in enumerate(task.curves)
    ]
    return Sample(
        len(typical),
        some.select(["dayparts", "outline"]),
        tuple(some["meter_id"].to_pylist()),
        np.concatenate(days),
    )


def sample_tasks(
    curves: Mapping[int, tuple[DataFile, ...]], shapes: Mapping[int, tuple[DataFile, ...]], seed: int
) -> list[SampleTask]:
    """A task a bucket; the samples together stay within what a fit takes."""
    return [
        SampleTask(
            shapes.get(bucket, ()),
            files,
            -(-MAX_FIT_CUSTOMERS // len(curves)),
            -(-SAMPLE_DAYS // len(curves)),
            seed + bucket,
        )
        for bucket, files in sorted(curves.items())
    ]


def sampled_shapes(samples: Sequence[Sample]) -> Shapes:
    """The shapes that all buckets gave for the fit."""
    return shapes_of(pa.concat_tables([part.shapes for part in samples]))


def fit_days(samples: Sequence[Sample], seed: int) -> Codebook:
    """The daily codes, of the days that all buckets gave."""
    return fit_codebook(np.concatenate([part.days for part in samples]), seed)


def _some(rows: int, at_most: int, seed: int) -> npt.NDArray[np.int64]:
    """Row numbers of a random sample, in order; all rows where there are few."""
    if rows <= at_most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, at_most, replace=False))
