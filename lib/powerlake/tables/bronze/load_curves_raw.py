"""bronze.load_curves_raw: interval readings as received."""

from powerlake.tables.model import PII, Column, Table
from powerlake.tables.parts import BUCKET, LOCAL_DATE, METER_ID, MONTH, RUN_ID
from powerlake.tables.types import DOUBLE, INT, LONG, SMALLINT, STRING, TIMESTAMP, array_of, map_of

LOAD_CURVES_RAW = Table(
    "bronze.load_curves_raw",
    grain="one row per file, meter and local day, its readings in the order received; one per row of a wide file",
    key=("file_sha256", "meter_id", "date", "row_number"),
    owner="metering",
    comment="Interval readings as received; append only. A reading is one non-empty value; arrays run in parallel",
    columns=(
        METER_ID,
        LOCAL_DATE,
        Column("layout", STRING, "The landing layout the file was read with: long, wide, sgsc", nullable=False),
        Column(
            "second_of_day",
            array_of(INT),
            "Time label of each reading as received, seconds after local midnight of `date`; null for wide rows, "
            "where the place gives the time",
            unit="s",
        ),
        Column(
            "utc_offset_minutes", array_of(SMALLINT), "Offset the time label carried, where it carried one", unit="min"
        ),
        Column(
            "kwh",
            array_of(DOUBLE),
            "Energy of each reading as received; in wide rows one item a point, null where the cell was empty",
            unit="kWh",
            pii=PII.INDIRECT,
            nullable=False,
        ),
        Column(
            "row_number",
            array_of(INT),
            "Row in the file of each reading, first data row = 1; one item for a wide row",
            nullable=False,
        ),
        Column(
            "others",
            map_of(STRING, array_of(STRING)),
            "Columns of the file beyond the contract, as text, in the order of `row_number`",
            pii=PII.INDIRECT,
        ),
        Column("readings", INT, "Readings in this row: non-empty values", unit="1", nullable=False),
        Column("file", STRING, "Path below landing/", nullable=False),
        Column("file_sha256", STRING, "SHA-256 of the file's bytes: a file is known by its content", nullable=False),
        Column(
            "batch", LONG, "Number of the ingestion, counting up; a later batch corrects an earlier", nullable=False
        ),
        Column("ingested_at", TIMESTAMP, "When the batch was taken in", nullable=False),
        RUN_ID,
        MONTH,
        BUCKET,
    ),
    checks={"has_readings": "readings > 0"},
    partitioned_by=("month", "bucket"),
)
