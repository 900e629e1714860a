"""gold.meter_months: what was sold through each meter in a month, by the area it hung in."""

from powerlake.tables.gold.area_months import TRANSFORMER_ID
from powerlake.tables.model import PII, Column, Severity, Table, has_rows, unique
from powerlake.tables.parts import METER_ID, MONTH, RUN_ID
from powerlake.tables.types import DOUBLE, INT


def _energy(name: str, comment: str) -> Column:
    return Column(name, DOUBLE, comment, unit="kWh", pii=PII.INDIRECT)


METER_MONTHS = Table(
    "gold.meter_months",
    grain="one row per meter, transformer area and local month it hung there",
    key=("meter_id", "transformer_id", "month"),
    owner="grid operations",
    comment="Energy sold through a meter over the days of gold.area_months that it hung in the area",
    columns=(
        METER_ID,
        TRANSFORMER_ID,
        Column("expected_days", INT, "Days it hung there", unit="d", nullable=False),
        Column("known_days", INT, "Of them with a curve", unit="d", nullable=False),
        _energy("sold_kwh", "Taken less fed in, after the multiplier; null without curve and reading"),
        _energy("estimated_kwh", "of it by estimated points, and days at the mean of the others"),
        _energy("register_kwh", "of it by the register, for days without a curve"),
        RUN_ID,
        MONTH,
    ),
    checks={"days_of_a_month": "expected_days between 1 and 31 and known_days >= 0"},
    expectations=(has_rows(severity=Severity.WARN), unique("meter_id", "transformer_id", "month")),
    partitioned_by=("month",),
    freshness_hours=36,
)
