"""The last year of a few customers: the most typical of each segment, and the most unusual."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.errors import TableMissing
from powerlake.loadcurve.days import matrices
from powerlake.loadcurve.quality import ESTIMATED, is_one_of
from powerlake.report.data import CustomerYear, Text
from powerlake.report.queries import Query, records, text_list, until
from powerlake.report.queries.segments import segment_names

CUSTOMERS_SHOWN = 12
UNUSUAL_SHOWN = 3
DAYS_SHOWN = 365
LONG_RECORD = 0.8
"""Share of its segment's longest record, in days, that a typical customer has."""
HALF_HOURS = 48
HOURS = 24
_CUSTOMERS = "gold.customer_segments"
_CURVES = "silver.load_curves"


def read_years(query: Query, as_of: date | None) -> tuple[CustomerYear, ...]:
    """The chosen customers' last 365 days up to `as_of`. Raises TableMissing where none has a curve."""
    chosen = _chosen(query)
    curves = query(_curves_sql([row["customer_id"] for row in chosen], as_of))
    names = segment_names(query)
    years = [_year(row, names, curves.filter(pc.field("meter_id") == row["customer_id"])) for row in chosen]
    found = tuple(year for year in years if year is not None)
    if not found:
        raise TableMissing(_CURVES)
    return found


def _chosen(query: Query) -> list[dict[str, Any]]:
    """Per segment the customer nearest to its centre among those with a long record; and the furthest unusual ones."""
    sql = f"""
        with sizes as (
            select segment, count(*) as members, max(days) as longest from {_CUSTOMERS} group by segment
        )
        select customer_id, segment, is_unusual, distance, stability, code_entropy_bits as entropy_bits,
            mean_daily_kwh, peak_hours
        from {_CUSTOMERS} join sizes using (segment)
        qualify row_number() over (
            partition by segment
            order by
                not is_unusual and days < {LONG_RECORD} * longest,
                case when is_unusual then -distance else distance end,
                customer_id
        ) <= case when is_unusual then {UNUSUAL_SHOWN} else 1 end
        order by is_unusual, members desc, segment, distance desc, customer_id
        limit {CUSTOMERS_SHOWN}
    """
    return records(query, sql, _CUSTOMERS)


def _curves_sql(meter_ids: list[str], as_of: date | None) -> str:
    """A household's meter carries the customer's number, so the ids compare."""
    return f"""
        select meter_id, date, kwh, quality, interval_minutes, estimated_points from {_CURVES}
        where meter_id in ({text_list(meter_ids)}) and {until(as_of)}
        qualify date > max(date) over (partition by meter_id) - {DAYS_SHOWN}
        order by meter_id, date
    """


def _year(row: dict[str, Any], names: dict[str, Text], curves: pa.Table) -> CustomerYear | None:
    if not curves.num_rows:
        return None
    dates = curves["date"].to_pylist()
    days = tuple(dates[0] + timedelta(days=n) for n in range((dates[-1] - dates[0]).days + 1))
    kw, is_estimated = _grids(curves, np.array([(day - dates[0]).days for day in dates]), len(days))
    return CustomerYear(
        customer_id=row["customer_id"],
        segment=names.get(row["segment"], Text(row["segment"], row["segment"])),
        is_unusual=row["is_unusual"],
        distance=row["distance"],
        stability=row["stability"],
        entropy_bits=row["entropy_bits"],
        mean_daily_kwh=row["mean_daily_kwh"],
        peak_hours=tuple(row["peak_hours"] or ()),
        dates=days,
        kw=kw,
        is_estimated=is_estimated,
        estimated_points=pc.sum(curves["estimated_points"]).as_py(),
    )


def _grids(
    curves: pa.Table, places: npt.NDArray[np.int64], days: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Mean kW and whether any of it was estimated, both (slots, days); NaN and False where there is no value.

    Slots are half hours, or hours where every curve is hourly: quarter hours would double the page and are finer
    than a screen shows a year.
    """
    slots = HALF_HOURS if pc.min(curves["interval_minutes"]).as_py() < 60 else HOURS
    kw = np.full((slots, days), np.nan, dtype=np.float32)
    is_estimated = np.zeros((slots, days), dtype=bool)
    per_hour = 60 / curves["interval_minutes"].to_numpy().astype(np.float32)
    codes = {matrix.shape[1]: matrix for _, matrix in matrices(curves["quality"], np.int8)}
    for rows, kwh in matrices(curves["kwh"]):
        estimated = is_one_of(codes[kwh.shape[1]], *ESTIMATED)
        kw[:, places[rows]] = to_slots(kwh * per_hour[rows, None], slots).T
        is_estimated[:, places[rows]] = to_slots(estimated.astype(np.float32), slots).T > 0
    return kw, is_estimated


def to_slots(matrix: npt.NDArray[np.float32], slots: int) -> npt.NDArray[np.float32]:
    """(days, slots) out of (days, points): neighbours averaged while there are twice the slots, NaN left out.

    A day of 23 or 25 hours is stretched over the slots, so on those two days of the year a slot is off by up to an
    hour; a picture of the year does not show it.
    """
    while matrix.shape[1] > 1.5 * slots:
        known = np.isfinite(matrix).reshape(len(matrix), -1, 2)
        pairs = np.where(known, matrix.reshape(known.shape), 0).sum(axis=2)
        with np.errstate(invalid="ignore"):
            matrix = (pairs / known.sum(axis=2)).astype(np.float32)
    return matrix[:, np.arange(slots) * matrix.shape[1] // slots]
