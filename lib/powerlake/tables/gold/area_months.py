"""gold.area_months: what went into each transformer area in a month."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows, unique
from powerlake.tables.parts import MONTH, RUN_ID
from powerlake.tables.types import DATE, DOUBLE, INT, STRING

TRANSFORMER_ID = Column("transformer_id", STRING, "Transformer number", nullable=False)

AREA_MONTHS = Table(
    "gold.area_months",
    grain="one row per transformer area and local month with a measurement",
    key=("transformer_id", "month"),
    owner="grid operations",
    comment="Supply of a transformer area over the days of the month with a measurement and those between",
    columns=(
        TRANSFORMER_ID,
        Column("from_date", DATE, "First day with a measurement", nullable=False),
        Column("to_date", DATE, "Last day with one", nullable=False),
        Column("days", INT, "From the one to the other", unit="d", nullable=False),
        Column("supplied_known_share", DOUBLE, "Share of their hours with a measurement", unit="1", nullable=False),
        Column(
            "supplied_kwh",
            DOUBLE,
            "Into the transformer, lost hours at the mean of the others",
            unit="kWh",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        Column("square_kva2h", DOUBLE, "Sum of squared apparent power over the hours", unit="kVA²h"),
        RUN_ID,
        MONTH,
    ),
    checks={"known_in_range": "supplied_known_share > 0 and supplied_known_share <= 1"},
    expectations=(has_rows(severity=Severity.WARN), unique("transformer_id", "month")),
    partitioned_by=("month",),
    freshness_hours=36,
)
