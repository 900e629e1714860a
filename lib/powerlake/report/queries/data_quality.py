"""How the rules of feeds and tables did, day by day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from powerlake.quality.standing import broken_rules
from powerlake.quality.watched import department_of
from powerlake.report.queries import Query, records
from powerlake.report.records.data_quality import QualityOverTime, QualityStrip

DAYS_SHOWN = 60
RULES_SHOWN = 15
_QUALITY = "gold.data_quality"


def read_data_quality(query: Query) -> QualityOverTime:
    """The latest days on which anything was judged; one row a day and table is asked for."""
    sql = f"""
        with latest as (select distinct date from {_QUALITY} order by date desc limit {DAYS_SHOWN})
        select date, dataset,
            max(case outcome when 'failed' then 2 when 'warned' then 1 else 0 end)::integer as outcome,
            count(*) filter (broken > 0) as broken,
            count(*) as rules
        from {_QUALITY} join latest using (date) group by date, dataset order by date, dataset
    """
    rows = records(query, sql, _QUALITY)
    days = tuple(sorted({row["date"] for row in rows}))
    strips: dict[str, dict[date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        strips[_strip_of(row["dataset"])][row["date"]].append(row)
    return QualityOverTime(
        days=days,
        strips=tuple(_strip(name, days, strips[name]) for name in sorted(strips)),
        rules=sum(row["rules"] for row in rows if row["date"] == days[-1]),
        broken=broken_rules(query, RULES_SHOWN),
    )


def _strip_of(dataset: str) -> str:
    """The feed that a dataset is of, or itself: bronze.bills and silver.bills are of marketing/bills."""
    layer, _, name = dataset.partition(".")
    department = department_of(dataset)
    if "/" in dataset or department is None or layer not in {"bronze", "silver"}:
        return dataset
    return f"{department}/{name.removesuffix('_raw')}"


def _strip(name: str, days: tuple[date, ...], found: dict[date, list[dict[str, Any]]]) -> QualityStrip:
    return QualityStrip(
        name,
        tuple(max((row["outcome"] for row in found.get(day, ())), default=None) for day in days),
        tuple(sum(row["broken"] for row in found.get(day, ())) for day in days),
    )
