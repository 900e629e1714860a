"""gold.customer_days: what a customer took on a day, whatever the meters."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows
from powerlake.tables.parts import CUSTOMER_ID, LOCAL_DATE, MONTH, RUN_ID
from powerlake.tables.types import DOUBLE

USE = (
    Column(
        "energy_kwh", DOUBLE, "Energy, points without a value at the mean of the others", "kWh", PII.INDIRECT, False
    ),
    Column("peak_kw", DOUBLE, "Highest power of an interval, of the meter with the highest", unit="kW"),
    Column("night_kwh", DOUBLE, "Energy from 00:00 to 06:00 local", unit="kWh", pii=PII.INDIRECT),
)
"""What is said of a customer's day and of its month alike."""

CUSTOMER_DAYS = Table(
    "gold.customer_days",
    grain="one row per customer and local day",
    key=("customer_id", "date"),
    owner="marketing analytics",
    comment="Use of a customer's day over the meters of its contracts, after their multipliers; days known too little "
    "have no row",
    columns=(CUSTOMER_ID, LOCAL_DATE, *USE, RUN_ID, MONTH),
    checks={"energy_not_negative": "energy_kwh >= 0"},
    expectations=(has_rows(severity=Severity.WARN),),
    partitioned_by=("month",),
    freshness_hours=36,
)
