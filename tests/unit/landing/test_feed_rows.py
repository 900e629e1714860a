"""Files of a feed in every format: what is kept is what was sent, and what is refused says why."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from powerlake.landing import feed_parquet

HEADER = "sample_id,taken_at,value\n"
GOOD = "s1,2024-01-01 00:00,1.50\n"
SMALL = {"held_bytes": 1000, "block_bytes": 300}


def parquet(columns: dict[str, Any] | pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink, **options)
    return sink.getvalue()


def filled(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, without its empty cells."""
    return {name: value for name, value in row.items() if value is not None}


ROW = {"sample_id": "s1", "taken_at": "2024-01-01 00:00", "value": "1.50", "is_deletion": False, "row_number": 1}


@pytest.mark.parametrize(
    "content",
    [
        HEADER + GOOD,
        "\ufeff" + HEADER + GOOD,
        "\r\n \r\nVALUE, Sample_ID ,taken_at\r\n 1.50 ,s1,\t2024-01-01 00:00\r\n\r\n",
        'sample_id,"taken_at",value\r"s1",2024-01-01 00:00,"1.50"\r',
        gzip.compress((HEADER + GOOD).encode(), mtime=0),
        '{"sample_id": "s1", "taken_at": "2024-01-01 00:00", "value": 1.50}',
        '\ufeff\n{"Value": "1.50", "sample_id": "s1", "taken_at": "2024-01-01 00:00", "count": null, "note": " "}\n\n',
        gzip.compress(b'{"sample_id": "s1", "taken_at": "2024-01-01 00:00", "value": 1.50}\n', mtime=0),
        parquet({"sample_id": ["s1"], "taken_at": ["2024-01-01 00:00"], "value": [Decimal("1.50")], "note": [None]}),
    ],
)
def test_one_row_in_every_format(take, content: bytes | str) -> None:
    found = take(content)
    assert (list(map(filled, found.rows)), found.refused) == ([ROW], [])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_chinese_text_in_both_encodings(take, encoding: str, form: str) -> None:
    cells = {"sample_id": "一", "taken_at": "2024年1月1日", "value": "1", "note": "变压器，漏油", "地区": "哈尔滨"}
    text = json.dumps(cells, ensure_ascii=False) if form == "json" else f"{','.join(cells)}\n{','.join(cells.values())}"
    (row,) = take((text + "\n").encode(encoding)).rows
    assert (row["sample_id"], row["note"], row["others"]) == ("一", "变压器，漏油", [("地区", "哈尔滨")])


@pytest.mark.parametrize(
    ("content", "reason", "detail", "rows"),
    [
        ("", "empty_file", "no byte", 0),
        (" \n\n", "empty_file", "blank lines only", 0),
        (HEADER, "empty_file", "a header without rows", 0),
        ("sample_id,value\n" + "1,2\n" * 3, "missing_column", "no column taken_at", 3),
        ('{"sample_id": 1, "value": 2}\n' * 3, "missing_column", "no column taken_at", 3),
        ('{"change": "delete", "value": 2}\n', "missing_column", "no column sample_id", 1),
        (parquet({"sample_id": [1], "value": [2]}), "missing_column", "no column taken_at", 1),
        (HEADER.strip() + ",VALUE,note,note\n" + GOOD, "duplicate_columns", "2 column names appear more than once", 1),
        ('"sample_id\n' + GOOD, "wrong_header", "the first line is no list of names", 1),
        (",".join(map(str, range(10_001))), "too_many_columns", "10001 columns; 10000 are the limit", 0),
        ('{\n"sample_id": 1\n}\n', "wrong_format", "no line at its start is a JSON object", 3),
        ("<!DOCTYPE html>\n<p>", "wrong_format", "a page of HTML or XML", 1),
        (' [{"sample_id": 1}]', "wrong_format", "one JSON array; JSON lines have an object a line", 0),
        (b"PK\x03\x04\xff\xff", "wrong_format", "a zip archive, such as a spreadsheet", 0),
        (HEADER.encode("utf-16"), "bad_encoding", "neither UTF-8 nor GB18030", 1),
        (b"PAR1 and then nothing of the kind", "damaged", "Parquet: ArrowInvalid", 0),
        (gzip.compress((HEADER + GOOD).encode(), mtime=0)[:-9], "damaged", "gzip: EOFError", 0),
    ],
)
def test_a_file_refused_as_a_whole(take, content: bytes | str, reason: str, detail: str, rows: int) -> None:
    found = take(content)
    assert (found.rejected, found.reasons, found.received) == (reason, [(None, reason, detail)], rows)


