"""CSV files in each layout: what reaches bronze, and what is refused row by row."""

from datetime import UTC, date, datetime

import pytest

LONG = "meter_id,reading_at,kwh\n"
DAY = "2024-01-01"
WIDE24 = "meter_id,date," + ",".join(f"P{point}" for point in range(1, 25)) + "\n"


def test_a_long_file_becomes_one_row_a_meter_day_in_the_order_received(read) -> None:
    found = read(LONG + f"b,{DAY} 00:30,2.5\na,{DAY} 00:00,1\nb,{DAY} 00:00,0.25\nb,2024-01-02 00:00,4\n")
    assert found.rows.to_pylist() == [
        {
            "meter_id": meter,
            "date": day,
            "layout": "long",
            "second_of_day": seconds,
            "utc_offset_minutes": None,
            "kwh": kwh,
            "row_number": numbers,
            "others": None,
            "readings": len(kwh),
            "file": "metering/load_curves/a.csv",
            "file_sha256": "0" * 64,
            "batch": 3,
            "ingested_at": datetime(2024, 2, 1, tzinfo=UTC),
            "run_id": "run-1",
            "month": "2024-01",
            "bucket": bucket,
        }
        for meter, day, seconds, kwh, numbers, bucket in [
            ("b", date(2024, 1, 1), [1800, 0], [2.5, 0.25], [1, 3], 1),
            ("b", date(2024, 1, 2), [0], [4.0], [4], 1),
            ("a", date(2024, 1, 1), [0], [1.0], [2], 3),
        ]
    ]


def test_buckets_are_crc32_of_the_meter(read) -> None:
    found = read(LONG + f"123456789,{DAY},1\n")
    assert found.rows["bucket"].to_pylist() == [0xCBF43926 % 4]  # the check value of CRC-32


def test_extra_columns_are_kept_as_text_beside_their_readings(read) -> None:
    header = "Note,meter_id,reading_at,kwh,flag\n"
    found = read(header + f'x,a,{DAY} 00:00,1,007\n"y,z",b,{DAY} 00:00,2,\n ,a,{DAY} 01:00,3,N/A\n')
    assert dict(zip(found.rows["meter_id"].to_pylist(), found.rows["others"].to_pylist(), strict=True)) == {
        "a": [("Note", ["x", " "]), ("flag", ["007", "N/A"])],
        "b": [("Note", ["y,z"]), ("flag", [""])],
    }


def test_sgsc_sums_general_supply_and_controlled_load_and_keeps_both(read) -> None:
    header = "customer_id,reading_datetime,event_key,general_supply_kwh,controlled_load_kwh\n"
    found = read(header + "8,2013-01-01 00:30:00,0.0,0.125,0.50\n")
    (row,) = found.rows.to_pylist()
    assert (row["layout"], row["kwh"], row["second_of_day"]) == ("sgsc", [0.625], [1800])
    assert dict(row["others"]) == {
        "event_key": ["0.0"],
        "general_supply_kwh": ["0.125"],
        "controlled_load_kwh": ["0.50"],
    }


def test_a_wide_row_keeps_its_points_and_its_gaps(read) -> None:
    found = read(WIDE24 + f"a,{DAY}," + ",".join(["1.5"] * 10 + [""] * 14) + "\n")
    (row,) = found.rows.to_pylist()
    assert row["kwh"] == [1.5] * 10 + [None] * 14
    assert (row["readings"], row["row_number"], row["second_of_day"]) == (10, [1], None)


@pytest.mark.parametrize(("filled", "points"), [(23, 24), (24, 24), (25, 25)])
def test_columns_for_the_long_day_are_dropped_where_they_are_empty(read, filled: int, points: int) -> None:
    header = WIDE24.rstrip("\n") + ",P25\n"
    found = read(header + f"a,{DAY}," + ",".join(["1"] * filled + [""] * (25 - filled)) + "\n")
    assert found.rows["kwh"].to_pylist() == [[1.0] * filled + [None] * (points - filled)]


