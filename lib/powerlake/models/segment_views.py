"""What segments are evaluated on: each customer's shapes over all weeks, the odd ones and the even ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.customers.month_shapes import POINTS, month_shapes, sum_by_group
from powerlake.customers.shape_features import Shapes, shapes_of
from powerlake.customers.shapes import typical_of_months
from powerlake.loadcurve.days import items

WEEKS = ("all", "odd", "even")
"""ISO weeks by number: odd and even ones are independent halves of each customer's readings."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class View:
    """The same customers, in the same order, over one choice of weeks."""

    shapes: Shapes
    mean_day: Floats
    """(customers, POINTS) mean over the complete days ÷ its own mean: what the baseline clusters."""

    def __len__(self) -> int:
        return len(self.mean_day)

    def take(self, rows: Ints) -> Self:
        """The same of these customers."""
        return type(self)(self.shapes.take(rows), self.mean_day[rows])


Views = Mapping[str, View]


def views_of(curves: pa.Table, *, southern_hemisphere: bool) -> Views:
    """The View of each of WEEKS, of the customers with a shape in all three. `curves` as in silver.load_curves."""
    is_odd = pc.equal(pc.bit_wise_and(pc.iso_week(curves["date"]), 1), 1)
    parts = {"all": curves, "odd": curves.filter(is_odd), "even": curves.filter(pc.invert(is_odd))}
    found = {weeks: _view(part, southern_hemisphere) for weeks, part in parts.items()}
    common = set.intersection(*({*ids} for ids, _ in found.values()))
    return {
        weeks: view.take(np.array([row for row, meter in enumerate(ids) if meter in common], dtype=np.int64))
        for weeks, (ids, view) in found.items()
    }


def taken(views: Views, rows: Ints) -> Views:
    """The same views of these customers."""
    return {weeks: view.take(rows) for weeks, view in views.items()}


def _view(curves: pa.Table, southern_hemisphere: bool) -> tuple[list[str], View]:
    """The customers with a shape, by number, and their view."""
    months = month_shapes(curves)
    typical = typical_of_months(months, southern_hemisphere=southern_hemisphere)
    shapes = shapes_of(typical)
    view = View(shapes, _mean_days(months, typical["meter_id"]))
    rows = np.flatnonzero(shapes.known)
    return typical["meter_id"].take(pa.array(rows)).to_pylist(), view.take(rows)


def _mean_days(months: pa.Table, meter_ids: pa.ChunkedArray) -> Floats:
    meter = pc.index_in(months["meter_id"], meter_ids.combine_chunks()).to_numpy().astype(np.int64)
    kwh = items(months["kwh"], np.float64).reshape(-1, POINTS) * months["days"].to_numpy()[:, None]
    total = sum_by_group(kwh, meter, len(meter_ids))
    mean = total.mean(axis=1, keepdims=True)
    return np.asarray(total / np.where(mean > 0, mean, np.nan))
