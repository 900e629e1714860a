"""gold.customer_segments: the load-shape segment of each customer."""

from powerlake.tables.model import PII, Column, Table, between, has_rows, unique
from powerlake.tables.parts import CUSTOMER_ID, RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, FLOAT, INT, STRING, TINYINT, array_of

CUSTOMER_SEGMENTS = Table(
    "gold.customer_segments",
    grain="one row per customer",
    key=("customer_id",),
    owner="marketing analytics",
    comment="The load-shape segment of each customer, as of the scoring date",
    columns=(
        CUSTOMER_ID,
        Column(
            "segment",
            STRING,
            "Segment name, as in gold.segment_profiles; `unusual` where no segment fits",
            nullable=False,
        ),
        Column("is_unusual", BOOLEAN, "Further from every segment than the model's limit", nullable=False),
        Column(
            "distance",
            FLOAT,
            "Distance to the nearest segment's centre, in the model's feature space; null without a typical shape",
            unit="1",
        ),
        Column("margin", FLOAT, "How clear the choice is: 1 − distance ÷ distance to the next segment", unit="1"),
        Column("stability", FLOAT, "Share of the customer's months that fall in the same segment", unit="1"),
        Column("months_seen", INT, "Months with enough days to judge", unit="1"),
        Column(
            "code_entropy_bits",
            FLOAT,
            "Entropy of the customer's daily shape codes: 0 for the same day over and over",
            unit="bit",
        ),
        Column("days", INT, "Complete days the typical shape rests on", unit="d", nullable=False),
        Column("mean_daily_kwh", FLOAT, "Mean energy of a day", unit="kWh", pii=PII.INDIRECT),
        Column("peak_hours", array_of(TINYINT), "The three local hours of highest mean use, highest first", unit="h"),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        Column("model_version", STRING, "Version of the registered model `segments`", nullable=False),
        RUN_ID,
    ),
    checks={
        "distance_not_negative": "distance is null or distance >= 0",
        "stability_is_share": "stability is null or stability between 0 and 1",
    },
    expectations=(has_rows(), unique("customer_id"), between("days", 1, None, mostly=0.5)),
    freshness_hours=36,
)
