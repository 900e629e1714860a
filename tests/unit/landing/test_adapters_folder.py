"""An adapter meets another folder than its set's, or a damaged file: told in one line, and nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError
from powerlake.landing.adapters import adapt

HEAD = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT\n"
ROW = "2016-07-01 00:00:00,5.8,2.0,1.5,0.4,4.2,1.3,30.5\n"


def told(source: Path, out: Path, name: str = "ett") -> str:
    with pytest.raises(ConfigurationError) as caught:
        adapt(name, source, out)
    assert not [path for path in out.rglob("*") if path.is_file()]
    return str(caught.value)


def test_an_unknown_name(tmp_path: Path) -> None:
    assert "sgsc_households" in told(tmp_path, tmp_path / "out", "tides")


@pytest.mark.parametrize("name", ["nothing", "a file"])
def test_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").touch()
    assert "is no folder" in told(tmp_path / name, tmp_path / "out")


def test_another_sets_folder(tmp_path: Path) -> None:
    (tmp_path / "Tariffs.csv").touch()
    assert "has no file ETT*.csv" in told(tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty_file"),
        (b"\x1f\x8b\x08cut", "damaged"),
        (b"date,OT\n2016-07-01 00:00:00,3\n", "not all of date, HUFL"),
        ((HEAD + ROW + "2016-07-01 01:00:00,5\n").encode(), "is no table"),
        ((HEAD + ROW.replace("07-01", "13-01")).encode(), "1 times of the set"),
        ((HEAD + ROW.replace("5.8", "five")).encode(), "a number of the set"),
    ],
)
def test_a_file_that_is_not_the_sets(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "ETTh1.csv").write_bytes(content)
    assert words in told(tmp_path, tmp_path / "out")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "ETTh1.csv").write_text(HEAD + ROW)
    (tmp_path / "out").touch()
    assert "cannot be written" in told(tmp_path, tmp_path / "out")


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    source, out = tmp_path / "set", tmp_path / "out"
    source.mkdir()
    head = "customer_id,reading_datetime,general_supply_kwh,controlled_load_kwh,gross_generation_kwh\n"
    (source / "interval_readings_2013-01.csv").write_text(head + "7,2013-01-01 00:30:00,0.1,0.2,0.0\n")
    contents = []
    for _ in range(2):
        files = adapt("sgsc_households", source, out).files
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]
    assert sorted(path for path in out.rglob("*") if path.is_file()) == sorted(files)
