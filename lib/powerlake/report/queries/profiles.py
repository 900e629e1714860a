"""A few customers across the departments, and how complete the profiles of all are."""

from __future__ import annotations

from typing import Any

from powerlake.report.data import Profile, Profiles
from powerlake.report.queries import Query, records
from powerlake.tables.gold.customer_profile import CUSTOMER_PROFILE

KINDS_SHOWN = 8
_TABLE = CUSTOMER_PROFILE.name
_COMPLETE_FIRST = "completeness desc, usage_days desc, bills_12m desc, tickets_12m desc, customer_id"


def read_profiles(query: Query) -> Profiles:
    """The customer with the most complete profile of each kind, and of all that are active the one with the least."""
    chosen = f"""
        with kinds as (select customer_kind, count(*) as members from {_TABLE} group by customer_kind),
        placed as (
            select *,
                row_number() over (partition by customer_kind order by {_COMPLETE_FIRST}) as from_top,
                row_number() over (order by not is_active, completeness, customer_id) as from_bottom
            from {_TABLE}
        )
        select placed.*, members from placed join kinds on placed.customer_kind is not distinct from kinds.customer_kind
        where from_top = 1 or from_bottom = 1
        order by from_top = 1 desc, members desc, placed.customer_kind limit {KINDS_SHOWN + 1}
    """
    total = f"select count(*) as customers, avg(completeness) as mean_completeness from {_TABLE} having count(*) > 0"
    silent = f"""
        with parts as (select unnest(missing) as department from {_TABLE})
        select department, count(*) as customers from parts group by department order by customers desc, department
    """
    rows = records(query, chosen, _TABLE)
    return Profiles(
        items=tuple(map(_profile, rows)),
        **records(query, total, _TABLE)[0],
        silent=tuple((row["department"], row["customers"]) for row in query(silent).to_pylist()),
    )


def _profile(row: dict[str, Any]) -> Profile:
    return Profile(
        customer_id=row["customer_id"],
        kind=row["customer_kind"] or "",
        completeness=row["completeness"],
        missing=tuple(row["missing"] or ()),
        as_of_date=row["as_of_date"],
        values={name: row[name] for name in CUSTOMER_PROFILE.column_names},
    )
