"""The market by region and sector: the cells that sell most, and months of all and of the largest."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from powerlake.marketing.market_outlook import MIN_DAYS
from powerlake.report.data import Market, MarketCell, MarketMonth, MarketSeries
from powerlake.report.queries import Query, records, text_list

CELLS_SHOWN = 24
SERIES_SHOWN = 12
MONTHS_SHOWN = 48
"""Months of a series, the twelve to come included."""
NEARLY_ALL = 0.99
"""A sum over cells is told where those that say it use at least this share of the energy; else it would look like a
collapse where some are without."""
_TABLE = "gold.market_model"
_KNOWN = ("energy_kwh", "normal_kwh")
_COMING = ("forecast_kwh", "low_80_kwh", "high_80_kwh", "low_95_kwh", "high_95_kwh")
_MEASURES = (*_KNOWN, *_COMING)
_MONTHS = f"""
    (
        select * replace (
            case when days >= {MIN_DAYS} then energy_kwh end as energy_kwh,
            case when days >= {MIN_DAYS} then normal_kwh end as normal_kwh
        ), energy_kwh as used_kwh
        from {_TABLE}
    )
"""
"""The table without the energy of months that are not whole: one just begun would look like a collapse. What was used
in them all the same is in `used_kwh`."""


def read_market(query: Query) -> Market:
    """The market as last published. Raises TableMissing where nothing is."""
    asked = f"""
        select count(distinct (region_code, sector_code)) as cells, max(as_of_date) as as_of_date
        from {_TABLE} having count(*) > 0
    """
    head = records(query, asked, _TABLE)[0]
    largest = [MarketCell(**row) for row in records(query, _CELLS, _TABLE)]
    return Market(
        as_of_date=head["as_of_date"],
        all_cells=head["cells"],
        cells=tuple(sorted(largest, key=_by_growth)),
        series=(_all_together(query), *_of_cells(query, largest[:SERIES_SHOWN])),
    )


def _by_growth(cell: MarketCell) -> tuple[bool, float, str, str]:
    """Highest growth in normal weather first, or as it is where weather is unknown; cells without growth last."""
    growth = cell.growth if cell.normal_growth is None else cell.normal_growth
    return growth is None, -(growth or 0.0), cell.region_code, cell.sector_code


_CELLS = f"""
    with known as (
        select *,
            row_number() over (
                partition by region_code, sector_code order by energy_kwh is null, month_date desc
            ) as ago,
            row_number() over (
                partition by region_code, sector_code order by growth is null, month_date desc
            ) as growth_ago
        from {_MONTHS}
    )
    select
        region_code, sector_code,
        max(customers) filter (ago = 1) as customers,
        count(*) filter (ago <= 12 and energy_kwh is not null) as months,
        coalesce(sum(energy_kwh) filter (ago <= 12), 0.0) as energy_kwh,
        count(*) filter (growth_ago <= 12 and growth is not null) as growth_months,
        sum(growth * energy_kwh / nullif(1 + growth, 0)) filter (growth_ago <= 12)
            / nullif(sum(energy_kwh / nullif(1 + growth, 0)) filter (growth_ago <= 12), 0) as growth,
        sum(normal_growth * normal_kwh / nullif(1 + normal_growth, 0)) filter (growth_ago <= 12)
            / nullif(sum(normal_kwh / nullif(1 + normal_growth, 0)) filter (growth_ago <= 12), 0) as normal_growth,
        sum(forecast_kwh) as forecast_kwh,
        any_value(forecast_skill) as forecast_skill,
        any_value(forecast_tested) as forecast_tested,
        any_value(economy_correlations[economy_lag_months + 1]) as correlation,
        any_value(economy_low_95[economy_lag_months + 1]) as correlation_low,
        any_value(economy_high_95[economy_lag_months + 1]) as correlation_high,
        any_value(economy_lag_months) as lag_months
    from known group by region_code, sector_code
    order by energy_kwh desc, region_code, sector_code limit {CELLS_SHOWN}
"""
"""Growth over months: each month's, weighted with the energy of the month of the year before."""


def _all_together(query: Query) -> MarketSeries:
    """All cells summed, month by month, where nearly all of them say it.

    Known energy is weighed by what was used in the month, what is to come by what the cells used in the year before.
    Intervals are summed too: they are as wide as if all erred together.
    """
    sql = f"""
        with recent as (
            select region_code, sector_code,
                coalesce(sum(used_kwh) filter (month_date > as_of_date - interval 12 month), 0) as recent_kwh
            from {_MONTHS} group by region_code, sector_code
        ), total as (select sum(recent_kwh) as total_kwh from recent)
        select month_date as month,
            {", ".join(_sum_of(name, "used_kwh", "sum(used_kwh)") for name in _KNOWN)},
            {", ".join(_sum_of(name, "recent_kwh", "any_value(total_kwh)") for name in _COMING)}
        from {_MONTHS} join recent using (region_code, sector_code) cross join total
        group by month_date order by month_date desc limit {MONTHS_SHOWN}
    """
    return MarketSeries("", "", _months(reversed(records(query, sql, _TABLE))))


def _sum_of(name: str, weight: str, total: str) -> str:
    """The SQL of a measure's sum over the cells of a month, null where too many by weight are without it."""
    said = f"sum({weight}) filter ({name} is not null)"
    return f"case when {said} >= {NEARLY_ALL} * {total} then sum({name}) end as {name}"


def _of_cells(query: Query, cells: list[MarketCell]) -> list[MarketSeries]:
    """The latest months of each of the cells, in their order."""
    wanted = ", ".join(f"({text_list([cell.region_code, cell.sector_code])})" for cell in cells)
    sql = f"""
        select region_code, sector_code, month_date as month, {", ".join(_MEASURES)} from {_MONTHS}
        where (region_code, sector_code) in ({wanted})
        qualify row_number() over (partition by region_code, sector_code order by month_date desc) <= {MONTHS_SHOWN}
        order by region_code, sector_code, month_date
    """
    found = {
        key: _months(rows)
        for key, rows in groupby(records(query, sql, _TABLE), key=lambda row: (row["region_code"], row["sector_code"]))
    }
    return [MarketSeries(*key, found[key]) for key in ((cell.region_code, cell.sector_code) for cell in cells)]


def _months(rows: Iterable[dict[str, Any]]) -> tuple[MarketMonth, ...]:
    return tuple(MarketMonth(row["month"], *(row[name] for name in _MEASURES)) for row in rows)
