"""Headers: which layout they are, and which are refused."""

import pytest

from powerlake.landing.layouts import POINT_COUNTS, recognise
from powerlake.landing.refusals import FileRefused


def points(count: int) -> list[str]:
    return [f"P{point}" for point in range(1, count + 1)]


def test_order_case_blanks_and_mark_do_not_matter() -> None:
    columns = recognise(("\ufeff KWH ", "note", "Reading_At", " Meter_ID"))
    assert columns.layout.name == "long"
    assert (columns.meter, columns.time, columns.values, columns.others) == (3, 2, (0,), (1,))
    assert columns.names[0] == "KWH"


@pytest.mark.parametrize("count", POINT_COUNTS)
def test_wide_takes_the_points_of_a_day_in_their_order(count: int) -> None:
    columns = recognise(("date", *reversed(points(count)), "meter_id"))
    assert columns.layout.name == "wide"
    assert columns.values == tuple(range(count, 0, -1))
    assert columns.usual_points == POINT_COUNTS[count]


def test_the_parts_of_a_sum_are_kept_as_text_too() -> None:
    columns = recognise(("customer_id", "reading_datetime", "general_supply_kwh", "controlled_load_kwh", "event_key"))
    assert columns.layout.name == "sgsc"
    assert columns.values == (2, 3)
    assert columns.others == (2, 3, 4)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (("meter_id", "kwh"), "wrong_header"),
        (("a",), "wrong_header"),
        ((), "wrong_header"),
        (("meter_id", "date", *points(47)), "wrong_header"),
        (("meter_id", "date", *points(48)[:-1], "P49"), "wrong_header"),
        (("meter_id", "date", "reading_at", "kwh", *points(24)), "wrong_header"),
        (("meter_id", "reading_at", "kwh", " KWH"), "duplicate_columns"),
    ],
)
def test_a_header_that_fits_no_layout_is_refused(header: tuple[str, ...], reason: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        recognise(header)
    assert refusal.value.reason == reason
