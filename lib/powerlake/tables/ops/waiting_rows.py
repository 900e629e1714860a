"""ops.waiting_rows: which delivered rows wait for something else to be delivered, as a ledger."""

from powerlake.tables.model import Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import INT, LONG, STRING, TIMESTAMP

WAITING_ROWS = Table(
    "ops.waiting_rows",
    grain="one row per delivered row and time it began or ceased to wait",
    key=("feed", "file_sha256", "row_number", "noted_at"),
    owner="platform",
    comment="Rows of bronze that silver may not show yet: a row waits while its steps add up to 1",
    columns=(
        Column("feed", STRING, "Feed, such as marketing/payments", nullable=False),
        Column("file", STRING, "Path below landing/", nullable=False),
        Column("file_sha256", STRING, "SHA-256 of the file's bytes", nullable=False),
        Column("row_number", INT, "Row in the file, first data row = 1", nullable=False),
        Column("batch", LONG, "Bronze batch it came with", nullable=False),
        Column("bronze_file", STRING, "Data file of bronze it was read from", nullable=False),
        Column("reason", STRING, "Why it begins to wait, as in quarantine"),
        Column("step", INT, "1 where it begins to wait, -1 where it was shown or another took its place", unit="1"),
        Column("noted_at", TIMESTAMP, "When", nullable=False),
        RUN_ID,
    ),
)
