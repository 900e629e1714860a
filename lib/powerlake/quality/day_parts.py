"""What of a day's rows is kept to compare days by: counts, and of each column a summary of bounded size. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

CODES_KEPT = 50
"""Codes of a column and day that are told apart, the most frequent; the others count as one."""

OTHER = "…"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class ColumnPart:
    """A column over some rows: how many have no value, and values with the rows each of them stands for.

    Of numbers at most so many as were asked for, each standing for an equal share of the sorted rows; of codes each
    code with its rows.
    """

    nulls: int
    values: npt.NDArray[Any]
    weights: npt.NDArray[np.float64]


@dataclass(frozen=True)
class DayPart:
    """The rows of one day, or of several taken together."""

    rows: int = 0
    columns: dict[str, ColumnPart] = field(default_factory=dict)


Days = dict[date, DayPart]


def day_parts(rows: pa.Table, day: str, numbers: Sequence[str], codes: Sequence[str], most: int) -> Days:
    """The days of some rows by their local date. `most` values of a number column stand for a day's rows of it."""
    if not len(rows):
        return {}
    order = pc.sort_indices(rows, [(day, "ascending")])
    ordered = rows.take(order)
    found, starts = np.unique(ordered[day].cast(pa.int32()).to_numpy(), return_index=True)
    ends = np.append(starts[1:], len(rows))
    floats = {name: _floats(ordered[name]) for name in numbers}
    days: Days = {}
    for number, start, end in zip(found, starts, ends, strict=True):
        columns = {name: _numbers(values[start:end], most) for name, values in floats.items()}
        columns |= {name: _codes(ordered[name].slice(start, end - start)) for name in codes}
        days[_EPOCH + timedelta(days=int(number))] = DayPart(int(end - start), columns)
    return days


def together(parts: Iterable[DayPart]) -> DayPart:
    """Parts of a day, or days, as one."""
    held = [part for part in parts if part.rows]
    if len(held) == 1:
        return held[0]
    names = dict.fromkeys(name for part in held for name in part.columns)
    return DayPart(
        sum(part.rows for part in held), {name: _joined(part.columns[name] for part in held) for name in names}
    )


def by_day(parts: Iterable[Days]) -> Days:
    """The same days of several files as one."""
    found: dict[date, list[DayPart]] = {}
    for days in parts:
        for day, part in days.items():
            found.setdefault(day, []).append(part)
    return {day: together(found[day]) for day in sorted(found)}


def _joined(parts: Iterator[ColumnPart]) -> ColumnPart:
    held = list(parts)
    return ColumnPart(
        sum(part.nulls for part in held),
        np.concatenate([part.values for part in held]),
        np.concatenate([part.weights for part in held]),
    )


def _floats(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """NaN where there is no value: what is not a number is missing as well."""
    return np.asarray(pc.fill_null(column.cast(pa.float64()), float("nan")))


def _numbers(values: npt.NDArray[np.float64], most: int) -> ColumnPart:
    known = np.sort(values[np.isfinite(values)])
    count = min(len(known), most)
    places = ((np.arange(count) + 0.5) * (len(known) / max(count, 1))).astype(np.int64)
    weights = np.full(count, len(known) / max(count, 1))
    return ColumnPart(len(values) - len(known), known[places], weights)


def _codes(column: pa.ChunkedArray) -> ColumnPart:
    counted = pc.value_counts(column.combine_chunks().drop_null().cast(pa.string()))
    values = np.asarray(counted.field("values").to_pylist(), dtype=object)
    weights = np.asarray(counted.field("counts"), dtype=np.float64)
    largest = np.argsort(-weights, kind="stable")
    kept, rest = largest[:CODES_KEPT], largest[CODES_KEPT:]
    values, others = values[kept], weights[rest].sum()
    weights = weights[kept]
    if others:
        values, weights = np.append(values, OTHER), np.append(weights, others)
    return ColumnPart(column.null_count, values, weights)
