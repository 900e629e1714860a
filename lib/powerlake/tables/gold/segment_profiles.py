"""gold.segment_profiles: what each segment is."""

from powerlake.tables.model import Column, Table, has_rows, unique
from powerlake.tables.parts import RUN_ID
from powerlake.tables.types import DATE, FLOAT, INT, STRING, TINYINT, array_of

SEGMENT_PROFILES = Table(
    "gold.segment_profiles",
    grain="one row per segment, season and day type",
    key=("segment", "season", "day_type"),
    owner="marketing analytics",
    comment="Name, size and typical curve of each load-shape segment, and what sets it apart",
    columns=(
        Column("segment", STRING, "Segment name, in English", nullable=False),
        Column("segment_zh", STRING, "Segment name, in Chinese", nullable=False),
        Column("season", STRING, "spring, summer, autumn, winter or all", nullable=False),
        Column("day_type", STRING, "weekday or weekend", nullable=False),
        Column("customers", INT, "Customers in the segment", unit="1", nullable=False),
        Column("share", FLOAT, "Share of all customers", unit="1", nullable=False),
        Column("mean_daily_kwh", FLOAT, "Mean energy of a day of this kind", unit="kWh"),
        Column(
            "typical_kw",
            array_of(FLOAT),
            "Mean power of the members by interval of the local day, in order",
            unit="kW",
        ),
        Column("typical_shape", array_of(FLOAT), "The same, each customer's curve divided by its mean", unit="1"),
        Column("peak_hours", array_of(TINYINT), "The three local hours of highest typical use", unit="h"),
        Column("description", STRING, "What sets the segment apart, in English"),
        Column("description_zh", STRING, "What sets the segment apart, in Chinese"),
        Column("as_of_date", DATE, "Nothing after this local date was used", nullable=False),
        Column("model_version", STRING, "Version of the registered model `segments`", nullable=False),
        RUN_ID,
    ),
    checks={"share_in_range": "share between 0 and 1"},
    expectations=(has_rows(), unique("segment", "season", "day_type")),
    freshness_hours=36,
)
