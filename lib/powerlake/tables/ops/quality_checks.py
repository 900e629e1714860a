"""ops.quality_checks: every rule that was judged, and what was found."""

from powerlake.tables.model import Column, Table
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import DOUBLE, LONG, STRING, TIMESTAMP

QUALITY_CHECKS = Table(
    "ops.quality_checks",
    grain="one row per run, job, table or feed, rule and time it was judged",
    key=("run_id", "job", "dataset", "rule", "checked_at"),
    owner="platform",
    comment="Every rule that was judged of rows about to be published, or of a feed's deliveries, and what was found",
    columns=(
        Column("checked_at", TIMESTAMP, "When", nullable=False),
        RUN_ID,
        Column("job", STRING, "Job that was about to publish", nullable=False),
        Column("dataset", STRING, "Table, or feed as department/name", nullable=False),
        Column("rule", STRING, "Name of the rule; of a refused row its reason in quarantine", nullable=False),
        Column(
            "kind",
            STRING,
            "not_null, check, key and refusal: of a row; has_rows, unique, between, …: expectations of a whole; "
            "freshness, volume, drift, nulls and landing: of a feed or its table over time",
            nullable=False,
        ),
        Column(
            "severity",
            STRING,
            "row (rows that break it go to quarantine), error (it stops publication) or warn",
            nullable=False,
        ),
        Column("checked", LONG, "Rows judged; null where the rule counts none", unit="1"),
        Column("failing", LONG, "Of these, rows that break it", unit="1"),
        Column("observed", DOUBLE, "Figure that was judged, where the rule is of a whole", unit="1"),
        Column("expected_low", DOUBLE, "Least it may be; null where it has no least", unit="1"),
        Column("expected_high", DOUBLE, "Most it may be; null where it has no most", unit="1"),
        Column(
            "outcome",
            STRING,
            "held, warned (published all the same) or failed (nothing was published)",
            nullable=False,
        ),
        Column("found", STRING, "What was found where it did not hold; no value of a person's in it"),
    ),
)
