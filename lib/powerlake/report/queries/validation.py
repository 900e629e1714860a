"""What validation, estimation and editing did to the published curves."""

from __future__ import annotations

from datetime import date

from powerlake.loadcurve.quality import Quality
from powerlake.report.data import RuleDays, RulePoints, Validation
from powerlake.report.queries import Query, records, until

RULES_SHOWN = 20
_CURVES = "silver.load_curves"


def read_validation(query: Query, as_of: date | None) -> Validation:
    """Points by quality code other than received, and meter-days by broken rule, most first."""
    total = f"""
        select count(*) as days, sum(points)::bigint as points from {_CURVES} where {until(as_of)} having count(*) > 0
    """
    counted = records(query, total, _CURVES)[0]
    return Validation(
        points=counted["points"],
        estimates=_estimates(query, as_of, counted["points"]),
        flags=_flags(query, as_of, counted["days"]),
    )


def _estimates(query: Query, as_of: date | None, points: int) -> tuple[RulePoints, ...]:
    # Only edited or incomplete days hold a code other than `RECEIVED`, and they are few: the rest stay unread.
    sql = f"""
        with codes as (
            select unnest(quality) as code from {_CURVES}
            where {until(as_of)} and (received_kwh is not null or estimated_points > 0 or missing_points > 0)
        )
        select code, count(*) as points from codes where code <> {Quality.RECEIVED.value}
        group by code order by points desc, code
    """
    rows = query(sql).to_pylist()
    return tuple(RulePoints(row["code"], row["points"], row["points"] / points) for row in rows)


def _flags(query: Query, as_of: date | None, days: int) -> tuple[RuleDays, ...]:
    sql = f"""
        with rules as (select unnest(flags) as rule from {_CURVES} where {until(as_of)} and flags is not null)
        select rule, count(*) as days from rules group by rule order by days desc, rule limit {RULES_SHOWN}
    """
    return tuple(RuleDays(row["rule"], row["days"], row["days"] / days) for row in query(sql).to_pylist())
