"""What the text of a cell means, and which texts mean nothing."""

from __future__ import annotations

import re
from datetime import date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.landing.values import parse
from powerlake.tables.feeds.model import Kind

QUICK = settings(max_examples=15, deadline=None)
ODD = {Kind.DECIMAL: "1_0", Kind.INTEGER: "1_0", Kind.DATE: "03.01.2024", Kind.INSTANT: "soon", Kind.BOOLEAN: "perhaps"}


def read(kind: Kind, text: str | None) -> object:
    """The value of one text, or the reason why it has none; alone and beside others it is the same."""
    alone = parse(kind, pa.array([text], pa.string()))
    beside = parse(kind, pa.array([ODD.get(kind, "x"), text, None], pa.string()))
    found = [next(iter(alone.faults), alone.values[0].as_py())]
    found.append(next((reason for reason, rows in beside.faults.items() if rows[1]), beside.values[1].as_py()))
    assert repr(found[0]) == repr(found[1])
    assert not any(rows[2] for rows in beside.faults.values())
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-12.50", -12.5),
        ("+.5", 0.5),
        ("7.", 7.0),
        ("1E-3", 0.001),
        ("1e00002", 100.0),
        ("1,5", "bad_number"),
        ("1 000", "bad_number"),
        ("0x1F", "bad_number"),
        ("1e", "bad_number"),
        ("１", "bad_number"),
        ("NULL", "bad_number"),
        ("nan", "not_finite"),
        ("-Infinity", "not_finite"),
        ("1e400", "not_finite"),
    ],
)
def test_decimals(text: str, value: object) -> None:
    assert read(Kind.DECIMAL, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("+012", 12),
        ("-3.0", -3),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, "bad_number"),
        ("0x1F", "bad_number"),
        ("1.5", "bad_number"),
        ("1e3", "bad_number"),
        ("NaN", "not_finite"),
    ],
)
def test_whole_numbers(text: str, value: object) -> None:
    assert read(Kind.INTEGER, text) == value


@pytest.mark.parametrize("text", ["1", "TRUE", "Yes", "y", "是"])
def test_yes(text: str) -> None:
    assert read(Kind.BOOLEAN, text) is True


@pytest.mark.parametrize("text", ["0", "false", "No", "N", "否"])
def test_no(text: str) -> None:
    assert read(Kind.BOOLEAN, text) is False


def test_neither_yes_nor_no() -> None:
    assert read(Kind.BOOLEAN, "2") == "bad_boolean"


@pytest.mark.parametrize(
    "text",
    ["2024-01-03", "2024/1/3", "2024.01.03", "20240103", "2024年1月3日", "2024-1-3 00:00:00", "2024/01/03T00:00"],
)
def test_forms_of_a_date(text: str) -> None:
    assert read(Kind.DATE, text) == date(2024, 1, 3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/01/2024", "bad_date"),
        ("2024/1-3", "bad_date"),
        ("2024-02-30", "bad_date"),
        ("2023-02-29", "bad_date"),
        ("2024-13-01", "bad_date"),
        ("24-01-03", "bad_date"),
        ("2024-01-03 00:01", "bad_date"),
        ("2024-01-03 00:00Z", "bad_date"),
        ("0000-01-01", "date_out_of_range"),
        ("1899-12-31", "date_out_of_range"),
        ("9999/12/31", "date_out_of_range"),
        ("2101-01-01", "date_out_of_range"),
    ],
)
def test_what_is_no_date(text: str, reason: str) -> None:
    assert read(Kind.DATE, text) == reason


LOCAL = datetime(2024, 1, 3, 12, 30)


@pytest.mark.parametrize(
    ("text", "at", "is_utc"),
    [
        ("2024-01-03 12:30", LOCAL, False),
        ("2024-01-03T12:30:00.000", LOCAL, False),
        ("2024-1-3 12:30:00.123456789", LOCAL.replace(microsecond=123456), False),
        ("20240103 123000", LOCAL, False),
        ("202401031230", LOCAL, False),
        ("20240103T12:30", LOCAL, False),
        ("2024/1/3 12:30", LOCAL, False),
        ("2024年1月3日 12:30", LOCAL, False),
        ("2024年1月3日12时30分0秒", LOCAL, False),
        ("2024-01-03", datetime(2024, 1, 3), False),
        ("2024-01-02 24:00", datetime(2024, 1, 3), False),
        ("2100-12-31 23:59", datetime(2100, 12, 31, 23, 59), False),
        ("2024-01-03 12:30Z", LOCAL, True),
        ("2024-01-03T20:30:00+08:00", LOCAL, True),
        ("2024/1/3 9:00 -0330", LOCAL, True),
        ("2024-01-03 12:30:00.000+00", LOCAL, True),
    ],
)
def test_forms_of_an_instant(text: str, at: datetime, is_utc: bool) -> None:
    assert read(Kind.INSTANT, text) == {"at": at, "is_utc": is_utc}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("03/01/2024 12:30", "bad_instant"),
        ("2024-01-03 25:00", "bad_instant"),
        ("2024-01-03 24:01", "bad_instant"),
        ("2024-01-03 12:60", "bad_instant"),
        ("2024-01-03 12:30:60", "bad_instant"),
        ("2024-01-03 12:30+25:00", "bad_instant"),
        ("12:30", "bad_instant"),
        ("1704285000", "bad_instant"),
        ("1800-01-01 00:00", "date_out_of_range"),
        ("9999-12-31T23:59:59Z", "date_out_of_range"),
    ],
)
def test_what_is_no_instant(text: str, reason: str) -> None:
    assert read(Kind.INSTANT, text) == reason


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_no_fault(kind: Kind) -> None:
    assert read(kind, None) is None


PIECES = st.lists(st.sampled_from([*"0123456789+-./:,eETZ xn年月日", "2024", "01", "nan", "inf"]), max_size=9).map(
    "".join
)


@QUICK
@given(text=st.one_of(PIECES, st.text(max_size=12)), kind=st.sampled_from(list(Kind)))
def test_a_text_means_the_same_alone_and_beside_an_odd_one(text: str, kind: Kind) -> None:
    read(kind, text)


@QUICK
@given(text=PIECES)
def test_a_number_is_what_its_form_says(text: str) -> None:
    is_number = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text, re.ASCII)
    found = read(Kind.DECIMAL, text)
    assert (isinstance(found, float) or found == "not_finite") if is_number else isinstance(found, str)
    if isinstance(found, float):
        assert found == float(text)


@QUICK
@given(
    at=st.datetimes(datetime(1900, 1, 1), datetime(2100, 12, 31)),
    form=st.sampled_from(["%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%d %H:%M:%S.%f", "%Y%m%d %H:%M:%S,%f"]),
)
def test_every_instant_is_read_back(at: datetime, form: str) -> None:
    assert read(Kind.INSTANT, at.strftime(form)) == {"at": at, "is_utc": False}
