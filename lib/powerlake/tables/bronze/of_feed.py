"""bronze.<feed>: the rows of a feed as received. The table derives from the feed's contract."""

from __future__ import annotations

from functools import cache

from powerlake.tables.feeds.model import Feed, Field
from powerlake.tables.model import PII, Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import BOOLEAN, INT, LONG, STRING, TIMESTAMP, map_of


@cache
def bronze_of(feed: Feed) -> Table:
    """One row per row received. Cells stay text, as received; what names a person is encrypted."""
    return Table(
        f"bronze.{feed.name}",
        grain="one row per data row of a file",
        key=("file_sha256", "row_number"),
        owner=feed.owner,
        comment=f"{feed.path} as received, every cell as text; append only. In the feed: {feed.grain}",
        columns=(
            *(column for field in feed.fields for column in _columns(field)),
            Column("is_deletion", BOOLEAN, "The row takes away the row of its key", nullable=False),
            Column("changed_at", STRING, "When the department made the change, as received"),
            Column("others", map_of(STRING, STRING), "Columns beyond the contract, as text", pii=PII.INDIRECT),
            Column("file", STRING, "Path below landing/", nullable=False),
            Column("row_number", INT, "Row in the file, first data row = 1", nullable=False),
            Column("file_sha256", STRING, "SHA-256 of the file's bytes", nullable=False),
            Column("batch", LONG, "Number of the ingestion of this feed, counting up", nullable=False),
            Column("ingested_at", TIMESTAMP, "When the batch was taken in", nullable=False),
            RUN_ID,
        ),
    )


def pseudonym_of(field: Field) -> str:
    """The name of the column that holds the keyed pseudonym of a direct join key."""
    return f"{field.name}_pseudonym"


def _columns(field: Field) -> tuple[Column, ...]:
    if not field.is_direct:
        return (Column(field.name, STRING, field.comment, field.unit, field.pii),)
    sealed = Column(field.name, STRING, f"{field.comment}; encrypted, with the key's id in front", pii=PII.DIRECT)
    if not field.is_join_key:
        return (sealed,)
    comment = f"Keyed pseudonym of {field.name}, to join by"
    return (sealed, Column(pseudonym_of(field), STRING, comment, pii=PII.PSEUDONYM))