@pytest.mark.parametrize(
    ("row", "reason", "readings"),
    [
        (f"a,{DAY} 00:00,", "empty_value", 0),
        (f"a,{DAY} 00:00,1x", "not_a_number", 1),
        (f"a,{DAY} 00:00,0x10", "not_a_number", 1),
        (f'a,{DAY} 00:00,"1,5"', "not_a_number", 1),
        (f"a,{DAY} 00:00,NaN", "not_finite", 1),
        (f"a,{DAY} 00:00,-inf", "not_finite", 1),
        (f"a,{DAY} 00:00,1e999", "not_finite", 1),
        (f" ,{DAY} 00:00,1", "missing_meter", 1),
        ("a,,1", "bad_time", 1),
        ("a,2024-02-30 00:00,1", "bad_time", 1),
        (f"a,{DAY} 00:00+08:00,1", "bad_time", 1),
        ("a,1066-10-14 00:00,1", "date_out_of_range", 1),
        ("a,9999-12-31 00:00,1", "date_out_of_range", 1),
        (f"a,{DAY} 00:00", "wrong_cell_count", 1),
        (f"a,{DAY} 00:00,1,2", "wrong_cell_count", 1),
        (f'"a,{DAY} 00:00,1', "wrong_cell_count", 1),
        (f"a\0,{DAY} 00:00,1", "control_character", 1),
    ],
)
def test_a_bad_row_is_refused_with_its_text_and_its_neighbours_stay(read, row: str, reason: str, readings: int) -> None:
    found = read(LONG + f"a,{DAY} 00:00,1\n{row}\nb,{DAY} 00:00,2\n")
    (refused,) = found.refused.to_pylist()
    assert (refused["row_number"], refused["reason"], refused["record"]) == (2, reason, row)
    assert (refused["level"], refused["readings"], refused["batch"]) == ("row", readings, 3)
    assert found.readings == [("a", DAY, 0, 1.0), ("b", DAY, 0, 2.0)]


@pytest.mark.parametrize(
    ("cells", "reason", "detail", "readings"),
    [
        ([""] * 24, "empty_value", "column P1", 0),
        (["1", "", "x"] + ["1"] * 21, "not_a_number", "column P3", 23),
        (["1", "", "nan"] + ["1"] * 21, "not_finite", "column P3", 23),
        (["1"] * 23, "wrong_cell_count", "25 cells; the header has 26", 23),
    ],
)
def test_a_wide_row_is_refused_whole_and_says_where(read, cells, reason: str, detail: str, readings: int) -> None:
    found = read(WIDE24 + f"a,{DAY}," + ",".join(cells) + "\n" + f"b,{DAY}," + ",".join(["1"] * 24) + "\n")
    (refused,) = found.refused.to_pylist()
    assert (refused["row_number"], refused["reason"], refused["detail"]) == (1, reason, detail)
    assert refused["readings"] == readings
    assert found.rows["meter_id"].to_pylist() == ["b"]


def test_a_wide_row_is_dated_not_timed(read) -> None:
    good = ",".join(["1"] * 24)
    found = read(WIDE24 + f"a,{DAY} 00:30,{good}\nb,{DAY},{good}\n")
    assert found.reasons == [(1, "bad_time")]


