"""gold.dim_tariff: what each tariff charges, when, since when."""

from powerlake.tables.model import Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, STRING

DIM_TARIFF = Table(
    "gold.dim_tariff",
    grain="one row per tariff, component, period of the day and step, from a date",
    key=("tariff_code", "component", "period", "from_kwh_a_year", "valid_from_date"),
    owner="marketing",
    comment="The prices of every tariff with the hours, months and dates they hold",
    columns=(
        Column("tariff_code", STRING, "Tariff", nullable=False),
        Column("tariff", STRING, "What it is called in print"),
        Column("tariff_kind", STRING, "flat, step, time_of_use, two_part or dynamic", nullable=False),
        Column("component", STRING, "What is charged: energy, demand or fixed", nullable=False),
        Column("period", STRING, "Period of the day: sharp, peak, flat, valley or all", nullable=False),
        Column(
            "from_kwh_a_year", DOUBLE, "Use in the year above which it holds; 0 without steps", "kWh", nullable=False
        ),
        Column("to_kwh_a_year", DOUBLE, "Use up to which it holds; null for the last step", "kWh"),
        Column("price_cny", DOUBLE, "Price of one of its units", unit="CNY", nullable=False),
        Column("price_per", STRING, "The unit: kWh, kW and month, or month", nullable=False),
        Column("hours", STRING, "Local hours of the period, such as 8-11,18-21; null for all"),
        Column("months", STRING, "Months it holds in, such as 7-8,12; null for all"),
        Column("valid_from_date", DATE, "First day", nullable=False),
        Column("valid_to_date", DATE, "Last day; null while nothing ends it"),
        Column("is_current", BOOLEAN, "Holds today, or until something follows", nullable=False),
        RUN_ID,
    ),
    checks={"price_not_negative": "price_cny >= 0"},
    expectations=(has_rows(), unique("tariff_code", "component", "period", "from_kwh_a_year", "valid_from_date")),
    freshness_hours=31 * 24,
)
