"""gold.daily_load_features: what one day of a meter looks like, in numbers."""

from powerlake.tables.model import PII, Column, Severity, Table, between, has_rows
from powerlake.tables.parts import BUCKET, LOCAL_DATE, METER_ID, MONTH, RUN_ID
from powerlake.tables.types import BOOLEAN, DOUBLE, FLOAT, SMALLINT, STRING, TIMESTAMP, TINYINT, array_of

_SHARE = "1"

DAILY_LOAD_FEATURES = Table(
    "gold.daily_load_features",
    grain="one row per meter and local day",
    key=("meter_id", "date"),
    owner="marketing analytics",
    comment="Shape features of the daily load curve. Values are null where too few points are known",
    columns=(
        METER_ID,
        LOCAL_DATE,
        Column("energy_kwh", DOUBLE, "Energy of the day over the known points", unit="kWh", pii=PII.INDIRECT),
        Column("peak_kw", FLOAT, "Highest mean power of an interval", unit="kW", pii=PII.INDIRECT),
        Column("peak_at", TIMESTAMP, "Start of the first interval that reaches the peak"),
        Column("peak_minute", SMALLINT, "The same on the local clock, minutes after midnight", unit="min"),
        Column("mean_kw", FLOAT, "Mean power over the known points", unit="kW"),
        Column("load_factor", FLOAT, "Mean power ÷ peak power", unit="1"),
        Column("base_load_kw", FLOAT, "10th percentile of the power of the day", unit="kW"),
        Column("night_share", FLOAT, "Share of energy from 00:00 to 06:00 local", unit=_SHARE),
        Column("day_share", FLOAT, "Share of energy from 06:00 to 17:00 local", unit=_SHARE),
        Column("evening_share", FLOAT, "Share of energy from 17:00 to 24:00 local", unit=_SHARE),
        Column("ramp_up_kw", FLOAT, "Largest rise of power between neighbouring intervals", unit="kW"),
        Column("ramp_down_kw", FLOAT, "Largest fall of power between neighbouring intervals", unit="kW"),
        Column("zero_share", FLOAT, "Share of known points that are zero", unit="1"),
        Column("peak_hours", array_of(TINYINT), "The three local hours with the most energy, most first", unit="h"),
        Column("is_weekend", BOOLEAN, "Saturday or Sunday", nullable=False),
        Column("season", STRING, "spring, summer, autumn or winter where the meter is", nullable=False),
        Column("points", SMALLINT, "Intervals in this local day", unit="1", nullable=False),
        Column("known_share", FLOAT, "Share of points with a value", unit="1", nullable=False),
        Column("estimated_share", FLOAT, "Share of points whose value is an estimate", unit="1", nullable=False),
        RUN_ID,
        MONTH,
        BUCKET,
    ),
    checks={
        "energy_not_negative": "energy_kwh is null or energy_kwh >= 0",
        "load_factor_in_range": "load_factor is null or (load_factor >= 0 and load_factor <= 1.0001)",
    },
    expectations=(
        has_rows(),
        between("known_share", 0.5, 1.0, mostly=0.9, severity=Severity.WARN),
    ),
    partitioned_by=("month", "bucket"),
    freshness_hours=36,
)
