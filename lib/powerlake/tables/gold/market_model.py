"""gold.market_model: what is sold, by region, sector and month, how it grows, and what is to come."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import DATE, DOUBLE, INT, STRING, array_of

_ENERGY = PII.INDIRECT
"""A cell may hold one firm."""

MARKET_MODEL = Table(
    "gold.market_model",
    grain="one row per region, sector and month, the twelve months to come included",
    key=("region_code", "sector_code", "month_date"),
    owner="marketing analytics",
    comment=(
        "Customers, energy and revenue of a cell of the market; growth with and without the weather, the link with "
        "the economy, and a forecast for the months after the last complete one"
    ),
    columns=(
        Column("region_code", STRING, "Region of supply", nullable=False),
        Column("sector_code", STRING, "Section letter of GB/T 4754; `homes` for customers without", nullable=False),
        Column("month_date", DATE, "First day of the month", nullable=False),
        Column("customers", INT, "Customers with use on a mean day", unit="1"),
        Column("days", INT, "Days with use; growth is that of the mean day of months with 25", unit="d"),
        Column("energy_kwh", DOUBLE, "Energy; null for months to come", unit="kWh", pii=_ENERGY),
        Column("normal_kwh", DOUBLE, "Energy in the weather of a normal year", unit="kWh", pii=_ENERGY),
        Column("revenue_cny", DOUBLE, "Bills whose last day billed is in the month", unit="CNY"),
        Column("growth", DOUBLE, "Change of the mean day's energy to the year before; null when none", unit="1"),
        Column("normal_growth", DOUBLE, "The same of energy in normal weather", unit="1"),
        Column(
            "output_index", DOUBLE, "Output of the sector in the region, as published", unit="as the indicator says"
        ),
        Column(
            "economy_correlations",
            array_of(DOUBLE),
            "Correlation of changes of use with those of output 0, 1, 2 and 3 months before; of the cell",
            unit="1",
        ),
        Column(
            "economy_low_95",
            array_of(DOUBLE),
            "Lower ends of their intervals, which hold together and count pairs that repeat their neighbours as fewer",
            unit="1",
        ),
        Column("economy_high_95", array_of(DOUBLE), "Upper ends; where 0 lies between no link is shown", unit="1"),
        Column("economy_pairs", array_of(INT), "Changes each of them rests on", unit="1"),
        Column("economy_changes", STRING, "Over what: year_on_year, month_on_month, or none with fewer than 12 pairs"),
        Column("economy_lag_months", INT, "Months behind output with the highest correlation", unit="1"),
        Column("forecast_kwh", DOUBLE, "Energy expected in normal weather", unit="kWh", pii=_ENERGY),
        Column("low_80_kwh", DOUBLE, "Lower end of its 80 % interval", unit="kWh", pii=_ENERGY),
        Column("high_80_kwh", DOUBLE, "Upper end", unit="kWh", pii=_ENERGY),
        Column("low_95_kwh", DOUBLE, "Lower end of its 95 % interval", unit="kWh", pii=_ENERGY),
        Column("high_95_kwh", DOUBLE, "Upper end", unit="kWh", pii=_ENERGY),
        Column("forecast_method", STRING, "level_and_month, with one year of months seasonal_naive, else none"),
        Column(
            "forecast_skill", DOUBLE, "1 − mean absolute error on the past ÷ that of the month a year before", unit="1"
        ),
        Column("forecast_tested", INT, "Past forecasts of a month the skill rests on; 0 where none could be", unit="1"),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        RUN_ID,
    ),
    checks={
        "interval_in_order": "forecast_kwh is null or low_80_kwh is null or "
        "(low_95_kwh <= low_80_kwh and low_80_kwh <= forecast_kwh and forecast_kwh <= high_80_kwh "
        "and high_80_kwh <= high_95_kwh)",
        "energy_not_negative": "energy_kwh is null or energy_kwh >= 0",
    },
    expectations=(has_rows(), unique("region_code", "sector_code", "month_date")),
    freshness_hours=36,
)
