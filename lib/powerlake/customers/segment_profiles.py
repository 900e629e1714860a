"""gold.segment_profiles: sums over the members of each segment, a shard at a time, and the table made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.customers.customer_segments import Scoring, peak_hours
from powerlake.customers.month_shapes import DAY_TYPES, POINTS, sum_by_group
from powerlake.customers.segment_names import UNUSUAL_DESCRIPTION, UNUSUAL_NAME, Words, describe, name_segments
from powerlake.customers.segments import UNUSUAL, Assignment, SegmentModel
from powerlake.customers.shapes import SEASONS, cell_matrix, nan_mean, week_mean
from powerlake.loadcurve.days import items, lists_of, to_lists
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES

PROFILE_SEASONS = (*SEASONS, "all")
PROFILE_SUMS = pa.schema(
    [
        ("segment", pa.int32()),
        ("day_type", pa.int8()),
        ("season", pa.int8()),
        ("members", pa.int64()),
        ("with_curve", pa.int64()),
        ("with_shape", pa.int64()),
        ("kw", pa.list_(pa.float64())),
        ("shape", pa.list_(pa.float64())),
    ]
)
"""Sums over the members of a segment, to be added up over shards: customers, those with a curve of the cell, those with
energy in it; `kw` and `shape` are sums of POINTS. `season` is an index into PROFILE_SEASONS."""

_HOURS = 24
_ALL_YEAR = PROFILE_SEASONS.index("all")
_CELLS = len(DAY_TYPES) * len(PROFILE_SEASONS)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Cells:
    """The profile of each segment, day type and season: arrays (segments, day types, seasons, …)."""

    segments: Ints
    members: Ints
    with_curve: Ints
    kw: Floats
    shape: Floats


def profile_sums(typical: pa.Table, found: Assignment) -> pa.Table:
    """One row per segment present, day type and season or `all`, in the schema PROFILE_SUMS, ordered by them."""
    kw = cell_matrix(typical).astype(np.float64) * _mean_kw(typical)[:, None, None, None]
    kw = np.concatenate([kw, nan_mean(kw, axis=2)[:, :, None, :]], axis=2)
    mean = kw.mean(axis=3, keepdims=True)
    shape = kw / np.where(mean > 0, mean, np.nan)
    segments, group = np.unique(found.segment, return_inverse=True)
    cell = np.tile(np.arange(_CELLS), len(segments))
    return pa.table(
        [
            pa.array(np.repeat(segments, _CELLS), pa.int32()),
            pa.array(cell // len(PROFILE_SEASONS), pa.int8()),
            pa.array(cell % len(PROFILE_SEASONS), pa.int8()),
            pa.array(np.repeat(np.bincount(group, minlength=len(segments)), _CELLS), pa.int64()),
            *(pa.array(_known(curves, group, len(segments)), pa.int64()) for curves in (kw, shape)),
            *(to_lists(_summed(curves, group, len(segments))) for curves in (kw, shape)),
        ],
        schema=PROFILE_SUMS,
    )


def segment_profiles(sums: pa.Table, model: SegmentModel, scoring: Scoring) -> pa.Table:
    """One row per segment, day type and season that any member has, and `all`, in the schema of gold.segment_profiles.

    `sums` holds the PROFILE_SUMS of all shards, in any order. The unusual have a profile too: the mean of what has
    nothing in common but that; its curve is null where none of them has a shape.
    """
    cells = _added_up(sums)
    names = _names_and_descriptions(cells, model)
    is_all_year = np.arange(len(PROFILE_SEASONS)) == _ALL_YEAR
    segment, day_type, season = np.nonzero((cells.with_curve > 0) | is_all_year)
    has_curve = cells.with_curve[segment, day_type, season] > 0
    kw, shape = (curves[segment, day_type, season] for curves in (cells.kw, cells.shape))
    columns = {
        **{field: pa.array([texts[place] for place in segment], pa.string()) for field, texts in names.items()},
        "season": pa.array(PROFILE_SEASONS).take(pa.array(season)),
        "day_type": pa.array(DAY_TYPES).take(pa.array(day_type)),
        "customers": pa.array(cells.members[segment]),
        "share": pa.array(cells.members[segment] / max(cells.members.sum(), 1)),
        "mean_daily_kwh": pa.array(kw.mean(axis=1) * _HOURS, mask=~has_curve),
        "typical_kw": _curves(kw, has_curve),
        "typical_shape": _curves(shape, has_curve),
        "peak_hours": peak_hours(kw, has_curve),
        **scoring.columns(len(kw)),
    }
    schema = arrow_schema(SEGMENT_PROFILES)
    return pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)


def _curves(curves: Floats, known: npt.NDArray[np.bool_]) -> pa.ListArray:
    return lists_of(curves[known].reshape(-1).astype(np.float32), np.where(known, POINTS, -1))


def _mean_kw(typical: pa.Table) -> Floats:
    return np.asarray(typical["mean_daily_kwh"].to_numpy().astype(np.float64) / _HOURS)


def _known(curves: Floats, group: Ints, groups: int) -> Ints:
    """(groups × cells,) customers that have the cell."""
    has = ~np.isnan(curves[..., 0]).reshape(len(curves), _CELLS)
    return sum_by_group(has.astype(np.float64), group, groups).astype(np.int64).ravel()


def _summed(curves: Floats, group: Ints, groups: int) -> Floats:
    """(groups × cells, POINTS) sums; a cell that a customer does not have adds nothing."""
    flat = np.nan_to_num(curves).reshape(len(curves), _CELLS * POINTS)
    return sum_by_group(flat, group, groups).reshape(-1, POINTS)


def _added_up(sums: pa.Table) -> _Cells:
    segments, group = np.unique(sums["segment"].to_numpy(), return_inverse=True)
    place = sums["day_type"].to_numpy().astype(np.int64) * len(PROFILE_SEASONS) + sums["season"].to_numpy()
    cell, cells = group * _CELLS + place, len(segments) * _CELLS
    shape = (len(segments), len(DAY_TYPES), len(PROFILE_SEASONS))
    counts = np.stack([sums[name].to_numpy() for name in ("members", "with_curve", "with_shape")], axis=1)
    members, with_curve, with_shape = sum_by_group(counts, cell, cells).T.reshape(3, *shape)
    kw, shapes = (
        sum_by_group(items(sums[name], np.float64).reshape(-1, POINTS), cell, cells).reshape(*shape, POINTS)
        / np.maximum(count, 1)[..., None]
        for name, count in (("kw", with_curve), ("shape", with_shape))
    )
    return _Cells(segments, members[:, 0, 0].astype(np.int64), with_curve.astype(np.int64), kw, shapes)


def _mean_week(cells: _Cells) -> Floats:
    """(segments, POINTS) kW over the year; of one day type where the other has no curve, 0 where neither has."""
    has_curve = cells.with_curve[:, :, [_ALL_YEAR], None] > 0
    return np.nan_to_num(week_mean(np.where(has_curve, cells.kw[:, :, [_ALL_YEAR]], np.nan)))


def _names_and_descriptions(cells: _Cells, model: SegmentModel) -> dict[str, list[str]]:
    """Column of gold.segment_profiles → its text for each segment of `cells`."""
    year = _mean_week(cells)
    daily_kwh = year.mean(axis=1) * _HOURS
    customers = cells.with_curve[:, :, _ALL_YEAR].max(axis=1)
    everyone = float(np.average(daily_kwh, weights=customers)) if customers.any() else 0.0
    top = peak_hours(year, np.ones(len(year), bool)).to_pylist()
    known = name_segments(model)
    names = [UNUSUAL_NAME if segment == UNUSUAL else known[segment] for segment in cells.segments]
    descriptions: list[Words] = [
        UNUSUAL_DESCRIPTION if segment == UNUSUAL else describe(model, int(segment), hours[0], kwh, everyone)
        for segment, hours, kwh in zip(cells.segments, top, daily_kwh, strict=True)
    ]
    return {
        "segment": [name.en for name in names],
        "segment_zh": [name.zh for name in names],
        "description": [words.en for words in descriptions],
        "description_zh": [words.zh for words in descriptions],
    }
