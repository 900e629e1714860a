"""What is declared of the columns that a quarantined record may have, by quarantine table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from powerlake.report.masking import Columns, Declared
from powerlake.tables import TABLES
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed, Kind
from powerlake.tables.model import PII, Table
from powerlake.tables.quarantine import REFUSING_LAYERS, quarantine_of

_STRICTEST = (PII.NONE, PII.PSEUDONYM, PII.INDIRECT, PII.DIRECT)


@cache
def refusing_tables() -> Mapping[str, Table]:
    """Quarantine table → the table that refuses into it, by name."""
    refusing = [table for table in TABLES.values() if table.layer in REFUSING_LAYERS]
    return MappingProxyType({quarantine_of(table).name: table for table in sorted(refusing, key=lambda one: one.name)})


def feed_of(table: Table) -> Feed | None:
    """The feed that a bronze or silver table is of; None where it is not one's."""
    feeds = {feed.name: feed for feed in FEEDS.values()}
    return feeds.get(table.short_name) if table.layer in {"bronze", "silver"} else None


@cache
def columns_of(table: str) -> Columns:
    """Columns of the records that the table of that name refuses. One declared twice has the stricter class."""
    found: dict[str, Declared] = {}
    for name, declared in _declared(TABLES[table]):
        known = found.get(name)
        if known is None or _STRICTEST.index(declared.pii) > _STRICTEST.index(known.pii):
            found[name] = declared
    return MappingProxyType(found)


def _declared(table: Table) -> Iterator[tuple[str, Declared]]:
    """A feed's columns by its contract, which knows more of them than the tables do; then the tables' own."""
    feed = feed_of(table)
    if feed:
        for one in feed.fields:
            yield one.name, Declared(one.pii, one.kind, frozenset(one.codes))
    for of in (table, bronze_of(feed)) if feed else (table,):
        for column in of.columns:
            yield column.name, Declared(column.pii, _kind(column.type))


def _kind(type_: pa.DataType) -> Kind:
    """The kind that a column's type stands for; a text is free text."""
    if pa.types.is_boolean(type_):
        return Kind.BOOLEAN
    if pa.types.is_date(type_):
        return Kind.DATE
    if pa.types.is_timestamp(type_):
        return Kind.INSTANT
    return Kind.DECIMAL if pa.types.is_floating(type_) or pa.types.is_integer(type_) else Kind.TEXT
