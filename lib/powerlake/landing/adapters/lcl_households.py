"""Households of Low Carbon London as customers and contracts, and their two tariffs."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import same
from powerlake.landing.adapters.lcl_names import (
    CNY_PER_GBP,
    DYNAMIC,
    DYNAMIC_FROM,
    DYNAMIC_TO,
    FLAT,
    FLAT_GBP_PER_KWH,
    GBP_PER_KWH,
    REGION,
    TRIAL_FROM,
)

PERIODS = {"valley": "low", "flat": "normal", "peak": "high"}
"""A period of the feed for each level: when it holds is announced a day ahead, so `hours` is empty."""


def customers(households: pa.Table) -> pa.Table:
    """One row a household, in its ACORN group; a customer since the trial began, as far as the set tells."""
    count = len(households)
    return pa.table(
        {
            "customer_id": households["LCLid"],
            "customer_kind": same("residential", count),
            "region_code": same(REGION, count),
            "opened_date": same(TRIAL_FROM, count),
            "language": same("en", count),
            "consumer_group": households["Acorn"],
        }
    )


def contracts(households: pa.Table) -> pa.Table:
    """One row a household and tariff: all flat at first, those of the trial dynamic in 2013, and no more after."""
    trial = households.filter(pc.equal(households["stdorToU"], "ToU"))
    others = households.filter(pc.not_equal(households["stdorToU"], "ToU"))
    return pa.concat_tables(
        [
            _terms(others, FLAT, TRIAL_FROM, None),
            _terms(trial, FLAT, TRIAL_FROM, "2012-12-31"),
            _terms(trial, DYNAMIC, DYNAMIC_FROM, DYNAMIC_TO),
        ]
    )


def _terms(households: pa.Table, tariff: str, start: str, end: str | None) -> pa.Table:
    count = len(households)
    return pa.table(
        {
            "contract_id": households["LCLid"],
            "customer_id": households["LCLid"],
            "point_id": households["LCLid"],
            "tariff_code": same(tariff, count),
            "start_date": same(start, count),
            "end_date": same(end, count) if end else pa.nulls(count, pa.string()),
        }
    )


def tariffs() -> pa.Table:
    """Four rows: the flat price, and the three levels of the dynamic one, its price in pence in the name."""
    rows: list[tuple[str, str, str, float, str, str | None]] = [
        (FLAT, "flat", "all", FLAT_GBP_PER_KWH, TRIAL_FROM, None)
    ]
    rows += [
        (DYNAMIC, "dynamic", period, GBP_PER_KWH[level], DYNAMIC_FROM, DYNAMIC_TO) for period, level in PERIODS.items()
    ]
    code, kind, period, price, start, end = zip(*rows, strict=True)
    return pa.table(
        {
            "tariff_code": code,
            "name": [f"{each} tariff, {gbp * 100:.3f} p/kWh" for each, gbp in zip(kind, price, strict=True)],
            "tariff_kind": kind,
            "component": ["energy"] * len(rows),
            "period": period,
            "step_from_kwh": ["0"] * len(rows),
            "price_cny": [round(gbp * CNY_PER_GBP, 4) for gbp in price],
            "valid_from_date": start,
            "valid_to_date": end,
        }
    )
