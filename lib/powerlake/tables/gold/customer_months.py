"""gold.customer_months: what a customer took in a month."""

from powerlake.tables.gold.customer_days import USE
from powerlake.tables.model import Column, Severity, Table, has_rows, unique
from powerlake.tables.parts import CUSTOMER_ID, MONTH, RUN_ID
from powerlake.tables.types import DATE, INT

CUSTOMER_MONTHS = Table(
    "gold.customer_months",
    grain="one row per customer and local month",
    key=("customer_id", "month"),
    owner="marketing analytics",
    comment="The days of gold.customer_days added up; a month may be known in part",
    columns=(
        CUSTOMER_ID,
        Column("days", INT, "Days with use", unit="d", nullable=False),
        Column("last_date", DATE, "The last of them", nullable=False),
        *USE,
        RUN_ID,
        MONTH,
    ),
    checks={"days_of_a_month": "days between 1 and 31"},
    expectations=(has_rows(severity=Severity.WARN), unique("customer_id", "month")),
    partitioned_by=("month",),
    freshness_hours=36,
)
