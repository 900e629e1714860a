"""Time labels: what each form accepts, and agreement with the standard library."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.landing.times import FORMATS, Labels, format_of, labels_of_timestamps, parse


def only(labels: Labels) -> tuple[str, int] | None:
    if not labels.is_valid[0]:
        return None
    return str(np.datetime64(int(labels.day[0]), "D")), int(labels.second[0])


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2024-02-29", "iso", ("2024-02-29", 0)),
        ("2024-02-29 01:15", "iso", ("2024-02-29", 4500)),
        ("2024-02-29T01:15:30", "iso", ("2024-02-29", 4530)),
        ("2024-02-29 24:00", "iso", ("2024-02-29", 86_400)),
        ("2024/02/29 23:45", "slashes", ("2024-02-29", 85_500)),
        ("202402292345", "digits", ("2024-02-29", 85_500)),
        ("29/02/2024 00:30", "day first", ("2024-02-29", 1800)),
        ("2023-02-29", "iso", None),
        ("2024-00-10", "iso", None),
        ("2024-13-10", "iso", None),
        ("2024-01-00", "iso", None),
        ("2024-01-01 24:01", "iso", None),
        ("2024-01-01 10:60", "iso", None),
        ("2024-01-01 10:00:60", "iso", None),
        ("2024-01-01x10:00", "iso", None),
        ("2024-01-0a", "iso", None),
        ("2024-01-01", "slashes", None),
        ("", "iso", None),
    ],
)
def test_a_label_is_read_or_found_invalid(text: str, form: str, expected: tuple[str, int] | None) -> None:
    assert only(parse(pa.array([text]), form)) == expected


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("2024-01-01 00:00Z", 0), ("2024-01-01T00:00:00+08:00", 480), ("2024-01-01 00:00-03:30", -210)],
)
def test_an_offset_is_kept_and_the_local_time_left_alone(text: str, minutes: int) -> None:
    labels = parse(pa.array([text]), "iso with offset")
    assert only(labels) == ("2024-01-01", 0)
    assert labels.offset is not None
    assert labels.offset.tolist() == [minutes]


def test_offsets_that_no_place_has_are_invalid() -> None:
    assert not parse(pa.array(["2024-01-01 00:00+15:00", "2024-01-01 00:00+01:60"]), "iso with offset").is_valid.any()


STRFTIME = {
    "iso": "%Y-%m-%d %H:%M:%S",
    "iso with offset": "%Y-%m-%dT%H:%M:%SZ",
    "slashes": "%Y/%m/%d %H:%M:%S",
    "digits": "%Y%m%d%H%M%S",
    "day first": "%d/%m/%Y %H:%M:%S",
}


@settings(max_examples=40, deadline=None)
@given(
    moments=st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2199, 1, 1)), min_size=1, max_size=20),
    form=st.sampled_from(sorted(FORMATS)),
)
def test_every_instant_written_in_a_form_is_read_back(moments: list[datetime], form: str) -> None:
    labels = parse(pa.array([moment.strftime(STRFTIME[form]) for moment in moments]), form)
    read = [
        datetime(1970, 1, 1) + timedelta(days=int(day), seconds=int(second))
        for day, second in zip(labels.day, labels.second, strict=True)
    ]
    assert labels.is_valid.all()
    assert read == [moment.replace(microsecond=0) for moment in moments]
    in_range = [date(1990, 1, 1) <= moment.date() <= date(2099, 12, 31) for moment in moments]
    assert labels.in_range.tolist() == in_range


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_the_form_of_most_labels_is_found(form: str) -> None:
    labels = [datetime(2024, 5, day, 1).strftime(STRFTIME[form]) for day in range(1, 29)]
    assert format_of(pa.array([*labels, "rubbish", ""])) == form


def test_a_sliced_column_is_read_from_its_own_start() -> None:
    column = pa.array(["x", "2024-01-01", "2024-01-02"]).slice(1)
    assert parse(column, "iso").day.tolist() == [19723, 19724]


def test_timestamps_with_a_zone_give_its_local_time_and_offset() -> None:
    instants = pa.array([datetime(2024, 7, 1, 16, 30, tzinfo=UTC), None]).cast(pa.timestamp("ms", "Asia/Shanghai"))
    labels = labels_of_timestamps(instants)
    assert only(labels) == ("2024-07-02", 1800)
    assert labels.offset is not None
    assert labels.offset[0] == 480
    assert labels.is_valid.tolist() == [True, False]


def test_a_time_before_1970_belongs_to_its_own_day() -> None:
    assert only(labels_of_timestamps(pa.array([datetime(1969, 12, 31, 23)]))) == ("1969-12-31", 82_800)
