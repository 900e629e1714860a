"""Files that go to quarantine as a whole: one record, the reason, and never an exception."""

import gzip
import tracemalloc
from pathlib import Path

import pytest

LONG = "meter_id,reading_at,kwh\n"
ROWS = "".join(f"a,2024-01-01 {minute // 60:02d}:{minute % 60:02d},1.250\n" for minute in range(1440))
GZIPPED = gzip.compress((LONG + ROWS).encode(), mtime=0)


@pytest.mark.parametrize(
    ("content", "reason", "rows"),
    [
        (b"", "empty_file", 0),
        (b"\n\r\n", "empty_file", 0),
        (LONG.encode(), "empty_file", 0),
        (LONG.strip().encode(), "empty_file", 0),
        (b"meter,time,value\na,2024-01-01,1\nb,2024-01-01,1\n", "wrong_header", 2),
        (b"a,2024-01-01,1\nb,2024-01-01,1", "wrong_header", 1),
        (b'"meter_id,reading_at,kwh\na,2024-01-01,1\n', "wrong_header", 1),
        (b"meter_id,kwh,reading_at,KWH\na,1,2024-01-01,1\n", "duplicate_columns", 1),
        (LONG.encode() + b"a,2024-01-01,1\n\xff\xfe,2024-01-01,1\n", "bad_encoding", 2),
        (LONG.encode("utf-16"), "bad_encoding", 1),
        ("\ufeff".encode() + LONG.encode() + "表,2024-01-01,1\n".encode("gb18030"), "bad_encoding", 1),
        (b"PK\x03\x04\xff\xff\xff\xff", "bad_encoding", 0),
        (b"PAR1 and then nothing of the kind", "damaged", 0),
        (GZIPPED[:-9], "damaged", 0),
        (GZIPPED[:-4] + b"\0\0\0\0", "damaged", 0),
        (GZIPPED + b"garbage", "damaged", 0),
        (b"\x1f\x8b", "damaged", 0),
    ],
)
def test_a_bad_file_is_one_quarantine_row(read, content: bytes, reason: str, rows: int) -> None:
    found = read(content)
    (refused,) = found.refused.to_pylist()
    assert (found.rejected, refused["reason"], refused["level"]) == (reason, reason, "file")
    assert (refused["row_number"], refused["record"], refused["file"]) == (None, None, "metering/load_curves/a.csv")
    if reason != "damaged":
        assert found.received == refused["readings"] == rows


def test_a_character_broken_between_two_reads_is_found(read) -> None:
    content = LONG.encode() + b"a,2024-01-01,1\xe8"
    assert read(content + b",x\n" * 9, block_bytes=len(content)).rejected == "bad_encoding"


def test_rows_before_the_cut_of_a_gzip_file_are_counted(read) -> None:
    content = gzip.compress((LONG + "".join(f"a,2024-01-01,{value}.125\n" for value in range(20_000))).encode())
    found = read(content[: len(content) * 9 // 10])
    assert found.rejected == "damaged"
    assert 10_000 < found.received < 20_000


def test_a_missing_file_and_a_folder(outcome, tmp_path: Path) -> None:
    assert outcome(tmp_path / "nothing.csv").rejected == "not_readable"
    assert outcome(tmp_path).rejected == "not_readable"


def test_permission_is_refused_by_the_system(outcome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def forbid(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", forbid)
    found = outcome(tmp_path / "a.csv")
    assert (found.rejected, found.refused["detail"].to_pylist()) == ("not_readable", ["Permission denied"])


def test_a_gzip_bomb_is_stopped_early(read) -> None:
    bomb = gzip.compress(LONG.encode() + b"\n" * 50_000_000, compresslevel=1, mtime=0)
    tracemalloc.start()
    assert read(bomb, decoded_bytes=1 << 20).rejected == "too_large"
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_a_line_without_end_is_stopped_early(read) -> None:
    assert read(LONG + "a" * 300_000, line_bytes=100_000).rejected == "line_too_long"


def test_a_long_field_within_the_limit_refuses_its_row_only(read) -> None:
    rows = f'a,2024-01-01,1,{"x" * 200_000}\nb,2024-01-01,2,"{"y" * 200_000}\nc,2024-01-01,3,z\n'
    found = read("meter_id,reading_at,kwh,note\n" + rows)
    assert found.reasons == [(2, "wrong_cell_count")]
    assert [reading[0] for reading in found.readings] == ["a", "c"]


def test_good_gzip_in_two_members_is_read(read) -> None:
    assert len(read(gzip.compress(LONG.encode()) + gzip.compress(ROWS.encode())).readings) == 1440
