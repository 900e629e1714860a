"""gold.topology_suspects: which meters may hang on another transformer than the records say."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import METER_ID, RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, INT, STRING

TOPOLOGY_SUSPECTS = Table(
    "gold.topology_suspects",
    grain="one row per meter that hangs on a transformer with neighbours on its feeder",
    key=("meter_id",),
    owner="grid operations",
    comment=(
        "How much likelier the energy balances of a feeder's areas are with each meter moved to its best other area. "
        "Every meter judged has a row; is_suspect marks those worth a visit"
    ),
    columns=(
        METER_ID,
        Column("feeder_id", STRING, "Feeder whose areas were compared", nullable=False),
        Column("recorded_transformer_id", STRING, "Transformer the records say", nullable=False),
        Column("likely_transformer_id", STRING, "The best other one of the feeder", nullable=False),
        Column("evidence", DOUBLE, "Natural logarithm of the likelihood, moved ÷ left", unit="1", nullable=False),
        Column("is_suspect", BOOLEAN, "Evidence is at or above conf grid.suspect_evidence", nullable=False),
        Column("lost_share", DOUBLE, "Share of its use not found in the recorded area; 1 if wrong", unit="1"),
        Column("gained_share", DOUBLE, "Share of its use found in the other area; 1 if wrong", unit="1"),
        Column("reason", STRING, "The same in words"),
        Column("mean_kw", DOUBLE, "Mean power of the meter", unit="kW", pii=PII.INDIRECT, nullable=False),
        Column("days", INT, "Days with a curve that it was judged by", unit="d", nullable=False),
        Column("from_date", DATE, "First local date compared", nullable=False),
        Column("to_date", DATE, "Last local date compared", nullable=False),
        RUN_ID,
    ),
    expectations=(has_rows(), unique("meter_id")),
    freshness_hours=36,
)
