"""Whatever a file holds: no exception, no row lost, none invented, and bad rows change nothing about good ones.

`outcome` checks for every file that kept and refused row numbers together are 1…received.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HEADER = "meter_id,reading_at,kwh\n"
QUICK = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

good_rows = st.builds(
    "{},2024-0{}-1{} {:02d}:{:02d},{}".format,
    st.sampled_from(["m1", "m2", "表3"]),
    st.integers(1, 9),
    st.integers(0, 9),
    st.integers(0, 23),
    st.sampled_from([0, 15, 30, 45]),
    st.floats(-1e6, 1e6).map(repr),
)
odd_rows = st.sampled_from(
    [
        "m1,2024-01-01 00:00,nan",
        "m1,2024-01-01 00:00,",
        "m1,2024-01-01 00:00,1,1",
        "m1,2024-01-01 00:00, 2 ",
        ' "m1",2024-01-01 00:00,2',
        '"m1","2024-01-01 00:00","2"',
        '"m1,2024-01-01 00:00,2',
        'm1,2024-01-01 00:00,2"',
        '"m""1"x,2024-01-01 00:00,2',
        ",,",
        ",",
        "m1,2024-01-01 00:00,1e5\0",
        "m1,2024-01-01 00:00,1\x1f1",
        "m1,9999-01-01 00:00,1",
        "m1,2024-01-01 00:00:00,+1.",
        "m1, 2024-01-01 00:00,-.5",
        "m1,2024-01-01,1e400",
        "",
        "   ",
    ]
)
lines = st.lists(st.one_of(good_rows, good_rows, odd_rows), min_size=1, max_size=12)


@QUICK
@given(lines=lines, end=st.sampled_from(["\n", "\r\n", "\r"]), block=st.integers(20, 400))
def test_rows_are_those_a_plain_reader_finds(outcome, tmp_path: Path, lines: list[str], end: str, block: int) -> None:
    """The oracle reads one line at a time with the standard library."""
    path = tmp_path / "a.csv"
    path.write_bytes((HEADER + "".join(line + "\n" for line in lines)).replace("\n", end).encode())
    expected = [reading for line in lines if line.strip() and (reading := _plain(line))]
    if not any(line.strip() for line in lines):
        assert outcome(path, block_bytes=block).rejected == "empty_file"
        return
    found = outcome(path, block_bytes=block)
    assert found.received == sum(bool(line.strip()) for line in lines)
    assert [(meter, f"{day}T{second}", kwh) for meter, day, second, kwh in found.readings] == sorted(
        expected,
        key=lambda reading: (reading[0], reading[1].split("T")[0], int(reading[1].split("T")[1]), repr(reading[2])),
    )


def _plain(line: str) -> tuple[str, str, float] | None:
    cells = next(csv.reader(io.StringIO(line + "\n", newline="")))
    if len(cells) != 3 or any("\n" in cell for cell in cells) or re.search("[\0\x1f]", line):
        return None
    meter, label, kwh = (cell.strip() for cell in cells)
    time = re.fullmatch(r"(2024-\d\d-\d\d)(?: (\d\d):(\d\d)(?::00)?)?", label)
    if not (meter and time and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", kwh)) or abs(float(kwh)) == float(
        "inf"
    ):
        return None
    return meter, f"{time[1]}T{int(time[2] or 0) * 3600 + int(time[3] or 0) * 60}", float(kwh)


@QUICK
@given(lines=st.lists(good_rows, min_size=1, max_size=15))
def test_a_bad_neighbour_changes_nothing_for_good_rows(outcome, tmp_path: Path, lines: list[str]) -> None:
    """The typed parse and the look at each text agree on every row."""
    path = tmp_path / "a.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    alone = outcome(path)
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines) + "m1,2024-01-01 00:00,bad\n")
    beside = outcome(path)
    assert alone.readings == beside.readings
    assert len(alone.readings) == len(lines)
    assert beside.reasons == [(len(lines) + 1, "not_a_number")]


CONTENT = (
    "note,meter_id,kwh,reading_at\n"
    + "".join(f'"x, {row}",m{row % 3},{row}.125,2024-01-0{row % 7 + 1} 0{row % 9}:15\n' for row in range(40))
).encode()
WIDE = ("meter_id,date," + ",".join(f"p{i}" for i in range(1, 26)) + "\n").encode() + b"".join(
    f"m{row},2024-01-0{row % 7 + 1},{','.join(['0.5'] * 24)},\r\n".encode() for row in range(20)
)


@QUICK
@given(
    content=st.sampled_from([CONTENT, WIDE, CONTENT.replace(b"note", "备注".encode("gb18030"))]),
    changes=st.lists(st.tuples(st.floats(0, 0.999), st.sampled_from(b'\0\x1f\n\r",;x9-.\xff\x80\xb1 ')), max_size=4),
    cut=st.floats(0.01, 1),
    reading=st.tuples(st.integers(16, 5000), st.booleans()),
)
def test_altered_and_cut_files(outcome, tmp_path: Path, *, content: bytes, changes, cut: float, reading) -> None:
    block, packed = reading
    altered = bytearray(content)
    for place, value in changes:
        altered[int(place * len(altered))] = value
    altered = altered[: int(cut * len(altered))]
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(bytes(altered), mtime=0) if packed else bytes(altered))
    found = outcome(path, block_bytes=block)
    if found.rejected is None:
        body = re.split(rb"\r\n|\n|\r", bytes(altered).lstrip(b"\r\n"))[1:]
        assert found.received == sum(bool(line.strip(b" \t")) for line in body)


@QUICK
@given(content=st.binary(max_size=300), prefix=st.sampled_from([b"", b"PAR1", b"\x1f\x8b\x08", HEADER.encode()]))
def test_any_bytes_at_all(outcome, tmp_path: Path, content: bytes, prefix: bytes) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(prefix + content)
    outcome(path)


@QUICK
@given(place=st.floats(0, 0.999), bit=st.integers(0, 7), cut=st.one_of(st.just(1.0), st.floats(0, 1)))
def test_altered_parquet(outcome, tmp_path: Path, parquet_file: bytes, *, place: float, bit: int, cut: float) -> None:
    altered = bytearray(parquet_file)
    altered[int(place * len(altered))] ^= 1 << bit
    path = tmp_path / "a.parquet"
    path.write_bytes(altered[: int(cut * len(altered))])
    outcome(path)


@pytest.fixture(scope="module")
def parquet_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Without checksums, so that most changes reach the values."""
    path = tmp_path_factory.mktemp("parquet") / "a.parquet"
    times = np.datetime64("2024-01-01T00:00:00") + np.arange(200) * np.timedelta64(900, "s")
    rows = {"meter_id": ["a", "b"] * 100, "reading_at": times, "kwh": np.arange(200) / 8}
    pq.write_table(pa.table(rows), path, compression="none", use_dictionary=False)
    return path.read_bytes()