def test_a_file_that_is_not_there(taken, tmp_path) -> None:
    assert taken(tmp_path / "nothing").rejected == taken(tmp_path).rejected == "not_readable"


FAULTS: list[tuple[dict[str, str], str, str | None]] = [
    ({"sample_id": ""}, "missing_value", "sample_id"),
    ({"value": ""}, "missing_value", "value"),
    ({"value": "many"}, "bad_number", "value"),
    ({"value": "nan"}, "not_finite", "value"),
    ({"count": "1.5"}, "bad_number", "count"),
    ({"from_date": "2024-02-30"}, "bad_date", "from_date"),
    ({"from_date": "9999-12-31"}, "date_out_of_range", "from_date"),
    ({"taken_at": "01/02/2024"}, "bad_instant", "taken_at"),
    ({"is_good": "maybe"}, "bad_boolean", "is_good"),
    ({"change": "drop"}, "bad_change", "change"),
    ({"changed_at": "now"}, "bad_instant", "changed_at"),
    ({"value": "", "is_good": "maybe", "change": "drop"}, "bad_change", "change"),
    ({"taken_at": "", "value": "many"}, "missing_value", "taken_at"),
    ({"change": "DELETE", "sample_id": ""}, "missing_value", "sample_id"),
    ({"change": "delete", "value": "many"}, "bad_number", "value"),
    ({"value": "many", "is_good": "maybe"}, "bad_number", "value"),
    ({"note": "\0", "value": "many"}, "control_character", None),
    ({"note": "a\x1fb"}, "control_character", None),
    ({"beyond": "\0"}, "control_character", None),
]


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_row_refused_by_each_rule_and_the_good_one_after_it(take, form: str) -> None:
    empty = dict.fromkeys(("count", "from_date", "is_good", "state", "change", "changed_at", "note", "beyond"), "")
    good = {"sample_id": "s", "taken_at": "2024-01-01", "value": "1"} | empty
    rows = [row for cells, _, _ in FAULTS for row in (good | cells, good)]
    if form == "parquet":
        content: bytes | str = parquet(pa.Table.from_pylist(rows))
    else:
        lines = map(json.dumps, rows) if form == "json" else (",".join(row) for row in [good, *map(dict.values, rows)])
        content = "\n".join(lines) + "\n"
    found = take(content)
    told = [(2 * place + 1, reason, column and f"column {column}") for place, (_, reason, column) in enumerate(FAULTS)]
    assert found.reasons == told
    assert found.kept == list(range(2, 2 * len(FAULTS) + 1, 2))


def test_a_deletion_needs_its_key_only(take) -> None:
    found = take(HEADER.strip() + ",change,changed_at\ns1,,,Delete,2024-02-01\ns2,2024-01-01,2,update,\n")
    assert [(row["is_deletion"], row["changed_at"]) for row in found.rows] == [(True, "2024-02-01"), (False, None)]


def test_json_of_deletions_alone(take) -> None:
    assert take('{"sample_id": 1, "change": "delete"}\n' * 2).kept == [1, 2]


def test_lines_that_do_not_fit_the_header(take) -> None:
    content = HEADER + GOOD + "s2,2024-01-01\n" + GOOD + "s,2024-01-01,1,9\n" + 's,"2024-01-01,1\n\n' + GOOD
    found = take(content)
    assert found.kept == [1, 3, 6]
    assert [(number, detail) for number, _, detail in found.reasons] == [
        (2, "2 cells; the header has 3"),
        (4, "4 cells; the header has 3"),
        (5, "1 cells; the header has 3"),
    ]
    assert found.refused[1]["record"] == "s,2024-01-01,1,9"


@pytest.mark.parametrize(
    ("end", "is_kept"),
    [
        ("s2,2024-01-01,1.25", True),
        ("s2,2024-01-01,10.25", True),
        ("s2,2024-01-01,1.2", False),
        ("s2,2024-01-01,1", False),
        ('s2,2024-01-01,"1"', True),
    ],
)
def test_a_last_line_without_end_may_have_been_cut(take, end: str, is_kept: bool) -> None:
    found = take(HEADER + GOOD + end)
    assert found.reasons == ([] if is_kept else [(2, "cut_line", None)])


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("[1]", "no object"),
        ("7", "no object"),
        ('{"sample_id": 1', "no JSON"),
        ('{"sample_id": 1} {}', "no JSON"),
        ("sample_id,taken_at", "no JSON"),
        ('{"a": 1, "a": 1}', "a key twice"),
        ('{"note": 1, "NOTE ": 1}', "a key twice"),
        ('{"note": "\\ud800"}', "half of a surrogate pair"),
        ('{"note": "\t"}', "no JSON"),
        ('{"note": ' + "[" * 5000 + "]" * 5000 + "}", "no JSON"),
    ],
)
def test_a_line_that_is_no_record(take, line: str, detail: str) -> None:
    good = '{"sample_id": 1, "taken_at": "2024-01-01", "value": 2}'
    found = take("\n".join([good, line, good]))
    assert (found.kept, found.reasons) == ([1, 3], [(2, "bad_json", detail)])


