"""silver.<feed>: the latest row of each key of a feed, typed and conformed. It derives from the feed's contract."""

from __future__ import annotations

from functools import cache

from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.feeds.model import Feed, Field, Kind
from powerlake.tables.model import PII, Column, Table, has_rows
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, LONG, STRING, TIMESTAMP, array_of

TYPES = {
    Kind.TEXT: STRING,
    Kind.CODE: STRING,
    Kind.INTEGER: LONG,
    Kind.DECIMAL: DOUBLE,
    Kind.BOOLEAN: BOOLEAN,
    Kind.DATE: DATE,
    Kind.INSTANT: TIMESTAMP,
}


@cache
def silver_of(feed: Feed) -> Table:
    """One row per key of the feed that was not deleted. What names a person stays in bronze; its pseudonym comes."""
    entity = Column("is_current", BOOLEAN, "Holds today, or until something follows", nullable=False)
    month = Column("month", STRING, f"Local month of {feed.month_of}, YYYY-MM", nullable=False)
    return Table(
        f"silver.{feed.name}",
        grain=feed.grain,
        key=feed.key,
        owner=feed.owner,
        comment=f"{feed.path}, the latest row of each key, typed: {feed.grain}",
        columns=(
            *(column for field in feed.fields for column in _columns(field)),
            *((entity,) if feed.period else ()),
            Column("edits", array_of(STRING), "Rules by which a value was changed, as rule:column; null when none"),
            Column("batch", LONG, "Bronze batch the row came with", nullable=False),
            RUN_ID,
            *((month,) if feed.month_of else ()),
        ),
        expectations=(has_rows(),),
        partitioned_by=("month",) if feed.month_of else (),
        freshness_hours=24 * (feed.late_days + 1),
    )


def local_date_of(field: Field) -> str:
    """The name of the column that holds the local date of an instant: read_at → read_date."""
    return f"{field.name.removesuffix('_at')}_date"


def _columns(field: Field) -> tuple[Column, ...]:
    if field.is_direct:
        comment = f"Keyed pseudonym of {field.name}, to join by"
        return (Column(pseudonym_of(field), STRING, comment, pii=PII.PSEUDONYM),) if field.is_join_key else ()
    own = Column(field.name, TYPES[field.kind], field.comment, field.unit, field.pii, nullable=not field.is_required)
    if field.kind is not Kind.INSTANT:
        return (own,)
    date = Column(local_date_of(field), DATE, f"Local date of {field.name}", nullable=not field.is_required)
    return (own, date)
