"""Columns that many tables share, so that they mean the same everywhere."""

from powerlake.tables.model import PII, Column
from powerlake.tables.types import DATE, INT, STRING

RUN_ID = Column("run_id", STRING, "The run that wrote this row; see ops.job_runs", nullable=False)
METER_ID = Column("meter_id", STRING, "Meter number as the metering system gives it", pii=PII.PSEUDONYM, nullable=False)
CUSTOMER_ID = Column("customer_id", STRING, "Pseudonymous customer number", pii=PII.PSEUDONYM, nullable=False)
LOCAL_DATE = Column("date", DATE, "Local date of the meter", nullable=False)
MONTH = Column("month", STRING, "Local month of `date`, YYYY-MM; a write replaces whole months", nullable=False)
LOCAL_MONTH = Column("month", STRING, "Local month, YYYY-MM; a write replaces whole months", nullable=False)
BUCKET = Column(
    "bucket",
    INT,
    "CRC-32 of meter_id modulo the lake's bucket count: all days of a meter share one, so work on it needs no shuffle",
    nullable=False,
)
SHARD = (MONTH, BUCKET)
"""Partition of the bulk tables: what one task reads, computes and replaces."""