def test_negative_values_are_left_to_validation(read) -> None:
    found = read(LONG + f"a,{DAY} 00:00,-1.5\na,{DAY} 00:30,-0.0\n")
    assert [str(reading[3]) for reading in found.readings] == ["-1.5", "-0.0"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_kind(read, end: str) -> None:
    text = f"{LONG}a,{DAY} 00:00,1\nb,{DAY} 00:00,2\n".replace("\n", end)
    assert len(read(text, block_bytes=7).readings) == 2


def test_line_ends_may_be_mixed_and_blank_lines_are_no_rows(read) -> None:
    found = read(f"\n{LONG}\r\n\na,{DAY} 00:00,1\r\n \t\nb,{DAY} 00:00,x\rc,{DAY} 00:00,3\n\n")
    assert found.readings == [("a", DAY, 0, 1.0), ("c", DAY, 0, 3.0)]
    assert found.reasons == [(2, "not_a_number")]


def test_quotes_are_taken_off_in_good_files_and_beside_bad_rows(read) -> None:
    rows = f'"a","{DAY} 00:00","1"\n"b""c",{DAY} 00:00,2\n'
    expected = [("a", DAY, 0, 1.0), ('b"c', DAY, 0, 2.0)]
    assert read(LONG + rows).readings == expected
    assert read(LONG + rows + "bad\n").readings == expected


def test_a_quote_that_never_ends_takes_no_other_row_with_it(read) -> None:
    found = read(LONG + f'a,{DAY} 00:00,"1\nb,{DAY} 00:00,2\nc,{DAY} 00:00,3"\nd,{DAY} 00:00,4\n')
    assert found.reasons == [(1, "wrong_cell_count"), (3, "not_a_number")]
    assert [reading[0] for reading in found.readings] == ["b", "d"]


@pytest.mark.parametrize(
    ("last", "kept"), [("0.250", True), ("0.25", False), ("0.2504", False), ("0", False), ("0.", False)]
)
def test_a_last_line_without_end_is_kept_only_where_it_lost_no_digit(read, last: str, kept: bool) -> None:
    found = read(LONG + f"a,{DAY} 00:00,1.000\na,{DAY} 00:30,0.125\na,{DAY} 01:00,{last}")
    assert found.received == 3
    assert found.reasons == ([] if kept else [(3, "cut_line")])


def test_a_last_line_cut_before_its_value_is_refused_and_the_rest_kept(read) -> None:
    found = read(LONG + f"a,{DAY} 00:00,1.000\na,{DAY} 00:30,0.125\na,{DAY} 01")
    assert found.reasons == [(3, "wrong_cell_count")]
    assert len(found.readings) == 2


def test_gb18030_text_is_read_and_kept_as_unicode(read) -> None:
    found = read((LONG.strip() + ",备注\n" + f"表一,{DAY} 00:00,1,正常\n").encode("gb18030"))
    assert found.readings == [("表一", DAY, 0, 1.0)]
    assert found.rows["others"].to_pylist() == [[("备注", ["正常"])]]


def test_a_byte_order_mark_is_no_part_of_a_name(read) -> None:
    assert read("\ufeff" + LONG + f"a,{DAY},1\n").readings == [("a", DAY, 0, 1.0)]


def test_a_byte_order_mark_before_a_quoted_name(read) -> None:
    assert len(read('\ufeff"meter_id",reading_at,kwh\n' + f"a,{DAY},1\n").readings) == 1


def test_a_quote_that_never_ends_does_not_stand_in_for_an_empty_last_cell(read) -> None:
    found = read(WIDE24.strip() + ",P25\n" + f"a,{DAY}," + "1," * 23 + '"1\n')
    assert found.reasons == [(1, "wrong_cell_count")]


def test_offsets_reach_bronze(read) -> None:
    found = read(LONG + f"a,{DAY}T00:00+08:00,1\na,{DAY}T00:30+08:00,1\n")
    assert found.rows["utc_offset_minutes"].to_pylist() == [[480, 480]]
    assert found.rows["second_of_day"].to_pylist() == [[0, 1800]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2024/01/31 00:15", "2024/01/31 24:00"),
        ("202401310015", "202401312400"),
        ("31/01/2024 00:15", "31/01/2024 24:00"),
    ],
)
def test_each_form_of_time_is_read(read, first: str, second: str) -> None:
    found = read(LONG + f"a,{first},1\na,{second},2\n")
    assert found.readings == [("a", "2024-01-31", 900, 1.0), ("a", "2024-01-31", 86_400, 2.0)]


def test_a_file_above_the_held_limit_comes_in_parts_and_loses_nothing(read) -> None:
    text = LONG + "".join(f"m{row % 3},{DAY} {row // 60:02d}:{row % 60:02d},{row}\n" for row in range(600))
    whole = read(text)
    parts = read(text, held_bytes=2000, block_bytes=500)
    assert whole.parts == 1
    assert whole.rows.num_rows == 3
    assert parts.parts > 3
    assert parts.readings == whole.readings


def test_a_row_after_many_blocks_has_its_number(read) -> None:
    text = LONG + f"a,{DAY} 00:00,1\n" * 500 + "bad\n" + f"a,{DAY} 00:00,1\n" * 500
    assert read(text, block_bytes=300).reasons == [(501, "wrong_cell_count")]


@pytest.mark.parametrize("names", ["meter_id,reading_at,kwh", "meter_id,kwh,reading_at", "kwh,reading_at,meter_id"])
@pytest.mark.parametrize("note", ["", ",note"])
def test_a_quote_in_the_last_line_that_never_ends(read, names: str, note: str) -> None:
    """Alike at the end of the file, at that of a block, and beside a bad row."""
    cells = {"meter_id": "a", "reading_at": f"{DAY} 00:00", "kwh": "1", "note": "b"}
    *others, last = (cells[name] for name in (names + note).split(","))
    line = ",".join([*others, f'"{last}']) + "\n"
    found = read(f"{names}{note}\n{line}{line}", block_bytes=len(line))
    assert found.reasons == [(1, "wrong_cell_count"), (2, "wrong_cell_count")]
