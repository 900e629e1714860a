"""ops.landing_files: every file a department delivered, and what became of it."""

from powerlake.tables.model import Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import LONG, STRING, TIMESTAMP, array_of

LANDING_FILES = Table(
    "ops.landing_files",
    grain="one row per file path and content",
    key=("file", "file_sha256"),
    owner="platform",
    comment="The ledger of landing: a file is known by its content, so a renamed copy is a duplicate",
    columns=(
        Column("file", STRING, "Path below landing/", nullable=False),
        Column("file_sha256", STRING, "SHA-256 of the bytes", nullable=False),
        Column("feed", STRING, "Feed, such as metering/load_curves", nullable=False),
        Column("bytes", LONG, "Size", unit="byte", nullable=False),
        Column(
            "modified_at",
            TIMESTAMP,
            "Modification time: a file whose path, size and time are known is not read again",
            nullable=False,
        ),
        Column(
            "outcome",
            STRING,
            "taken, duplicate (content known already) or rejected (the whole file is in quarantine)",
            nullable=False,
        ),
        Column("reason", STRING, "Why it was rejected"),
        Column("rows_received", LONG, "Data rows in the file that could be counted", unit="1", nullable=False),
        Column("rows_kept", LONG, "Rows in bronze", unit="1", nullable=False),
        Column("rows_quarantined", LONG, "Rows in quarantine", unit="1", nullable=False),
        Column("readings", LONG, "Readings in bronze", unit="1", nullable=False),
        Column("new_columns", array_of(STRING), "Columns of the file beyond the feed's contract; null where none"),
        Column("missing_columns", array_of(STRING), "Optional columns the file does not have; null where none"),
        Column("batch", LONG, "Ingestion of the feed that met the file", nullable=False),
        Column("seen_at", TIMESTAMP, "When", nullable=False),
        RUN_ID,
    ),
    checks={"rows_add_up": "rows_received = rows_kept + rows_quarantined or outcome = 'duplicate'"},
)
