"""gold.monthly_shape_codes out of the daily curves of a month."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.customers.daily_codes import Codebook, code_counts
from powerlake.loadcurve.days import items
from powerlake.tables.derive import arrow_schema
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES


def monthly_shape_codes(
    curves: pa.Table, codebook: Codebook, model_version: str, month: str, bucket: int, run_id: str
) -> pa.Table:
    """One row per meter of `curves`, all of one month, that has a complete day, in the schema of the table."""
    found = code_counts(curves, codebook)
    days = items(found["counts"], np.int64).reshape(len(found), codebook.codes).sum(axis=1)
    columns = {
        "meter_id": found["meter_id"],
        "days": pa.array(days, pa.int32()),
        "code_days": found["counts"],
        "model_version": pa.repeat(pa.scalar(model_version), len(found)),
        "run_id": pa.repeat(pa.scalar(run_id), len(found)),
        "month": pa.repeat(pa.scalar(month), len(found)),
        "bucket": pa.repeat(pa.scalar(bucket, pa.int32()), len(found)),
    }
    return pa.table(columns).filter(pa.array(days > 0)).cast(arrow_schema(MONTHLY_SHAPE_CODES))
