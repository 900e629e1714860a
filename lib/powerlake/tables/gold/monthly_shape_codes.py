"""gold.monthly_shape_codes: how a meter's days of a month fall on the champion's daily shapes."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows
from powerlake.tables.parts import BUCKET, LOCAL_MONTH, METER_ID, RUN_ID
from powerlake.tables.types import INT, STRING, array_of

MONTHLY_SHAPE_CODES = Table(
    "gold.monthly_shape_codes",
    grain="one row per meter and local month with a complete day",
    key=("meter_id", "month"),
    owner="marketing analytics",
    comment=(
        "Complete days of each month by the daily shape they are nearest to, in the months that segments rest on; all "
        "rows by one codebook"
    ),
    columns=(
        METER_ID,
        Column("days", INT, "Complete days", unit="d", nullable=False),
        Column(
            "code_days",
            array_of(INT),
            "Days of each code of the model's codebook, in its order; the last code is a day below 0.1 kWh",
            unit="d",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        Column("model_version", STRING, "Version of the registered model `segments`", nullable=False),
        RUN_ID,
        LOCAL_MONTH,
        BUCKET,
    ),
    checks={"days_of_a_month": "days between 1 and 31"},
    # A month may begin without a complete day.
    expectations=(has_rows(severity=Severity.WARN),),
    partitioned_by=("month", "bucket"),
    freshness_hours=36,
)
