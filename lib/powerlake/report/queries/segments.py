"""The segments: names, sizes, typical curves, and how their customers vary."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from powerlake.errors import TableMissing
from powerlake.report.data import Curve, Quantiles, Segment, Segments, Spread, Text
from powerlake.report.queries import Query, records

STEADY = 0.8
"""A customer counts as steady when at least this share of its months fall in its segment."""

UNUSUAL = Text("unusual", "特殊用户")
UNUSUAL_DESCRIPTION = Text(
    "Load shapes far from every segment: look at them one by one before using them in a campaign.",
    "负荷形态与各分群均相差较大：用于营销活动前宜逐户查看。",
)
_CUSTOMERS = "gold.customer_segments"
_PROFILES = "gold.segment_profiles"
_QUANTILES = ("stability", "entropy_bits")


def read_segments(query: Query) -> Segments:
    """The segments last published. Raises TableMissing where there are no profiles."""
    profiles = records(query, f"select * from {_PROFILES} order by segment, season, day_type", _PROFILES)
    spreads = read_spreads(query)
    by_name = {name: list(rows) for name, rows in groupby(profiles, key=lambda row: str(row["segment"]))}
    segments = [_segment(rows, spreads.get(name)) for name, rows in by_name.items()]
    segments += [_unprofiled(name, spreads) for name in spreads if name not in by_name]
    return Segments(
        items=tuple(sorted(segments, key=lambda segment: (segment.is_unusual, -segment.customers, segment.name.en))),
        as_of_date=profiles[0]["as_of_date"],
        model_version=profiles[0]["model_version"],
    )


def segment_names(query: Query) -> dict[str, Text]:
    """English segment name → both names; a segment that has no profile is not in it."""
    try:
        rows = records(query, f"select distinct segment, segment_zh from {_PROFILES}", _PROFILES)
    except TableMissing:
        rows = []
    return {UNUSUAL.en: UNUSUAL} | {row["segment"]: Text(row["segment"], row["segment_zh"]) for row in rows}


def read_spreads(query: Query) -> dict[str, Spread]:
    """Segment name → how its customers vary; empty where no customer has a segment yet."""
    sql = f"""
        select
            segment,
            count(*) as customers,
            median(days) as days,
            median(mean_daily_kwh) as mean_daily_kwh,
            median(margin) as margin,
            avg((stability >= {STEADY})::int) as steady_share,
            quantile_cont(stability, [0.05, 0.25, 0.5, 0.75, 0.95]) as stability,
            quantile_cont(code_entropy_bits, [0.05, 0.25, 0.5, 0.75, 0.95]) as entropy_bits
        from {_CUSTOMERS} group by segment order by segment
    """
    try:
        rows = records(query, sql, _CUSTOMERS)
    except TableMissing:
        return {}
    return {row.pop("segment"): _spread(row) for row in rows}


def _spread(row: dict[str, Any]) -> Spread:
    stability, entropy_bits = (Quantiles(*values) if (values := row.pop(name)) else None for name in _QUANTILES)
    return Spread(**row, stability=stability, entropy_bits=entropy_bits)


def _segment(rows: list[dict[str, Any]], spread: Spread | None) -> Segment:
    first = rows[0]
    return Segment(
        name=Text(first["segment"], first["segment_zh"]),
        is_unusual=first["segment"] == UNUSUAL.en,
        customers=first["customers"],
        share=first["share"],
        description=Text(first["description"] or "", first["description_zh"] or first["description"] or ""),
        curves=tuple(_curve(row) for row in rows),
        spread=spread,
    )


def _unprofiled(name: str, spreads: dict[str, Spread]) -> Segment:
    """A class that customers have but no profile describes: the unusual, whose shapes have no typical one."""
    is_unusual = name == UNUSUAL.en
    return Segment(
        name=UNUSUAL if is_unusual else Text(name, name),
        is_unusual=is_unusual,
        customers=spreads[name].customers,
        share=spreads[name].customers / sum(spread.customers for spread in spreads.values()),
        description=UNUSUAL_DESCRIPTION if is_unusual else Text("", ""),
        curves=(),
        spread=spreads[name],
    )


def _curve(row: dict[str, Any]) -> Curve:
    return Curve(
        season=row["season"],
        day_type=row["day_type"],
        mean_daily_kwh=row["mean_daily_kwh"],
        kw=tuple(row["typical_kw"] or ()),
        shape=tuple(row["typical_shape"] or ()),
        peak_hours=tuple(row["peak_hours"] or ()),
    )
