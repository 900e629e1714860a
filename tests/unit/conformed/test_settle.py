"""What stands of all that was delivered: the latest of each key, what waits, and histories without overlap."""

from collections import Counter
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.conformed.merge import Fate, Merged
from powerlake.conformed.periods import refuse
from powerlake.conformed.references import checked
from powerlake.conformed.settle import settled, standing
from powerlake.conformed.typed import typed_schema
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.references import CUSTOMER, REFERENCES, Target

COUPONS, CONTRACTS, ALARMS = FEEDS["marketing/coupons"], FEEDS["marketing/contracts"], FEEDS["dispatch/alarms"]
METERS = FEEDS["metering/meters"]
NOTHING = typed_schema(COUPONS).empty_table()
P, DUP, OLD, DEL, WAIT = Fate


@pytest.fixture(scope="session")
def coupons(rows_of):
    """(number, value or None for a deletion, batch) of each row."""

    def made(*rows: tuple) -> pa.Table:
        return rows_of(
            COUPONS.path,
            *(
                {
                    "coupon_id": key,
                    "customer_id": "c",
                    "issued_at": "2024-03-01",
                    "value_cny": value and str(value),
                    "is_deletion": value is None,
                    "batch": batch,
                }
                for key, value, batch in rows
            ),
        ).rows

    return made


def merge(existing: pa.Table, incoming: pa.Table) -> Merged:
    return settled(COUPONS, existing, incoming)[0]


@pytest.mark.parametrize(
    ("incoming", "fates", "stands"),
    [
        ([("a", 1, 1), ("b", 1, 1)], [P, P], {"a": 1, "b": 1}),
        ([("a", 1, 1), ("a", 1, 1)], [P, DUP], {"a": 1}),
        ([("a", 1, 1), ("a", 2, 1)], [OLD, P], {"a": 2}),
        ([("a", 2, 2), ("a", 1, 1)], [P, OLD], {"a": 2}),
        ([("a", 1, 1), ("a", None, 1)], [DEL, DEL], {}),
        ([("a", 1, 1), ("a", None, 1), ("a", 1, 2)], [DEL, DEL, P], {"a": 1}),
        ([("a", None, 1)], [DEL], {}),
        ([], [], {}),
    ],
)
def test_the_latest_delivery_of_a_key_counts(coupons, incoming: list, fates: list, stands: dict) -> None:
    result = merge(NOTHING, coupons(*incoming) if incoming else NOTHING)
    assert result.fate.tolist() == fates
    assert dict(zip(result.rows["coupon_id"].to_pylist(), result.rows["value_cny"].to_pylist(), strict=True)) == stands


@pytest.mark.parametrize(
    ("row", "fate", "replaced", "withdrawn", "changed"),
    [
        (("a", 1, 5), DUP, 0, 0, False),
        (("a", 2, 5), P, 1, 0, True),
        (("a", 2, 2), OLD, 0, 0, False),
        (("a", None, 5), DEL, 0, 1, True),
        (("z", None, 5), DEL, 0, 0, False),
    ],
)
def test_a_row_that_stood_gives_way_to_a_later_one(coupons, row: tuple, fate, replaced, withdrawn, changed) -> None:
    result = merge(coupons(("a", 1, 3)), coupons(row))
    assert (result.fate.tolist(), result.replaced, result.withdrawn) == ([fate], replaced, withdrawn)
    assert result.is_changed == changed


def test_a_row_that_may_not_stand_waits_until_one_that_may_comes_after_it(coupons) -> None:
    rows = refuse(coupons(("a", 1, 1), ("a", 2, 1), ("b", 1, 1), ("b", 2, 1)), np.array([1, 2]), "dangling_customer_id")
    result = merge(NOTHING, rows)
    assert result.fate.tolist() == [P, WAIT, OLD, P]
    assert result.rows["value_cny"].to_pylist() == [1, 2]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([1, 2, None]), st.integers(1, 3)), max_size=8))
def test_every_row_has_one_fate_and_the_table_is_what_a_plain_reading_gives(coupons, rows: list) -> None:
    incoming = coupons(*rows) if rows else NOTHING
    result = merge(NOTHING, incoming)
    plain: dict = {}
    for key, value, _ in sorted(rows, key=lambda row: row[2]):
        plain[key] = value
    found = dict(zip(result.rows["coupon_id"].to_pylist(), result.rows["value_cny"].to_pylist(), strict=True))
    assert found == {key: value for key, value in plain.items() if value is not None}
    assert Counter(result.fate.tolist())[P] == len(result.rows)
    assert (result.fate == DEL).sum() >= sum(value is None for _, value, _ in rows)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([1, 2, None])), max_size=6),
    st.integers(0, 6),
)
def test_in_two_runs_the_same_rows_stand_as_in_one(rows_of, coupons, contracts, rows: list, cut: int) -> None:
    delivered = [(key, value, batch) for batch, (key, value) in enumerate(rows, 1)]
    every = coupons(*delivered) if rows else NOTHING
    before = merge(NOTHING, every.slice(0, cut)).rows
    assert merge(before, every.slice(cut)).rows.sort_by("coupon_id") == merge(NOTHING, every).rows.sort_by("coupon_id")


@pytest.fixture(scope="session")
def contracts(rows_of):
    """(first day, last day) of rows of one contract."""

    def made(*rows: tuple, batch: int = 1) -> pa.Table:
        base = {"contract_id": "k", "customer_id": "c", "point_id": "p", "tariff_code": "t", "batch": batch}
        return rows_of(CONTRACTS.path, *(base | {"start_date": first, "end_date": last} for first, last in rows)).rows

    return made


