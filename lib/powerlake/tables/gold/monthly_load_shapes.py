"""gold.monthly_load_shapes: a meter's mean day in each month, apart for weekdays and weekends."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows
from powerlake.tables.parts import BUCKET, LOCAL_MONTH, METER_ID, RUN_ID
from powerlake.tables.types import FLOAT, INT, STRING, array_of

MONTHLY_LOAD_SHAPES = Table(
    "gold.monthly_load_shapes",
    grain="one row per meter, local month and day type with a complete day",
    key=("meter_id", "month", "day_type"),
    owner="marketing analytics",
    comment=(
        "Mean day of each month in half hours, over its complete days: every point known, at most a quarter estimated, "
        "no change of the clock"
    ),
    columns=(
        METER_ID,
        Column("day_type", STRING, "weekday or weekend", nullable=False),
        Column("season", STRING, "Season of the month where the meter is, as in daily_load_features", nullable=False),
        Column("days", INT, "Complete days", unit="d", nullable=False),
        Column(
            "mean_kwh",
            array_of(FLOAT),
            "Mean energy of each half hour of the local day, in order",
            unit="kWh",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        Column(
            "capped_mean_kwh",
            array_of(FLOAT),
            "The same, a half hour counting at most 6 times the meter's mean of the month: what segments are told by",
            unit="kWh",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        RUN_ID,
        LOCAL_MONTH,
        BUCKET,
    ),
    checks={
        "day_type_known": "day_type in ('weekday', 'weekend')",
        "season_known": "season in ('winter', 'spring', 'summer', 'autumn')",
        "days_of_a_month": "days between 1 and 31",
        "whole_day": "size(mean_kwh) = 48 and size(capped_mean_kwh) = 48",
    },
    # A month may begin without a complete day.
    expectations=(has_rows(severity=Severity.WARN),),
    partitioned_by=("month", "bucket"),
    freshness_hours=36,
)
