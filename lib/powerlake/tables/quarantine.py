"""quarantine.<table>: what could not be published, and why. Every table's has the same columns."""

from powerlake.tables.model import PII, Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import LONG, STRING, TIMESTAMP

REFUSING_LAYERS = ("bronze", "silver", "gold")
"""Layers whose tables have a quarantine."""


def quarantine_of(table: Table) -> Table:
    """The quarantine of a bronze, silver or gold table.

    Bronze's names end in _raw: what bronze refuses of a feed is apart from what silver refuses of its entity.
    """
    return Table(
        f"quarantine.{table.short_name.removesuffix('_raw')}{'_raw' if table.layer == 'bronze' else ''}",
        grain="one row per file, row or reading refused",
        key=("batch", "file", "row_number", "record", "reason"),
        owner=table.owner,
        comment=f"What {table.name} refused, as received, with the reason",
        columns=(
            Column("level", STRING, "file, row or reading", nullable=False),
            Column("reason", STRING, "The rule that was broken, by name", nullable=False),
            Column("detail", STRING, "What was found; no value of a person's in it"),
            Column("file", STRING, "Path below landing/, where it came from a file"),
            Column("row_number", LONG, "Row in the file, first data row = 1"),
            Column("record", STRING, "The row as received, or the record as JSON", pii=PII.INDIRECT),
            Column("readings", LONG, "Readings this row stands for", unit="1", nullable=False),
            Column("batch", LONG, "Ingestion that refused it", nullable=False),
            Column("quarantined_at", TIMESTAMP, "When", nullable=False),
            RUN_ID,
        ),
    )
