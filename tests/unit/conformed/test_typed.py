"""A row of bronze as a row of silver: types, one form, one name, one unit, and what is no row."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

PAYMENT = {"payment_id": "p1", "customer_id": "c1", "paid_at": "2024-03-01 00:30", "amount_cny": "12.5"}
READ = {"meter_id": "m1", "register_code": "00010000", "read_at": "2024-03-01 00:30", "reading_kwh": "7"}
TERMINAL = {
    "terminal_id": "t1",
    "measured_at": "2024-03-01 00:00",
    **{f"voltage_{phase}_v": "230" for phase in "abc"},
    **{f"current_{phase}_a": "10" for phase in "abc"},
    "power_factor": "0.9",
}


@pytest.fixture(scope="session")
def only(rows_of):
    """The one row of a feed, typed."""
    return lambda path, row: rows_of(path, row).rows.to_pylist()[0]


@pytest.mark.parametrize(
    ("text", "at", "day"),
    [
        ("2024-03-01 00:30", datetime(2024, 2, 29, 16, 30, tzinfo=UTC), date(2024, 3, 1)),
        ("2024-02-29T20:00:00Z", datetime(2024, 2, 29, 20, tzinfo=UTC), date(2024, 3, 1)),
        ("2024/3/1 0:30", datetime(2024, 2, 29, 16, 30, tzinfo=UTC), date(2024, 3, 1)),
    ],
)
def test_an_instant_is_utc_with_the_local_date_and_month_beside(only, text: str, at: datetime, day: date) -> None:
    made = only("marketing/payments", PAYMENT | {"paid_at": text})
    assert (made["paid_at"], made["paid_date"], made["month"], made["edits"]) == (at, day, "2024-03", None)


def test_full_width_forms_become_ascii_and_are_noted_but_not_in_chinese_text(only) -> None:
    made = only("metering/register_reads", READ | {"meter_id": "ｍ１", "reading_kwh": "７．５"})
    assert (made["meter_id"], made["reading_kwh"]) == ("m1", 7.5)
    assert sorted(made["edits"]) == ["full_width:meter_id", "full_width:reading_kwh"]
    ticket = {"ticket_id": "t", "opened_at": "2024-03-01", "text": "停电了，（急）！"}
    made = only("service/tickets", ticket)
    assert (made["text"], made["edits"]) == ("停电了，（急）！", None)


def test_a_code_gets_its_one_name_and_an_unknown_one_is_kept_and_counted(rows_of) -> None:
    made = rows_of("marketing/payments", PAYMENT | {"method": "mobile_app"}, PAYMENT | {"method": "shells"})
    first, second = made.rows.to_pylist()
    assert (first["method"], first["edits"]) == ("app", ["alias:method"])
    assert (second["method"], second["edits"]) == ("shells", None)
    assert made.unknown == {"method": {"shells": 1}}


@pytest.mark.parametrize(("sent", "kept", "edits"), [("6.2", 6.2, None), ("6200", 6.2, ["unit:active_power_kw"])])
def test_a_power_in_watt_is_told_by_voltage_and_current(only, sent: str, kept: float, edits: list[str] | None) -> None:
    made = only("metering/terminal_telemetry", TERMINAL | {"active_power_kw": sent})
    assert made["active_power_kw"] == pytest.approx(kept)
    assert made["edits"] == edits


def test_what_stands_still_is_no_evidence_of_a_unit(only) -> None:
    idle = TERMINAL | {f"current_{phase}_a": "0" for phase in "abc"} | {"active_power_kw": "50"}
    assert only("metering/terminal_telemetry", idle)["active_power_kw"] == 50


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ({"amount_cny": "#VALUE!"}, "bad_number", "amount_cny"),
        ({"amount_cny": None}, "missing_value", "amount_cny"),
        ({"paid_at": "2024-13-01 08:00"}, "bad_instant", "paid_at"),
        ({"is_deletion": True, "payment_id": None}, "missing_value", "payment_id"),
    ],
)
def test_a_cell_at_fault_refuses_its_row(rows_of, row: dict, reason: str, column: str) -> None:
    made = rows_of("marketing/payments", PAYMENT | row, PAYMENT)
    (refused,) = made.refused.to_pylist()
    assert (refused["reason"], refused["detail"], refused["row_number"]) == (reason, f"column {column}", 1)
    assert refused["record"]["customer_id"] == "c1"
    assert made.rows["row_number"].to_pylist() == [2]


def test_a_deletion_needs_its_key_alone(rows_of) -> None:
    made = rows_of("marketing/payments", {"payment_id": "p1", "is_deletion": True})
    assert made.rows.to_pylist()[0]["month"] is None
    assert not len(made.refused)


def test_a_period_that_ends_before_it_begins_is_refused(rows_of) -> None:
    contract = {"contract_id": "k", "customer_id": "c", "point_id": "p", "tariff_code": "t", "start_date": "2024-02-01"}
    made = rows_of("marketing/contracts", contract | {"end_date": "2024-01-31"}, contract | {"end_date": "2024-02-01"})
    assert made.refused["reason"].to_pylist() == ["period_reversed"]
    assert len(made.rows) == 1


@settings(max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=8)), max_size=5))
def test_a_row_is_kept_or_refused_whatever_it_says(rows_of, cells: list[tuple[str, str]]) -> None:
    rows = [PAYMENT | {"amount_cny": amount or None, "paid_at": at or None} for amount, at in cells]
    made = rows_of("marketing/payments", *rows)
    numbers = sorted(made.rows["row_number"].to_pylist() + made.refused["row_number"].to_pylist())
    assert numbers == list(range(1, len(cells) + 1))