def history(existing: pa.Table, incoming: pa.Table, as_of: date = date(2024, 6, 1)) -> tuple[list, list, pa.Table]:
    """(first, last, current, edits) of the rows that stand, the fates, and those rows."""
    result, _ = settled(CONTRACTS, existing, incoming)
    rows = standing(CONTRACTS, result, as_of)
    said = rows.sort_by("start_date").select(["start_date", "end_date", "is_current", "edits"]).to_pylist()
    return [tuple(row.values()) for row in said], result.fate.tolist(), rows.drop(["is_current"])


NO_CONTRACT = typed_schema(CONTRACTS).empty_table()
CLOSED = ["period:end_date"]


def test_an_open_row_ends_the_day_before_the_next_begins(contracts) -> None:
    found, _, rows = history(NO_CONTRACT, contracts(("2024-05-01", None), ("2024-01-01", None)))
    assert found == [
        (date(2024, 1, 1), date(2024, 4, 30), False, CLOSED),
        (date(2024, 5, 1), None, True, None),
    ]
    found, fates, _ = history(rows, contracts(("2024-01-01", None), ("2024-03-01", None), batch=2))
    assert fates == [DUP, P]
    assert [row[:2] for row in found] == [
        (date(2024, 1, 1), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2024, 4, 30)),
        (date(2024, 5, 1), None),
    ]


@pytest.mark.parametrize(
    ("first", "last", "current"),
    [("2024-01-01", "2024-06-01", True), ("2024-01-01", "2024-05-31", False), ("2024-06-02", None, False)],
)
def test_what_holds_on_the_day_asked_about_is_current(contracts, first: str, last: str | None, current: bool) -> None:
    ((_, _, is_current, _),), _, _ = history(NO_CONTRACT, contracts((first, last)))
    assert is_current == current


def test_a_row_that_overlaps_waits_and_what_it_would_replace_stands_again(contracts) -> None:
    held = contracts(("2024-01-01", "2024-03-31"), ("2024-05-01", None))
    found, fates, _ = history(held, contracts(("2024-01-01", "2024-05-31"), ("2024-03-01", None), batch=2))
    assert fates == [WAIT, WAIT]
    assert [row[:2] for row in found] == [(date(2024, 1, 1), date(2024, 3, 31)), (date(2024, 5, 1), None)]


def test_a_day_shared_is_no_overlap_and_is_the_followers(contracts) -> None:
    delivered = contracts(("2024-01-01", "2024-03-31"), ("2024-03-31", None))
    found, fates, rows = history(NO_CONTRACT, delivered)
    assert fates == [P, P]
    assert found == [
        (date(2024, 1, 1), date(2024, 3, 30), False, ["shared_day:end_date"]),
        (date(2024, 3, 31), None, True, None),
    ]
    assert history(rows, delivered)[:2] == (found, [DUP, DUP]), "the same rows again change nothing"
    late, _, _ = history(rows, contracts(("2024-03-31", "2024-04-30"), ("2024-04-30", None), batch=2))
    assert [row[:2] for row in late] == [
        (date(2024, 1, 1), date(2024, 3, 30)),
        (date(2024, 3, 31), date(2024, 4, 29)),
        (date(2024, 4, 30), None),
    ]


def test_a_meter_may_be_taken_away_and_put_up_elsewhere_on_one_day(rows_of) -> None:
    """`removed_date` is no day at the point any more."""
    days = (("p", "2024-01-01", None), ("q", "2024-03-01", "2024-05-01"), ("r", "2024-05-01", "2024-06-01"))
    names = ("point_id", "installed_date", "removed_date")
    meters = rows_of(METERS.path, *({"meter_id": "m", **dict(zip(names, row, strict=True))} for row in days)).rows
    result, _ = settled(METERS, typed_schema(METERS).empty_table(), meters)
    rows = standing(METERS, result, date(2024, 5, 1)).select(["removed_date", "is_current", "edits"])
    assert [tuple(row.values()) for row in rows.to_pylist()] == [
        (date(2024, 3, 1), False, ["period:removed_date"]),
        (date(2024, 5, 1), False, None),
        (date(2024, 6, 1), True, None),
    ]


def test_a_number_that_nobody_delivered_dangles_unless_its_feed_is_absent(coupons) -> None:
    rows = coupons(("a", 1, 1), ("b", None, 1))
    target = CUSTOMER.targets[0]
    assert checked(COUPONS, rows, {target: pa.array(["x"])})["reason"].to_pylist() == ["dangling_customer_id", None]
    assert checked(COUPONS, rows, {target: pa.array(["c"])})["reason"].null_count == 2
    assert checked(COUPONS, rows, {})["reason"].null_count == 2


def test_an_asset_is_looked_up_in_the_register_of_its_kind(rows_of) -> None:
    alarm = {"alarm_id": "1", "asset_id": "x", "raised_at": "2024-03-01", "alarm_code": "hot"}
    rows = rows_of(ALARMS.path, *(alarm | {"asset_kind": kind} for kind in ("transformer", "feeder", "machine"))).rows
    known = {
        Target("assets/transformers", "transformer_id", "transformer"): pa.array(["x"]),
        Target("assets/feeders", "feeder_id", "feeder"): pa.array(["f"]),
    }
    assert checked(ALARMS, rows, known)["reason"].to_pylist() == [None, "dangling_asset_id", None]


def test_references_lead_from_columns_of_feeds_to_columns_of_feeds() -> None:
    for path, references in REFERENCES.items():
        for reference in references:
            names = {item.name for item in FEEDS[path].fields if not item.is_direct}
            assert {reference.column, reference.kind_column or reference.column} <= names
            assert all(FEEDS[t.feed].field(t.column).is_required for t in reference.targets)
