"""gold.customer_segments out of typical shapes and a segment model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.daily_codes import entropy_bits
from powerlake.customers.month_shapes import POINTS, sum_by_group
from powerlake.customers.segment_names import UNUSUAL_NAME, name_segments
from powerlake.customers.segments import UNUSUAL, SegmentModel
from powerlake.customers.shape_features import shapes_of
from powerlake.customers.stability import month_stability
from powerlake.loadcurve.days import items, lists_of
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS

TOP_HOURS = 3

_HOURS = 24

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scoring:
    """What every row of a scoring says of its origin."""

    as_of: date
    model_version: str
    run_id: str

    def columns(self, rows: int) -> dict[str, pa.Array]:
        return {
            "as_of_date": pa.repeat(pa.scalar(self.as_of, pa.date32()), rows),
            "model_version": pa.repeat(pa.scalar(self.model_version), rows),
            "run_id": pa.repeat(pa.scalar(self.run_id), rows),
        }


def customer_segments(typical: pa.Table, code_counts: pa.Table, model: SegmentModel, scoring: Scoring) -> pa.Table:
    """One row per customer of `typical` (TYPICAL_SHAPES), in the schema of gold.customer_segments.

    `code_counts` (daily_codes.CODE_COUNTS) may have several rows a customer, one a shard; a customer it does not have
    gets no entropy. The meter number stands for the customer's.
    """
    shapes = shapes_of(typical)
    found = model.assign(shapes)
    stability, months = month_stability(model, typical, found)
    columns = {
        "customer_id": typical["meter_id"],
        "segment": _names(model, found.segment),
        "is_unusual": pa.array(found.is_unusual),
        "distance": _nullable(found.distance),
        "margin": _nullable(found.margin),
        "stability": _nullable(stability),
        "months_seen": pa.array(months),
        "code_entropy_bits": _nullable(_entropy(typical["meter_id"], code_counts)),
        "days": typical["days"],
        "mean_daily_kwh": typical["mean_daily_kwh"],
        "peak_hours": peak_hours(shapes.outlines, shapes.known),
        **scoring.columns(len(typical)),
    }
    schema = arrow_schema(CUSTOMER_SEGMENTS)
    return pa.table([columns[name] for name in schema.names], names=schema.names).cast(schema)


def peak_hours(curves: Floats, known: npt.NDArray[np.bool_]) -> pa.ListArray:
    """The three hours of highest mean, highest first, earlier hours first where equal; null where not known."""
    hourly = curves[known].reshape(-1, _HOURS, POINTS // _HOURS).mean(axis=2)
    top = np.argsort(-hourly, axis=1, kind="stable")[:, :TOP_HOURS].astype(np.int8)
    return lists_of(top.reshape(-1), np.where(known, TOP_HOURS, -1))


def _names(model: SegmentModel, segment: Ints) -> pa.Array:
    names = [*(name.en for name in name_segments(model)), UNUSUAL_NAME.en]
    return pa.array(names).take(pa.array(np.where(segment == UNUSUAL, len(model), segment)))


def _nullable(values: Floats) -> pa.Array:
    return pa.array(values.astype(np.float32), from_pandas=True)


def _entropy(meter_ids: pa.ChunkedArray, code_counts: pa.Table) -> Floats:
    if not len(code_counts):
        return np.full(len(meter_ids), np.nan)
    place = pc.index_in(code_counts["meter_id"], meter_ids.combine_chunks())
    known = place.is_valid().to_numpy()
    group = place.drop_null().to_numpy().astype(np.int64)
    counts = items(code_counts["counts"], np.int64).reshape(len(code_counts), -1)[known]
    return entropy_bits(sum_by_group(counts, group, len(meter_ids)))
