"""gold.customer_segments by bucket, out of the months' mean days and codes: no curve is decoded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from powerlake.customers.customer_segments import Scoring, customer_segments
from powerlake.customers.daily_codes import CODE_COUNTS
from powerlake.customers.monthly_load_shapes import SHAPE_COLUMNS, typical_of_rows
from powerlake.customers.segment_profiles import profile_sums
from powerlake.customers.segments import SegmentModel
from powerlake.customers.shape_features import shapes_of
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.shards.files import read_files
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES


@dataclass(frozen=True)
class ScoreTask:
    """A bucket to score: its mean days and its codes, with the model."""

    home: Path
    shapes: tuple[DataFile, ...]
    codes: tuple[DataFile, ...]
    segments: Mapping[str, object]
    scoring: Scoring
    stamp: Stamp


@dataclass(frozen=True)
class Scored:
    """A bucket's staged segments, and what the profiles need of it."""

    staged: Staged
    sums: pa.Table


def score(task: ScoreTask) -> Scored:
    """Stage gold.customer_segments of a bucket."""
    model = SegmentModel.from_dict(task.segments)
    typical = typical_of_files(task.shapes)
    codes = read_files(MONTHLY_SHAPE_CODES, task.codes, ["meter_id", "code_days"]).rename_columns(CODE_COUNTS.names)
    rows = customer_segments(typical, codes, model, task.scoring)
    staged = stage_rows(CUSTOMER_SEGMENTS, task.home, rows, task.stamp)
    return Scored(staged, profile_sums(typical, model.assign(shapes_of(typical))))


def typical_of_files(shapes: Sequence[DataFile]) -> pa.Table:
    """Typical shapes (TYPICAL_SHAPES) of the customers in files of gold.monthly_load_shapes."""
    return typical_of_rows(read_files(MONTHLY_LOAD_SHAPES, shapes, SHAPE_COLUMNS))


def first_month(as_of: date, history_days: int) -> str:
    """The month, YYYY-MM, that the history begins with: months count as a whole, so it has `history_days` or more."""
    return f"{as_of - timedelta(days=history_days - 1):%Y-%m}"
