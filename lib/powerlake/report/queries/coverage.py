"""How many customers and meter-days there are, and how complete they are."""

from __future__ import annotations

from datetime import date

from powerlake.report.data import Coverage, Month
from powerlake.report.queries import Query, records, until

MONTHS_SHOWN = 36
_FEATURES = "gold.daily_load_features"


def read_coverage(query: Query, as_of: date | None) -> Coverage:
    """Coverage of all load curves up to `as_of`."""
    sql = f"""
        with meters as (
            select
                count(*) as meter_days,
                date_diff('day', min(date), max(date)) + 1 as expected_meter_days,
                min(date) as first_date,
                max(date) as last_date,
                sum(points) as points,
                sum(points * known_share) as known,
                sum(points * estimated_share) as estimated
            from {_FEATURES} where {until(as_of)} group by meter_id
        )
        select
            count(*) as meters,
            sum(meter_days)::bigint as meter_days,
            sum(expected_meter_days)::bigint as expected_meter_days,
            min(first_date) as first_date,
            max(last_date) as last_date,
            sum(known - estimated) / sum(points) as received_share,
            sum(estimated) / sum(points) as estimated_share
        from meters having count(*) > 0
    """
    return Coverage(**records(query, sql, _FEATURES)[0])


def read_months(query: Query, as_of: date | None) -> tuple[Month, ...]:
    """Coverage of each of the latest months, in order."""
    sql = f"""
        select
            month,
            count(distinct meter_id) as meters,
            count(*) as meter_days,
            sum(points * (known_share - estimated_share)) / sum(points) as received_share,
            sum(points * estimated_share) / sum(points) as estimated_share
        from {_FEATURES} where {until(as_of)}
        group by month order by month desc limit {MONTHS_SHOWN}
    """
    return tuple(Month(**month) for month in reversed(records(query, sql, _FEATURES)))
