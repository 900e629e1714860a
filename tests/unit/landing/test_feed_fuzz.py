"""Whatever a feed's file holds: no exception, no row lost, none invented, and memory within bounds.

`taken` checks for every file that kept and refused row numbers together are 1…received.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from powerlake.landing.feed_rows import read_feed
from powerlake.landing.text_file import Limits

HEADER = "sample_id,taken_at,value,note\n"
QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

good_rows = st.builds(
    "{},{},{},{}".format,
    st.sampled_from(["s1", "样2", '"s,3"', " s4"]),
    st.sampled_from(["2024-01-01 00:00", "2024/1/1", "20240101T0000", "2024-01-01T00:00:00+08:00"]),
    st.floats(-1e6, 1e6).map(repr),
    st.sampled_from(["", "x", '"a ""b"""', "ü"]),
)
odd_rows = st.sampled_from(
    [
        "s,2024-01-01,nan,",
        "s,2024-01-01,inf,x",
        "s,1066-10-14,1,",
        "s,2024-01-01,1",
        "s,2024-01-01,1,x,y",
        '"s,2024-01-01,1,x',
        's,2024-01-01,1,x"',
        's,2024-01-01,1,"x"y',
        's,2024-01-01,1,"x\0"',
        "s,2024-01-01,1,x\x1fy",
        ",,,",
        "2024-01-01,s,1,x",
        "",
        "  ",
    ]
)


@QUICK
@given(
    lines=st.lists(st.one_of(good_rows, good_rows, odd_rows), min_size=1, max_size=10),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    block=st.integers(20, 400),
)
def test_rows_are_those_a_plain_reader_finds(taken, tmp_path: Path, lines: list[str], end: str, block: int) -> None:
    """The oracle reads one line at a time with the standard library."""
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + "".join(line + "\n" for line in lines)).replace("\n", end).encode())
    found = taken(path, block_bytes=block)
    filled = [line for line in lines if line.strip()]
    assert found.received == len(filled)
    expected = {number: cells for number, line in enumerate(filled, start=1) if (cells := _plain(line))}
    names = HEADER.strip().split(",")
    assert {row["row_number"]: [row[name] or "" for name in names] for row in found.rows} == expected
    refused = {entry["row_number"]: entry["record"] for entry in found.refused if filled}
    assert refused == {number: line for number, line in enumerate(filled, start=1) if number not in expected}


def _plain(line: str) -> list[str] | None:
    cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line + "\n", newline="")))]
    is_row = len(cells) == 4 and all(cells[:3]) and not re.search("[\0\x1f]", line) and "\n" not in cells[3]
    return (
        cells if is_row and re.match("20", cells[1]) and re.fullmatch(r"-?\d+(\.\d+)?(e[+-]\d+)?", cells[2]) else None
    )


ROWS = "".join(f'"s, {row}",2024-01-{row % 28 + 1:02d} 0{row % 9}:15,{row}.125,是\n' for row in range(40))
CSV = (HEADER + ROWS).encode()
JSON = b"".join(
    json.dumps({"sample_id": f"s{row}", "taken_at": "2024-01-01", "value": row / 8, "x": [row]}).encode() + b"\r\n"
    for row in range(30)
)


@QUICK
@given(
    content=st.sampled_from([CSV, JSON, (HEADER + ROWS).encode("gb18030")]),
    changes=st.lists(
        st.tuples(st.floats(0, 0.999), st.sampled_from(b'\0\x1f\n\r",;{}[]x9-.\xff\x80\xb1 ')), max_size=4
    ),
    cut=st.floats(0.01, 1),
    reading=st.tuples(st.integers(16, 5000), st.booleans()),
)
def test_altered_and_cut_files(taken, tmp_path: Path, *, content: bytes, changes, cut: float, reading) -> None:
    block, packed = reading
    altered = bytearray(content)
    for place, value in changes:
        altered[int(place * len(altered))] = value
    altered = altered[: int(cut * len(altered))]
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(bytes(altered), mtime=0) if packed else bytes(altered))
    found = taken(path, block_bytes=block)
    if found.rejected is None:
        lines = [line for line in re.split(rb"\r\n|\n|\r", bytes(altered)) if line.strip(b" \t")]
        assert found.received == len(lines) - (not lines[0].startswith(b"{"))


@QUICK
@given(
    content=st.binary(max_size=200),
    prefix=st.sampled_from([b"", b"PAR1", b"\x1f\x8b\x08", b"{", HEADER.encode(), JSON[:60]]),
)
def test_any_bytes_at_all(taken, tmp_path: Path, content: bytes, prefix: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(prefix + content)
    taken(path)


@pytest.fixture(scope="module")
def packed_files() -> list[bytes]:
    """A gzip file, and Parquet without checksums, so that most changes reach the values."""
    rows = {"sample_id": ["a", "b"] * 50, "taken_at": ["2024-01-01"] * 100, "value": [n / 8 for n in range(100)]}
    sink = io.BytesIO()
    pq.write_table(pa.table(rows), sink, compression="none", use_dictionary=["taken_at"])
    return [sink.getvalue(), gzip.compress(CSV, mtime=0)]


@QUICK
@given(which=st.integers(0, 1), place=st.floats(0, 0.999), bit=st.integers(0, 7), cut=st.sampled_from([1.0, 0.9, 0.1]))
def test_a_flipped_bit(taken, tmp_path: Path, packed_files: list[bytes], *, which: int, place: float, bit, cut) -> None:
    altered = bytearray(packed_files[which])
    altered[int(place * len(altered))] ^= 1 << bit
    path = tmp_path / "a"
    path.write_bytes(altered[: int(cut * len(altered))])
    taken(path)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)),
    max_leaves=4,
)