def test_json_values_stay_as_they_are_written(take) -> None:
    line = '{"sample_id": 12345678901234567890, "taken_at": "2024-01-01", "value": 1.50, "is_good": true, "note": '
    nested = '{"a": [1.0, 1e999, null, "变\\n"], "b": {}}'
    (row,) = take(line + nested + ', "more": [NaN], "none": null, "half": "\\ud83d\\ude00"}').rows
    assert (row["sample_id"], row["value"], row["is_good"]) == ("12345678901234567890", "1.50", "true")
    assert row["note"] == '{"a": [1.0, 1e999, null, "变\\n"], "b": {}}'
    assert row["others"] == [("more", "[NaN]"), ("half", "😀")]


def test_columns_beyond_the_contract_are_kept_and_told(take) -> None:
    found = take("Zeta," + HEADER.strip() + ",Alpha\n1,s,2024-01-01,1,\n,s,2024-01-01,1,\n2,s,2024-01-01,1,3\n")
    assert [row["others"] for row in found.rows] == [[("Zeta", "1")], None, [("Zeta", "2"), ("Alpha", "3")]]
    assert found.parts[0].new_columns == ("Zeta", "Alpha")
    assert found.parts[0].missing_optional == ("count", "from_date", "is_good", "state", "note")


def test_typed_parquet_columns_become_text(take) -> None:
    at = datetime(2024, 1, 1, 5, tzinfo=UTC)
    (row,) = take(
        parquet(
            {
                "sample_id": pa.array(["s"]).dictionary_encode(),
                "taken_at": pa.array([at], pa.timestamp("ns", "Asia/Shanghai")),
                "value": [1.0],
                "count": pa.array([7.0], pa.float32()),
                "from_date": [date(2024, 1, 3)],
                "is_good": [True],
                "note": pa.array([Decimal("1.50")]),
                "list": [[1, None]],
                "bytes": [b"\xff"],
                "at": pa.array([at.replace(tzinfo=None, microsecond=5)], pa.timestamp("us")),
            }
        )
    ).rows
    assert (row["taken_at"], row["from_date"], row["is_good"]) == ("2024-01-01 13:00:00+0800", "2024-01-03", "true")
    assert (row["value"], row["count"], row["note"]) == ("1", "7", "1.50")
    others = dict(row["others"])
    assert (others["list"], others["at"]) == ("[1, null]", "2024-01-01 05:00:00.000005")
    assert "xff" in others["bytes"]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("value", [[1.0]]),
        ("value", [True]),
        ("value", [date(2024, 1, 1)]),
        ("sample_id", [b"\xff"]),
        ("sample_id", [{"a": 1}]),
        ("from_date", [1.0]),
        ("is_good", [1.0]),
        ("change", [[1]]),
        ("taken_at", pa.array([1], pa.duration("s"))),
    ],
)
def test_a_parquet_type_that_cannot_hold_the_column(take, column: str, values: Any) -> None:
    found = take(parquet({"sample_id": ["s"], "taken_at": ["2024-01-01"], "value": [1.0]} | {column: values}))
    ((_, reason, detail),) = found.reasons
    assert (reason, found.received) == ("wrong_type", 1)
    assert detail.startswith(f"column {column} is ")


def test_a_long_file_comes_in_parts(take) -> None:
    rows = "".join(f"s{row},2024-01-01,{row}\n" if row % 7 else "s,2024-01-01\n" for row in range(1, 150))
    whole, parts = (take(HEADER + rows, **limits) for limits in ({}, SMALL))
    assert len(parts.parts) > 3
    assert (parts.rows, parts.refused) == (whole.rows, whole.refused)
    lines = "".join(f'{{"sample_id": {row}, "taken_at": "2024-01-01", "value": {row}}}\n' for row in range(50))
    whole, parts = (take((lines + "[]\n" + '{"sample_id": 1}\n') * 3, **limits) for limits in ({}, SMALL))
    assert len(parts.parts) > 3
    assert (parts.rows, parts.refused) == (whole.rows, whole.refused)
    assert [(row["row_number"], row["record"]) for row in whole.refused[:2]] == [(51, "[]"), (52, '{"sample_id": 1}')]


