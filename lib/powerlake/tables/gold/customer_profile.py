"""gold.customer_profile: what all departments know of a customer."""

from powerlake.tables.model import PII, Column, Severity, Table, between, has_rows, mean_between, unique
from powerlake.tables.parts import CUSTOMER_ID, RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, FLOAT, INT, STRING, array_of

_ACCOUNT = (
    CUSTOMER_ID,
    Column("customer_kind", STRING, "What the customer is, such as residential or industry"),
    Column("sector_code", STRING, "Sector of the economy, section letter of GB/T 4754; null for homes"),
    Column("region_code", STRING, "Region of supply"),
    Column("opened_date", DATE, "Customer since"),
    Column("closed_date", DATE, "Customer until, if that was before the as-of date"),
    Column("is_active", BOOLEAN, "Not closed by the as-of date", nullable=False),
    Column("is_key_account", BOOLEAN, "Has a manager of its own"),
    Column("floor_area_m2", DOUBLE, "Floor area, where known", unit="m²", pii=PII.INDIRECT),
    Column("has_pv", BOOLEAN, "A solar roof is registered", pii=PII.INDIRECT),
    Column("has_ev", BOOLEAN, "A charging point is registered", pii=PII.INDIRECT),
    Column("has_heat_pump", BOOLEAN, "A heat pump is registered", pii=PII.INDIRECT),
)

_CONTRACT = (
    Column("contracts", INT, "Contracts in force", unit="1"),
    Column("contract_id", STRING, "That of the greatest contracted power"),
    Column("point_id", STRING, "Its supply point", pii=PII.PSEUDONYM),
    Column("contract_start_date", DATE, "First day under its present terms"),
    Column("tariff_code", STRING, "Its tariff"),
    Column("tariff_kind", STRING, "How the tariff counts: flat, step, time_of_use, two_part or dynamic"),
    Column("payment_method", STRING, "How its bills are paid"),
    Column("contracted_kw", DOUBLE, "Contracted power of all contracts in force", unit="kW"),
    Column("meter_id", STRING, "Meter that stands for the customer, the lowest number of several", pii=PII.PSEUDONYM),
)

_USE = (
    Column("usage_days", INT, "Days with use in the 365 days up to the as-of date", unit="d"),
    Column("last_usage_date", DATE, "Last day with use"),
    Column("annual_kwh", DOUBLE, "Use of 365 days; null with more than 37 missing", unit="kWh", pii=PII.INDIRECT),
    Column("mean_kw", DOUBLE, "Mean power over the days known", unit="kW", pii=PII.INDIRECT),
    Column("peak_kw", DOUBLE, "Highest power of an interval, of the meter with the highest", unit="kW"),
    Column("load_factor", DOUBLE, "Mean power ÷ peak power", unit="1"),
    Column("night_share", DOUBLE, "Share of energy from 00:00 to 06:00 local", unit="1"),
    Column("segment", STRING, "Load-shape segment of the main meter, as in gold.segment_profiles"),
    Column("segment_stability", FLOAT, "Share of its months that fall in the same segment", unit="1"),
    Column("base_daily_kwh", DOUBLE, "Use of a day without heating and cooling", unit="kWh", pii=PII.INDIRECT),
    Column("heating_kwh_per_c", DOUBLE, "More use on a day for each °C below the heating balance", unit="kWh/°C"),
    Column("cooling_kwh_per_c", DOUBLE, "More use on a day for each °C above the cooling balance", unit="kWh/°C"),
    Column("heating_balance_c", DOUBLE, "Daily mean temperature below which it heats; null without", unit="°C"),
    Column("cooling_balance_c", DOUBLE, "Daily mean temperature above which it cools; null without", unit="°C"),
    Column("weather_r2", DOUBLE, "Share of the variance of daily use that the weather explains", unit="1"),
    Column("weather_fit_date", DATE, "Day up to which the weather response was fitted; every conf profile.refit_days"),
)