@QUICK
@given(notes=st.lists(json_values, min_size=1, max_size=6))
def test_any_json_value_is_kept_or_refused(taken, tmp_path: Path, notes: list[object]) -> None:
    rows = [{"sample_id": "s", "taken_at": "2024-01-01", "value": 1, "note": note, "new": note} for note in notes]
    path = tmp_path / "a"
    path.write_text("\n".join(map(json.dumps, rows)))
    found = taken(path)
    assert found.received == len(rows)
    assert {reason for _, reason, _ in found.reasons} <= {"control_character"}
    for row in found.rows:
        sent = notes[row["row_number"] - 1]
        assert dict(row["others"] or {}).get("new") == row["note"]
        if isinstance(sent, list | dict):
            assert json.dumps(json.loads(row["note"])) == json.dumps(sent)


def test_columns_swapped_against_their_names(take) -> None:
    found = take("taken_at,sample_id,value\n" + "s1,2024-01-01 00:00,1\n" * 3)
    assert [reason for _, reason, _ in found.reasons] == ["bad_instant"] * 3


def test_five_thousand_columns(take) -> None:
    names = ",".join(f"c{place}" for place in range(5000))
    cells = ",".join(map(str, range(5000)))
    found = take(
        f"{HEADER.strip()},{names}\ns,2024-01-01,1,,{cells}\ns,2024-01-01,1,,{cells},9\ns,2024-01-01,1,,{cells}\n"
    )
    assert (found.kept, found.received) == ([1, 3], 3)
    assert found.rows[1]["others"] == [(f"c{place}", str(place)) for place in range(5000)]
    assert len(found.parts[0].new_columns) == 100


def test_keys_without_end_cost_no_more_than_they_are_long(take) -> None:
    lines = "".join(f'{{"sample_id":1,"taken_at":"2024-01-01","value":1,"k{row}":{row}}}\n' for row in range(800))
    tracemalloc.start()
    found = take(lines)
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()
    assert found.rows[-1]["others"] == [("k799", "799")]


@pytest.mark.parametrize(
    "row", ["s,2024-01-01,1,{}\n", '{{"sample_id":1,"taken_at":"2024-01-01","value":1,"note":"{}"}}\n']
)
def test_a_field_of_ten_megabytes(take, row: str) -> None:
    text = (HEADER if row[0] == "s" else "") + row.format("x") + row.format("x" * (10 << 20)) + row.format("x")
    assert take(text).rejected == "line_too_long"
    assert take(text, line_bytes=11 << 20).kept == [1, 2, 3]


def test_a_field_of_ten_megabytes_in_parquet(take) -> None:
    sink = io.BytesIO()
    rows = {"sample_id": ["s"] * 2, "taken_at": ["2024-01-01"] * 2, "value": ["1"] * 2, "note": ["x" * (10 << 20), "x"]}
    pq.write_table(pa.table(rows), sink)
    assert take(sink.getvalue()).rejected == "line_too_long"


def test_parquet_that_says_a_long_text_over_and_over_is_cut_small(take) -> None:
    """2,000 rows of 100 kB in a file of some kB: 200 MB decoded."""
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), pa.array(["x" * 100_000]))
    rows = {"sample_id": ["s"] * 2000, "taken_at": ["2024-01-01"] * 2000, "value": ["1"] * 2000, "note": text}
    sink = io.BytesIO()
    pq.write_table(pa.table(rows), sink)
    assert take(sink.getvalue(), decoded_bytes=50 << 20).rejected == "too_large"
    assert pa.total_allocated_bytes() < 100 << 20


@pytest.mark.parametrize("start", [HEADER.encode(), b"{"])
def test_a_gzip_bomb_is_stopped_early(take, start: bytes) -> None:
    bomb = gzip.compress(start + b"\n" * 10_000_000, compresslevel=1, mtime=0)
    tracemalloc.start()
    assert take(bomb, decoded_bytes=1 << 20).rejected == "too_large"
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_long_file_is_read_within_its_limits(taken, samples, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "s1,2024-01-01 00:00,1.5,some words\n" * 60_000)
    before, most, rows = pa.total_allocated_bytes(), 0, 0
    for part in read_feed(path, samples, Limits(held_bytes=256 << 10, block_bytes=64 << 10)):
        rows += part.rows_kept
        most = max(most, pa.total_allocated_bytes() - before)
    assert rows == 60_000
    assert most < 3 << 20
