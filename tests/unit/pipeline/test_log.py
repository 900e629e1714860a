"""What of an error reaches the log of a run and the state: never a value of a row."""

import json
from io import StringIO

import pyarrow as pa
import pytest

from powerlake.errors import PowerlakeError, without_values
from powerlake.pipeline.attempt import one_line
from powerlake.pipeline.log import Log
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState

JOB = JobSpec(job="silver.customers", owner="marketing")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Failed to parse string: '138 1234' as a scalar", "Failed to parse string: '…' as a scalar"),
        ("[CAST_INVALID_INPUT] The value '张伟' of the type", "[CAST_INVALID_INPUT] The value '…' of the type"),
        ("Integer value 13812345678 not in range", "Integer value … not in range"),
        ("it can't be, it's not 'Zhang Wei's", "it can't be, it's not 'Zhang Wei's"),
        ("'energy_kwh' is not in 'gold.customer_days'", "'energy_kwh' is not in 'gold.customer_days'"),
        ("No such file: '/lake/silver/bills/part-0.parquet'", "No such file: '/lake/silver/bills/part-0.parquet'"),
        ("20260301T053000000Z-daily read 1,234,567 rows", "20260301T053000000Z-daily read 1,234,567 rows"),
    ],
)
def test_values_that_an_error_quotes_are_left_out(said: str, kept: str) -> None:
    assert without_values(said) == kept


def test_a_foreign_error_names_nobody_in_the_log_or_the_state() -> None:
    stream, phone, name = StringIO(), "13812345678", "Zhang Wei"
    with pytest.raises(pa.ArrowInvalid) as caught:
        pa.array([f"{phone} {name}"]).cast(pa.int64())
    said = one_line(caught.value)
    log = Log("20260301T0-daily", stream)
    log.attempt_failed(JOB, 1, caught.value, 1.0)
    log.job_ended(JOB, JobState("failed", 1, error=said), caught.value)
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert said.startswith("ArrowInvalid: Failed to parse string")
    assert all("ArrowInvalid" in event["exception"] for event in events)
    assert name not in said + stream.getvalue()
    assert phone not in said + stream.getvalue()


def test_our_own_words_are_told_as_they_are() -> None:
    assert one_line(PowerlakeError("no file 'A B.csv'", remedy="name another")) == "no file 'A B.csv'; name another"
