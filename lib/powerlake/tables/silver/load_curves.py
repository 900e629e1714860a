"""silver.load_curves: the validated load curve of a meter's day."""

from powerlake.tables.model import PII, Column, Severity, Table, has_rows, mean_between
from powerlake.tables.parts import BUCKET, LOCAL_DATE, METER_ID, MONTH, RUN_ID
from powerlake.tables.types import FLOAT, LONG, SMALLINT, STRING, TINYINT, array_of

LOAD_CURVES = Table(
    "silver.load_curves",
    grain="one row per meter and local day",
    key=("meter_id", "date"),
    owner="metering",
    comment=(
        "Daily load curve after validation, estimation and editing: as many points as the local day has "
        "(96, 48 or 24; 92/100, 46/50 or 23/25 when the clock changes)"
    ),
    columns=(
        METER_ID,
        LOCAL_DATE,
        Column(
            "kwh",
            array_of(FLOAT),
            "Energy of each interval of the local day, in order; null where neither read nor estimated",
            unit="kWh",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        Column(
            "quality",
            array_of(TINYINT),
            "Quality code of each point: see powerlake.loadcurve.quality",
            nullable=False,
        ),
        Column(
            "received_kwh",
            array_of(FLOAT),
            "The curve before editing, null items where nothing was received; null when no point was edited",
            unit="kWh",
            pii=PII.INDIRECT,
        ),
        Column("interval_minutes", SMALLINT, "Length of an interval", unit="min", nullable=False),
        Column("points", SMALLINT, "Intervals in this local day", unit="1", nullable=False),
        Column("received_points", SMALLINT, "Points with a received value, edited or not", unit="1", nullable=False),
        Column("estimated_points", SMALLINT, "Points whose published value is an estimate", unit="1", nullable=False),
        Column("missing_points", SMALLINT, "Points without a value", unit="1", nullable=False),
        Column("flags", array_of(STRING), "Names of the validation rules this day broke; null when none"),
        Column("layout", STRING, "Landing layout of its latest reading; conf `layouts` has its clock", nullable=False),
        Column("vee_version", STRING, "Version of the validation and estimation rules", nullable=False),
        Column("batch", LONG, "Latest bronze batch with a reading of this day", nullable=False),
        RUN_ID,
        MONTH,
        BUCKET,
    ),
    checks={
        "interval_divides_hour": "interval_minutes in (15, 30, 60)",
        "as_many_codes_as_points": "size(kwh) = points and size(quality) = points",
        "points_accounted": "received_points between 0 and points and missing_points between 0 and points",
    },
    expectations=(
        has_rows(),
        mean_between("missing_points", 0.0, 24.0, severity=Severity.WARN),
    ),
    partitioned_by=("month", "bucket"),
    freshness_hours=36,
)
