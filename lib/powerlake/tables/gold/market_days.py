"""gold.market_days: what a cell of the market took on a day."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows, unique
from powerlake.tables.parts import LOCAL_DATE, MONTH, RUN_ID
from powerlake.tables.types import DOUBLE, LONG, STRING

CELL = (
    Column("region_code", STRING, "Region of supply", nullable=False),
    Column("sector_code", STRING, "Section letter of GB/T 4754; `homes` for customers without", nullable=False),
)

MARKET_DAYS = Table(
    "gold.market_days",
    grain="one row per region, sector and local day",
    key=("region_code", "sector_code", "date"),
    owner="marketing analytics",
    comment="Use of all customers of a region and sector, and how many they were",
    columns=(
        *CELL,
        LOCAL_DATE,
        Column("energy_kwh", DOUBLE, "Energy; a cell may hold one firm", unit="kWh", pii=PII.INDIRECT, nullable=False),
        Column("customers", LONG, "Customers whose use of the day is known", unit="1", nullable=False),
        RUN_ID,
        MONTH,
    ),
    checks={"has_customers": "customers >= 1"},
    expectations=(has_rows(severity=Severity.WARN), unique("region_code", "sector_code", "date")),
    partitioned_by=("month",),
    freshness_hours=36,
)
