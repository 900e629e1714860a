"""Rows made to fit, and the others split off: which rule wins, and that nothing is lost."""

import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.tables import TABLES
from powerlake.tables.conform import RECORD_LIMIT, conform
from powerlake.tables.derive import arrow_schema
from powerlake.tables.model import Column, Table
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.types import DATE, LONG, STRING

READS = Table(
    "silver.reads",
    grain="one row per meter",
    key=("meter_id", "register"),
    owner="metering",
    comment="Register reads",
    columns=(
        Column("meter_id", STRING, "Meter", nullable=False),
        Column("register", STRING, "Register"),
        Column("kwh", LONG, "Reading", unit="kWh"),
    ),
    checks={"not_negative": "kwh >= 0", "not_absurd": "kwh < 1000000"},
)
BRONZE_READS = Table("bronze.reads", READS.grain, READS.key, READS.owner, READS.comment, READS.columns)


def reads(*values: tuple[str | None, str | None, int | None]) -> pa.Table:
    names = READS.column_names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in values], arrow_schema(READS))


@pytest.mark.parametrize("name", TABLES)
def test_the_default_row_of_every_table_fits(name: str, rows) -> None:
    """Also shows that the readers' dialect of SQL understands every check."""
    assert conform(TABLES[name], rows(TABLES[name], {})).reasons == []


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((None, "1", 5), "meter_id_missing"),
        (("m1", "1", -1), "not_negative"),
        (("m1", "1", None), "not_negative"),
        (("m1", "1", 1_000_000), "not_absurd"),
        ((None, "1", -1), "meter_id_missing"),
    ],
    ids=["null where none may be", "check is false", "check is null", "the second check", "NOT NULL before checks"],
)
def test_the_first_broken_rule_is_the_reason(row: tuple[str | None, str, int | None], reason: str) -> None:
    conformed = conform(READS, reads(("m0", "1", 5), row))
    assert conformed.fitting.to_pylist() == reads(("m0", "1", 5)).to_pylist()
    assert conformed.refused.to_pylist() == reads(row).to_pylist()
    assert conformed.reasons == [reason]


def test_the_first_of_two_rows_with_one_key_stays() -> None:
    conformed = conform(READS, reads(("m1", None, 1), ("m1", "1", 2), ("m1", None, 3)))
    assert conformed.fitting["kwh"].to_pylist() == [1, 2]
    assert conformed.refused["kwh"].to_pylist() == [3]
    assert conformed.reasons == ["key_repeated"]


def test_a_refused_row_does_not_drive_out_a_good_one_with_its_key() -> None:
    conformed = conform(READS, reads(("m1", "1", -1), ("m1", "1", 7)))
    assert conformed.fitting["kwh"].to_pylist() == [7]
    assert conformed.reasons == ["not_negative"]


def test_bronze_keeps_repeated_keys() -> None:
    assert conform(BRONZE_READS, reads(("m1", "1", 1), ("m1", "1", 1))).fitting.num_rows == 2


def test_types_are_cast_and_columns_put_in_order() -> None:
    loose = pa.table({"extra": ["?"], "kwh": pa.array([5], pa.int32()), "register": ["1"], "meter_id": ["m1"]})
    fitting = conform(READS, loose).fitting
    assert fitting.schema == arrow_schema(READS)
    assert fitting.to_pylist() == [{"meter_id": "m1", "register": "1", "kwh": 5}]


@pytest.mark.parametrize("kwh", [pa.array(["five"]), pa.array([5.5])], ids=["text", "fraction"])
def test_a_value_that_cannot_be_cast_is_a_defect_of_the_job(kwh: pa.Array) -> None:
    with pytest.raises(pa.ArrowInvalid):
        conform(READS, pa.table({"meter_id": ["m1"], "register": ["1"], "kwh": kwh}))


def test_no_rows_are_no_rows() -> None:
    conformed = conform(READS, reads())
    assert (conformed.fitting.num_rows, conformed.refused.num_rows, conformed.reasons) == (0, 0, [])
    assert conformed.fitting.schema == arrow_schema(READS)


def test_order_and_reasons_hold_over_many_thousand_rows() -> None:
    """Engines work in chunks of some thousand rows and may hand them back in another order."""
    random = np.random.default_rng(7)
    meters = random.integers(0, 9_000, 20_000)
    numbers = np.where(random.random(20_000) < 0.1, -1, np.arange(20_000))
    rows = pa.table({"meter_id": meters.astype(str), "register": pa.nulls(20_000, pa.string()), "kwh": numbers})
    good = numbers >= 0
    _, first = np.unique(meters[good], return_index=True)
    conformed = conform(READS, rows)
    assert conformed.fitting["kwh"].to_pylist() == numbers[good][np.sort(first)].tolist()
    assert Counter(conformed.reasons) == {
        "not_negative": int((~good).sum()),
        "key_repeated": int(good.sum()) - len(first),
    }


some_reads = st.lists(
    st.tuples(
        st.sampled_from(["m1", "m2", "m3", None]),
        st.sampled_from(["1", None]),
        st.one_of(st.none(), st.integers(-2, 2), st.just(10**6)),
    ),
    max_size=20,
)


@settings(max_examples=20, deadline=None)
@given(some_reads)
def test_nothing_is_lost_and_what_fits_breaks_no_rule(values: list[tuple[str | None, str | None, int | None]]) -> None:
    rows = reads(*values)
    conformed = conform(READS, rows)
    both = conformed.fitting.to_pylist() + conformed.refused.to_pylist()
    assert Counter(map(str, both)) == Counter(map(str, rows.to_pylist()))
    assert len(conformed.reasons) == conformed.refused.num_rows
    keys = [(row["meter_id"], row["register"]) for row in conformed.fitting.to_pylist()]
    assert len(set(keys)) == len(keys)
    for row in conformed.fitting.to_pylist():
        assert row["meter_id"] is not None
        assert 0 <= row["kwh"] < 10**6


def test_a_refused_row_goes_to_quarantine_as_json_with_what_it_stands_for(rows) -> None:
    wrong = rows(LOAD_CURVES, {"meter_id": "m1", "interval_minutes": 7, "received_points": 1})
    at = datetime(2024, 3, 2, tzinfo=UTC)
    (row,) = conform(LOAD_CURVES, wrong).refused_rows(quarantine_of(LOAD_CURVES), 4, at, "run-1").to_pylist()
    assert json.loads(row.pop("record"))["interval_minutes"] == 7
    assert row == {
        "level": "row", "reason": "interval_divides_hour", "detail": None, "file": None, "row_number": None,
        "readings": 1, "batch": 4, "quarantined_at": at, "run_id": "run-1",
    }  # fmt: skip


def test_quarantine_keeps_the_beginning_of_a_long_record() -> None:
    refused = conform(READS, reads(("m" * 2 * RECORD_LIMIT, "1", -1)))
    quarantined = refused.refused_rows(quarantine_of(READS), 1, datetime(2024, 3, 2, tzinfo=UTC), "run-1")
    assert len(quarantined["record"][0].as_py()) == RECORD_LIMIT


def test_dates_in_a_refused_row_are_readable() -> None:
    days = Table("silver.days", "g", ("day",), "o", "c", (Column("day", DATE, "Day"),), {"leap": "day(day) = 29"})
    refused = conform(days, pa.table({"day": [datetime(2024, 2, 28).date()]}))
    (row,) = refused.refused_rows(quarantine_of(days), 1, datetime(2024, 3, 2, tzinfo=UTC), "r").to_pylist()
    assert json.loads(row["record"]) == {"day": "2024-02-28"}
