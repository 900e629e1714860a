"""gold.dim_customer: each customer by a pseudonymous number, with contract, tariff and place in the grid."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import CUSTOMER_ID, RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, INT, LONG, STRING

DIM_CUSTOMER = Table(
    "gold.dim_customer",
    grain="one row per customer",
    key=("customer_id",),
    owner="marketing",
    comment="What each customer is, its contract of the day, and what supplies it. Nothing in it names a person",
    columns=(
        CUSTOMER_ID,
        Column("customer_kind", STRING, "What the customer is", nullable=False),
        Column("sector_code", STRING, "Sector of the economy, section letter of GB/T 4754; null for homes"),
        Column("region_code", STRING, "Region of supply", nullable=False),
        Column("opened_date", DATE, "Customer since", nullable=False),
        Column("closed_date", DATE, "Customer until; null while one"),
        Column("is_open", BOOLEAN, "Is a customer on as_of_date", nullable=False),
        Column("is_key_account", BOOLEAN, "Has a manager of its own"),
        Column("household_size", LONG, "Persons at home, where known", unit="1", pii=PII.INDIRECT),
        Column("floor_area_m2", DOUBLE, "Floor area, where known", unit="m²", pii=PII.INDIRECT),
        Column("has_pv", BOOLEAN, "A solar roof is registered"),
        Column("has_ev", BOOLEAN, "A charging point is registered"),
        Column("has_heat_pump", BOOLEAN, "A heat pump is registered"),
        Column("contracts", INT, "Contracts that hold on as_of_date", unit="1", nullable=False),
        Column("contract_id", STRING, "The latest of them"),
        Column("contract_start_date", DATE, "First day of its terms"),
        Column("contracted_kw", DOUBLE, "Contracted power, by the contract or else the customer's record", unit="kW"),
        Column("payment_method", STRING, "How bills are paid"),
        Column("tariff_code", STRING, "Tariff, as in gold.dim_tariff"),
        Column("tariff_kind", STRING, "How the tariff counts"),
        Column("point_id", STRING, "Supply point of the contract, or else the customer number", pii=PII.PSEUDONYM),
        Column("meter_id", STRING, "Meter at the point", pii=PII.PSEUDONYM),
        Column("transformer_id", STRING, "Transformer the meter hangs on"),
        Column("feeder_id", STRING, "Feeder of the transformer"),
        Column("substation_id", STRING, "Substation of the feeder"),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        RUN_ID,
    ),
    expectations=(has_rows(), unique("customer_id")),
    freshness_hours=36,
)
