"""silver.golden_customers: one row a person or firm, whatever the number of records. It derives from the feed."""

from dataclasses import replace

from powerlake.tables.feeds.marketing import CUSTOMERS
from powerlake.tables.model import Column, Table, has_rows, unique
from powerlake.tables.parts import CUSTOMER_ID, RUN_ID
from powerlake.tables.silver.of_feed import silver_of
from powerlake.tables.types import INT

NOT_OF_THE_PERSON = {"customer_id", "edits", "batch", "run_id"}

GOLDEN_CUSTOMERS = Table(
    "silver.golden_customers",
    grain="one row per person or firm",
    key=("customer_id",),
    owner="marketing",
    comment="What holds of a customer over all records: see tables.feeds.survivorship for the rule of each column",
    columns=(
        replace(CUSTOMER_ID, comment="Number that stands for all records, as linked_customer_id in customer_links"),
        *(column for column in silver_of(CUSTOMERS).columns if column.name not in NOT_OF_THE_PERSON),
        Column("records", INT, "Records it rests on", unit="1", nullable=False),
        RUN_ID,
    ),
    checks={"has_a_record": "records >= 1"},
    expectations=(has_rows(), unique("customer_id")),
    freshness_hours=36,
)
