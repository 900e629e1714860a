"""Where records or departments disagree: how often, what decides, and a few examples, masked."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from powerlake.report.data import Cell, ConflictKind, Conflicts, Example, How, Told
from powerlake.report.declared import columns_of
from powerlake.report.masking import Declared, masked_value
from powerlake.report.queries import Query, records
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Kind
from powerlake.tables.model import PII
from powerlake.tables.silver.conflicts import CONFLICTS
from powerlake.tables.silver.of_feed import silver_of

COLUMNS_SHOWN = 6
EXAMPLES_SHOWN = 3
SPAN = " to "
"""Between the first and last day of a span; nothing follows it while the span lasts."""
_TABLE = CONFLICTS.name
_FEED_NAMES = frozenset(feed.name for feed in FEEDS.values())
_FEED_OF_ENTITY = {
    "customer": "marketing/customers",
    "contract": "marketing/contracts",
    "bill": "marketing/bills",
    "meter": "metering/meters",
}
"""Whose contract says what the compared column is."""


def read_conflicts(query: Query) -> Conflicts:
    """Every kind of conflict there is. Raises TableMissing where no conflict was found or looked for."""
    counts = f"""
        select conflict, entity_kind, compared_column, rule, count(*) as conflicts,
            count(distinct entity_id) as entities
        from {_TABLE} group by all order by conflict, conflicts desc, compared_column, rule
    """
    examples = f"""
        with placed as (
            select *, row_number() over (partition by conflict, compared_column order by entity_id) as nth from {_TABLE}
        )
        select conflict, entity_kind, entity_id, compared_column, sources, found, counts
        from placed
        qualify row_number() over (partition by conflict order by nth, compared_column) <= {EXAMPLES_SHOWN}
        order by conflict, nth, compared_column
    """
    entities = f"select conflict, count(distinct (entity_kind, entity_id)) as n from {_TABLE} group by conflict"
    counted = records(query, counts, _TABLE)
    shown = {kind: list(rows) for kind, rows in groupby(query(examples).to_pylist(), key=lambda row: row["conflict"])}
    many = {row["conflict"]: row["n"] for row in query(entities).to_pylist()}
    kinds = [
        _kind(kind, list(rows), many[kind], shown[kind])
        for kind, rows in groupby(counted, key=lambda row: str(row["conflict"]))
    ]
    return Conflicts(tuple(sorted(kinds, key=lambda kind: (-kind.conflicts, kind.kind))))


def _kind(kind: str, rows: list[dict[str, Any]], entities: int, examples: list[dict[str, Any]]) -> ConflictKind:
    return ConflictKind(
        kind=kind,
        entity_kind=rows[0]["entity_kind"],
        conflicts=sum(row["conflicts"] for row in rows),
        entities=entities,
        all_columns=len(rows),
        columns=tuple((row["compared_column"], row["rule"], row["conflicts"]) for row in rows[:COLUMNS_SHOWN]),
        examples=tuple(map(_example, examples)),
    )


def _example(row: dict[str, Any]) -> Example:
    """What each side says, masked as the compared column's class asks for; numbers of entities are always masked."""
    declared = _declared(row["entity_kind"], row["compared_column"])
    said = zip(row["sources"] or (), row["found"] or (), strict=False)
    return Example(
        entity_kind=row["entity_kind"],
        entity=_number(row["entity_id"]),
        column=row["compared_column"],
        told=tuple(
            Told(
                source=source if source in _FEED_NAMES else _number(source or "").text,
                cell=None if value is None else _cell(row["compared_column"], value, declared),
                counts=value is not None and value == row["counts"],
            )
            for source, value in said
        ),
    )


def _cell(column: str, value: str, declared: Declared | None) -> Cell:
    """The value masked; of a span of days, as `meter_outside_topology` tells it, each day for itself."""
    days = [masked_value(column, day, declared) for day in value.split(SPAN) if day]
    if len(days) == 0 or any(day.how is not How.SHOWN for day in days):
        return masked_value(column, value, declared)
    return Cell(column, How.SHOWN, SPAN.join(day.text for day in days) + (SPAN if value.endswith(SPAN) else ""))


def _number(entity_id: str) -> Cell:
    return masked_value("", entity_id, Declared(PII.PSEUDONYM, Kind.TEXT))


def _declared(entity_kind: str, column: str) -> Declared | None:
    feed = FEEDS.get(_FEED_OF_ENTITY.get(entity_kind, ""))
    return columns_of(silver_of(feed).name).get(column) if feed else None