_MONEY = (
    Column("bills_12m", INT, "Bills of the 12 months before, without corrected ones", unit="1"),
    Column("billed_12m_cny", DOUBLE, "Their sum", unit="CNY", pii=PII.INDIRECT),
    Column("mean_bill_cny", DOUBLE, "Their mean", unit="CNY", pii=PII.INDIRECT),
    Column("last_bill_cny", DOUBLE, "Amount of the last bill", unit="CNY", pii=PII.INDIRECT),
    Column("last_bill_date", DATE, "Day the last bill was issued"),
    Column("due_12m", INT, "Bills due in the 12 months before, corrections aside", unit="1"),
    Column("late_share", DOUBLE, "Share of them not settled by the due date", unit="1", pii=PII.INDIRECT),
    Column("open_cny", DOUBLE, "Billed less paid; below zero for a credit", unit="CNY", pii=PII.INDIRECT),
    Column("dunning_12m", INT, "Dunning steps of the 12 months before", unit="1", pii=PII.INDIRECT),
)

_SERVICE = (
    Column("tickets_12m", INT, "Tickets of the 12 months before", unit="1"),
    Column("last_ticket_date", DATE, "Day of the last ticket"),
    Column("last_ticket_channel", STRING, "Channel it came by"),
    Column("satisfaction", DOUBLE, "Mean mark of the tickets settled, 1 to 5", unit="1"),
    Column("visits_12m", INT, "Visits to channels in the 12 months before", unit="1"),
    Column("main_channel", STRING, "Channel most visited"),
)

_NETWORK = (
    Column("transformer_id", STRING, "Transformer its main meter hangs on"),
    Column("feeder_id", STRING, "Feeder of the transformer"),
    Column("substation_id", STRING, "Substation of the feeder"),
    Column("phase", STRING, "Phase of a single-phase meter"),
    Column("meter_events_12m", INT, "Events its meters reported in the 12 months before", unit="1"),
    Column("last_meter_event", STRING, "Code of the last of them"),
    Column("last_meter_event_date", DATE, "Its day"),
    Column("outages_12m", INT, "Interruptions of its transformer, feeder or substation in the 12 months", unit="1"),
    Column("outage_hours_12m", DOUBLE, "Their length", unit="h"),
)

COUNTS = {
    "contracts": "silver.contracts",
    "usage_days": "gold.customer_months",
    "bills_12m": "silver.bills",
    "dunning_12m": "silver.dunning",
    "tickets_12m": "silver.tickets",
    "visits_12m": "silver.channel_usage",
    "meter_events_12m": "silver.meter_events",
}
"""Columns that are 0 for a customer of whom the table, if it is there, has no row."""

SPOKEN_OF = {
    "metering": "annual_kwh",
    "marketing": "contract_id",
    "billing": "bills_12m",
    "service": "tickets_12m",
    "assets": "transformer_id",
    "dispatch": "outages_12m",
    "external": "base_daily_kwh",
}
"""What must be known of a customer for a department to count as present; billing is apart, with bills of its own."""

CUSTOMER_PROFILE = Table(
    "gold.customer_profile",
    grain="one row per customer",
    key=("customer_id",),
    owner="marketing analytics",
    comment="Each customer across the departments, as known on the as-of date; null where a department says nothing",
    columns=(
        *_ACCOUNT,
        *_CONTRACT,
        *_USE,
        *_MONEY,
        *_SERVICE,
        *_NETWORK,
        Column("missing", array_of(STRING), f"Of {', '.join(SPOKEN_OF)}: those that say nothing", nullable=False),
        Column("completeness", FLOAT, "Share of them that say something", unit="1", nullable=False),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        RUN_ID,
    ),
    checks={
        "late_share_is_share": "late_share is null or late_share between 0 and 1",
        "use_not_negative": "annual_kwh is null or annual_kwh >= 0",
        "slopes_not_negative": "base_daily_kwh is null or (heating_kwh_per_c >= 0 and cooling_kwh_per_c >= 0)",
    },
    expectations=(
        has_rows(),
        unique("customer_id"),
        mean_between("completeness", 0.5, 1.0, severity=Severity.WARN),
        between("load_factor", 0.0, 1.0, mostly=0.99, severity=Severity.WARN),
    ),
    freshness_hours=36,
)