def test_a_parquet_file_in_batches(take, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {"sample_id": ["s" * 9] * 90, "taken_at": ["2024-01-01"] * 90, "value": [*range(89), None]}
    whole = take(parquet(rows))
    monkeypatch.setattr(feed_parquet, "BATCH_BYTES", 400)
    parts = take(parquet(rows), held_bytes=900)
    assert len(parts.parts) > 3
    assert (parts.rows, parts.refused) == (whole.rows, whole.refused)


def test_parquet_text_that_is_no_utf8_refuses_the_file(take) -> None:
    rows = {"sample_id": ["sample"] * 3, "taken_at": ["2024-01-01"] * 3, "value": [1, 2, 3], "note": ["samples"] * 3}
    good = parquet(rows, compression="none", use_dictionary=False, write_statistics=False)
    bad = good.replace(b"samples", b"sampl\xe1s")
    assert bad != good
    assert take(bad).rejected == "damaged"


def test_a_line_break_within_a_cell_tears_its_row(take) -> None:
    found = take(HEADER + GOOD + 's,2024-01-01,"1\n2"\n' + GOOD)
    assert found.kept == [1, 4]
    assert [reason for _, reason, _ in found.reasons] == ["wrong_cell_count"] * 2


def test_keys_that_come_and_go_over_a_json_file(take) -> None:
    good = '"sample_id": 1, "taken_at": "2024-01-01"'
    found = take(f'{{{good}, "value": 1}}\n{{{good}}}\n{{{good}, "value": 2, "x": 3}}\n', block_bytes=10)
    assert found.reasons == [(2, "missing_value", "column value")]
    assert [row["others"] for row in found.rows] == [None, [("x", "3")]]


def test_whole_numbers_that_came_as_floats_keep_their_digits(take) -> None:
    """As pandas writes a column of numbers in which one is missing."""
    numbers = [13800001111.0, 2.0**70, None, -0.0, 0.5]
    columns = {"sample_id": list("abcde"), "taken_at": ["2024-01-01"] * 5, "value": [1.0] * 5}
    found = take(parquet(columns | {"note": numbers, "beyond": numbers, "count": [123456789012.0] + [None] * 4}))
    assert found.reasons == []
    texts = ["13800001111", "1.1805916207174113e+21", None, "0", "0.5"]
    assert [row["note"] for row in found.rows] == texts
    assert [dict(row["others"] or {}).get("beyond") for row in found.rows] == texts
    assert found.rows[0]["count"] == "123456789012"


def test_a_zone_that_nobody_knows_and_views_become_text(take) -> None:
    at = pa.array([datetime(2024, 1, 1, 5)], pa.timestamp("us", "China Standard Time"))
    views = {"sample_id": pa.array(["s"], pa.string_view()), "bytes": pa.array([b"\xff"], pa.binary_view())}
    nested = pa.array([[datetime(2024, 1, 1)]], pa.list_(pa.timestamp("us", "Mars/Base")))
    found = take(parquet({"taken_at": at, "value": [1.0], "when": at, "nested": nested} | views))
    assert found.reasons == []
    assert found.rows[0]["taken_at"] == "2024-01-01 05:00:00Z"
    assert dict(found.rows[0]["others"])["when"] == "2024-01-01 05:00:00Z"


@pytest.mark.parametrize("beside", ["", "torn\n"])
def test_a_long_cell_in_quotes_is_kept_also_beside_a_bad_row(take, beside: str) -> None:
    words = "a, " * 60_000
    found = take(f'sample_id,taken_at,value,note\ns,2024-01-01,1,"{words}"\n{beside}')
    assert [row["note"] for row in found.rows] == [words.strip()]


def test_a_quote_in_the_last_line_that_never_ends(take) -> None:
    good = "s,2024-01-01,1,whole\n"
    found = take(f'sample_id,taken_at,value,note\n{good}s,2024-01-01,1,"cut of\n')
    assert [row["note"] for row in found.rows] == ["whole"]
    assert [(row, reason) for row, reason, _ in found.reasons] == [(2, "wrong_cell_count")]


def test_a_byte_order_mark_within_a_file_is_a_part_of_its_cell_wherever_a_block_begins(take) -> None:
    line = "\ufeffs,2024-01-01,1\n"
    found = [take("sample_id,taken_at,value\n" + line * 3, **limits) for limits in ({}, {"block_bytes": len(line)})]
    assert {row["sample_id"] for taken in found for row in taken.rows} == {"\ufeffs"}
