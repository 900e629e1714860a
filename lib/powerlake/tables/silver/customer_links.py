"""silver.customer_links: which of a customer's records stands for all of them."""

from powerlake.tables.model import PII, Column, Table, has_rows, unique
from powerlake.tables.parts import CUSTOMER_ID, RUN_ID
from powerlake.tables.types import DOUBLE, INT, STRING, array_of

CUSTOMER_LINKS = Table(
    "silver.customer_links",
    grain="one row per customer record",
    key=("customer_id",),
    owner="marketing",
    comment="Records of marketing that are one person or firm; a record without another is linked to itself",
    columns=(
        CUSTOMER_ID,
        Column(
            "linked_customer_id",
            STRING,
            "Customer number that stands for all records of the person or firm",
            pii=PII.PSEUDONYM,
            nullable=False,
        ),
        Column("records", INT, "Records of the person or firm", unit="1", nullable=False),
        Column("probability", DOUBLE, "Chance that its strongest link is right; null without one", unit="1"),
        Column("evidence", array_of(STRING), "Columns that agree in its strongest link; null without one"),
        Column("method_version", STRING, "Method and version that linked", nullable=False),
        RUN_ID,
    ),
    checks={"probability_is_share": "probability is null or probability between 0 and 1"},
    expectations=(has_rows(), unique("customer_id")),
    freshness_hours=36,
)
