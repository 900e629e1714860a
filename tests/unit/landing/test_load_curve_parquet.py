"""Parquet files: types departments use, rows refused, and agreement with the same rows as CSV."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from powerlake.landing import parquet_rows
from powerlake.landing.text_file import Limits

LONG = {
    "meter_id": ["a", "b", "a"],
    "reading_at": [datetime(2024, 1, 1), datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 30)],
    "kwh": [1.0, 2.5, 0.25],
}
READINGS = [("a", "2024-01-01", 0, 1.0), ("a", "2024-01-01", 1800, 0.25), ("b", "2024-01-01", 0, 2.5)]


def parquet(columns: dict[str, object] | pa.Table, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), sink, **options)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("compression", ["zstd", "snappy", "none"])
def test_a_long_file_whatever_its_compression(read, compression: str) -> None:
    assert read(parquet(LONG, compression=compression), "a.parquet").readings == READINGS


@pytest.mark.parametrize(
    "typed",
    [
        {"meter_id": pa.array(["a", "b", "a"]).dictionary_encode()},
        {"meter_id": pa.array([" a", "b ", "a"], pa.large_string())},
        {"reading_at": pa.array(["2024/01/01 00:00", "2024/01/01 00:00", "2024/01/01 00:30"])},
        {"reading_at": pa.array(LONG["reading_at"], pa.timestamp("ns"))},
        {"kwh": pa.array([Decimal("1.000"), Decimal("2.500"), Decimal("0.250")])},
        {"kwh": pa.array([1.0, 2.5, 0.25], pa.float32())},
        {"kwh": pa.array(["1", " 2.5 ", ".25"])},
    ],
)
def test_columns_of_every_sensible_type(read, typed: dict[str, pa.Array]) -> None:
    assert read(parquet(LONG | typed), "a.parquet").readings == READINGS


def test_whole_number_meters_become_text(read) -> None:
    assert {reading[0] for reading in read(parquet(LONG | {"meter_id": [1, 2, 1]})).readings} == {"1", "2"}


def test_bad_rows_are_refused_as_json(read) -> None:
    columns = {
        "meter_id": ["a", None, "c", "d", "e"],
        "reading_at": [datetime(2024, 1, 1), datetime(2024, 1, 1), None, datetime(1800, 1, 1), datetime(2024, 1, 1)],
        "kwh": [float("nan"), 1.0, 2.0, 3.0, None],
    }
    found = read(parquet(columns), "a.parquet")
    reasons = ["not_finite", "missing_meter", "bad_time", "date_out_of_range", "empty_value"]
    assert found.reasons == list(enumerate(reasons, start=1))
    assert found.refused["readings"].to_pylist() == [1, 1, 1, 1, 0]
    assert (
        found.refused["record"][1].as_py()
        == '{"meter_id": null, "reading_at": "2024-01-01 00:00:00.000000", "kwh": "1"}'
    )


def test_wide_files_and_their_extra_columns(read) -> None:
    points = {f"P{point}": pa.array([0.5, None]) for point in range(1, 49)}
    columns = {
        "meter_id": ["a", "b"],
        "date": [date(2024, 1, 1)] * 2,
        **points,
        "ratio": [80, None],
        "tags": [["x"], None],
    }
    found = read(parquet(columns), "a.parquet")
    (row,) = found.rows.to_pylist()
    assert (row["kwh"], row["layout"], row["readings"]) == ([0.5] * 48, "wide", 48)
    assert row["others"] == [("ratio", ["80"]), ("tags", ['["x"]'])]
    assert found.reasons == [(2, "empty_value")]


@pytest.mark.parametrize(
    "wrong",
    [{"kwh": [True, False, True]}, {"meter_id": [1.5, 2.5, 3.5]}, {"reading_at": [1, 2, 3]}, {"kwh": [[1.0]] * 3}],
)
def test_a_column_that_cannot_hold_its_content_refuses_the_file(read, wrong: dict[str, object]) -> None:
    found = read(parquet(LONG | wrong), "a.parquet")
    assert (found.rejected, found.received) == ("wrong_type", 3)


def test_a_larger_file_comes_in_parts_and_loses_nothing(read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("powerlake.landing.parquet_rows.BATCH_BYTES", 24 * 100)
    rows = np.arange(1000)
    times = np.datetime64("2024-01-01T00:00:00") + rows * np.timedelta64(900, "s")
    content = parquet({"meter_id": np.repeat("a", 1000), "reading_at": times, "kwh": rows / 8}, row_group_size=300)
    found = read(content, "a.parquet", held_bytes=9000)
    assert found.parts > 1
    assert [reading[3] for reading in found.readings] == (rows / 8).tolist()


def test_damage_is_found_before_a_row_is_given(read) -> None:
    content = parquet(
        {
            "meter_id": ["a"] * 5000,
            "reading_at": [datetime(2024, 1, 1)] * 5000,
            "kwh": np.random.default_rng(0).random(5000),
        },
        compression="none",
        write_page_checksum=True,
        use_dictionary=False,
    )
    altered = bytearray(content)
    altered[len(content) // 2] ^= 1
    assert read(bytes(altered), "a.parquet").rejected == "damaged"
    assert read(content[:-10], "a.parquet").rejected == "damaged"
    assert read(content[: len(content) // 2] + content[-300:], "a.parquet").rejected == "damaged"


def test_text_that_is_no_utf8_refuses_the_file(read) -> None:
    good = parquet(
        {"meter_id": ["meter"] * 3, "reading_at": ["2024-01-01 00:00"] * 3, "kwh": [1.0, 2.0, 3.0]},
        compression="none",
        use_dictionary=False,
        write_statistics=False,
    )
    bad = good.replace(b"meter", b"met\xe1r")
    assert bad != good
    assert read(bad, "a.parquet").rejected == "damaged"


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize(("zone", "reason"), [(None, "date_out_of_range"), ("Asia/Shanghai", "bad_time")])
def test_times_no_calendar_has_are_refused_and_shown_somehow(read, unit: str, zone: str | None, reason: str) -> None:
    far = 2**32 * 86_400_000 + 19_723 * 86_400_000 if unit == "ms" else 2**63 - 1  # 2024-01-01 after 32 bits of days
    times = pa.array([far, -far, -far], pa.int64()).cast(pa.timestamp(unit, zone))
    found = read(parquet(LONG | {"reading_at": times}), "a.parquet")
    assert [reason for _, reason in found.reasons] == [reason] * 3
    assert all('"meter_id"' in record for record in found.refused["record"].to_pylist())


def test_too_much_is_refused(read) -> None:
    assert read(parquet(LONG), "a.parquet", decoded_bytes=10).rejected == "too_large"


def test_no_rows(read) -> None:
    assert read(parquet(pa.table(LONG).slice(0, 0)), "a.parquet").rejected == "empty_file"


@pytest.mark.parametrize("zone", ["China Standard Time", "Mars/Base"])
def test_times_of_a_zone_that_nobody_knows_are_in_utc(read, zone: str) -> None:
    typed = {name: pa.array(LONG["reading_at"], pa.timestamp("us", zone)) for name in ("reading_at", "sent_at")}
    found = read(parquet(LONG | typed), "a.parquet")
    assert found.readings == READINGS
    assert found.rows["utc_offset_minutes"].to_pylist() == [[0, 0], [0]]
    assert "2024-01-01 00:30:00.000000Z" in str(found.rows["others"].to_pylist())


@pytest.mark.parametrize(
    "extra",
    [
        pa.array(["x", "y", "z"], pa.string_view()),
        pa.array([b"x", b"\xff", b"z"], pa.binary_view()),
        pa.array([["x"], [], None], pa.list_(pa.string_view())),
        pa.array([[datetime(2024, 1, 1)], [], None], pa.list_(pa.timestamp("us", "Mars/Base"))),
    ],
    ids=["text", "bytes", "texts", "times"],
)
def test_a_bad_row_beside_a_column_of_a_rare_type(read, extra: pa.Array) -> None:
    found = read(parquet(LONG | {"kwh": [1.0, None, 0.25], "note": extra}), "a.parquet")
    assert found.reasons == [(2, "empty_value")]
    assert [reading[0] for reading in found.readings] == ["a", "a"]


def test_meters_times_and_values_as_views_of_text(read) -> None:
    texts = {"reading_at": [str(time) for time in LONG["reading_at"]], "kwh": ["1", "", "x"]}
    views = {name: pa.array(values, pa.string_view()) for name, values in (LONG | texts).items()}
    found = read(parquet(views), "a.parquet")
    assert found.readings == READINGS[:1]
    assert found.reasons == [(2, "empty_value"), (3, "not_a_number")]


def test_a_text_said_often_is_decoded_a_few_rows_at_a_time(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kilobyte of Parquet may say gigabytes of text."""
    monkeypatch.setattr(parquet_rows, "BATCH_BYTES", 4000)
    columns = {"meter_id": ["a"] * 100, "reading_at": [datetime(2024, 1, 1)] * 100, "kwh": [1.0] * 100}
    (tmp_path / "a.parquet").write_bytes(parquet(columns | {"note": ["x" * 400] * 100}))
    _, blocks = parquet_rows.open_parquet(tmp_path / "a.parquet", Limits())
    received = [block.received for block in blocks]
    assert sum(received) == 100
    assert max(received) < 10


def test_a_row_of_more_text_than_a_line_may_have(read) -> None:
    assert read(parquet(LONG | {"note": ["x" * 400] * 3}), "a.parquet", line_bytes=300).rejected == "line_too_long"
