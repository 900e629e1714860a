"""Customers linked, merged and held against other departments, on Spark."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame

from powerlake.linkage.conflicts import (
    billed_by_other_tariff,
    contracted_power,
    meter_outside_topology,
    supply_after_closing,
    unknown_tariff,
)
from powerlake.linkage.spread import customer_links, fitted, pairs_of, population_of, records_of
from powerlake.linkage.survivorship import differing_records, golden_customers
from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.feeds.assets import TOPOLOGY
from powerlake.tables.feeds.marketing import BILLS, CONTRACTS, CUSTOMERS, TARIFFS
from powerlake.tables.feeds.metering import METERS
from powerlake.tables.silver.customer_links import CUSTOMER_LINKS
from powerlake.tables.silver.of_feed import silver_of

DIRECT = [pseudonym_of(field) for field in CUSTOMERS.fields if field.is_join_key]
JANUARY, MAY, JUNE = date(2024, 1, 31), date(2024, 5, 1), date(2024, 6, 30)
ALONE = [("C3", "C3", 1)]
TWICE = [("C1", "C1", 2), ("C9", "C1", 2), *ALONE]


@pytest.fixture
def made(frame):
    """`made(FEED, {…}, …)`: a frame of the feed's silver table."""
    return lambda feed, *rows: frame(silver_of(feed), *rows)


@pytest.fixture
def links(frame):
    """Rows of silver.customer_links, of (customer, linked customer, records)."""
    names = ("customer_id", "linked_customer_id", "records")
    return lambda told: frame(CUSTOMER_LINKS, *(dict(zip(names, row, strict=True)) for row in told))


@pytest.fixture
def twice(made) -> DataFrame:
    """C9 of an older system is C1, with another telephone; C3 is somebody else."""
    older = {
        "opened_date": date(2015, 2, 1),
        "closed_date": JANUARY,
        "phone_pseudonym": "old",
        "email_pseudonym": "mail",
    }
    newer = {"opened_date": MAY, "closed_date": None, "phone_pseudonym": "new", "email_pseudonym": None}
    return made(
        CUSTOMERS,
        {"customer_id": "C9", **older, "contracted_kw": 6.0, "is_key_account": True, "household_size": 3},
        {"customer_id": "C1", **newer, "contracted_kw": 8.0, "is_key_account": False, "household_size": None},
        {"customer_id": "C3", "opened_date": MAY, "closed_date": None, "contracted_kw": 10.0},
    )


def told(conflicts: DataFrame) -> list[tuple[object, ...]]:
    rows = conflicts.orderBy("entity_id", "compared_column").collect()
    return [
        (r["conflict"], r["entity_id"], r["compared_column"], r["sources"], r["found"], r["counts"], r["rule"])
        for r in rows
    ]


def test_records_of_one_person_are_linked_to_the_one_that_stands(made) -> None:
    people = [
        {"customer_id": f"C{n}", **{name: f"{name} {n}" for name in DIRECT}, "opened_date": MAY, "closed_date": None}
        for n in range(40)
    ]
    again = [
        {**people[n], "customer_id": f"B{n}", "opened_date": date(2014, 1, 1 + n), "closed_date": JANUARY}
        for n in (3, 4, 5)
    ]
    again[0]["phone_pseudonym"] = "another"
    customers = made(CUSTOMERS, *people, *again)
    records = records_of(customers)
    pairs = pairs_of(records)
    rows = customer_links(customers, pairs, fitted(pairs, population_of(records))).collect()
    linked = {row["customer_id"]: row["linked_customer_id"] for row in rows}
    assert linked == {**{f"C{n}": f"C{n}" for n in range(40)}, "B3": "C3", "B4": "C4", "B5": "C5"}
    (found,) = [row for row in rows if row["customer_id"] == "B3"]
    assert (found["records"], "phone" in found["evidence"], "id_number" in found["evidence"]) == (2, False, True)
    assert [row["probability"] for row in rows if row["customer_id"] == "C9"] == [None]


def test_a_customer_is_what_its_rules_make_of_the_records(made, links, twice) -> None:
    """K1 is signed until a day to come, with new terms from then on; K9 is over, and K2 of who has ended it."""
    contracts = made(
        CONTRACTS,
        *(
            {"contract_id": number, "customer_id": who, "contracted_kw": kw, "end_date": end, "is_current": now}
            | {"status": "ended" if number == "K2" else "active"}
            for number, who, kw, end, now in (
                ("K1", "C1", 12.0, date(2099, 12, 31), True),
                ("K1", "C1", 15.0, None, False),
                ("K2", "C1", 3.0, None, True),
                ("K9", "C9", 6.0, JANUARY, False),
            )
        ),
    )
    golden = {row["customer_id"]: row.asDict() for row in golden_customers(twice, links(TWICE), contracts).collect()}
    assert set(golden) == {"C1", "C3"}
    one = golden["C1"]
    assert (one["phone_pseudonym"], one["email_pseudonym"], one["household_size"]) == ("new", "mail", 3)
    assert (one["opened_date"], one["closed_date"], one["is_key_account"]) == (date(2015, 2, 1), None, True)
    assert (one["contracted_kw"], one["records"]) == (12.0, 2)
    assert (golden["C3"]["contracted_kw"], golden["C3"]["records"]) == (10.0, 1)


def test_what_records_fill_in_differently_is_told_with_what_counts(links, twice) -> None:
    golden = golden_customers(twice, links(TWICE), None)
    rule = "records_differ", "C1"
    assert told(differing_records(twice, links(TWICE), golden)) == [
        (*rule, "contracted_kw", ["C1", "C9"], ["8.0", "6.0"], "8.0", "contracts_in_force"),
        (*rule, "is_key_account", ["C1", "C9"], ["false", "true"], "true", "any_says_so"),
        (*rule, "phone_pseudonym", ["C1", "C9"], ["new", "old"], "new", "latest_known"),
    ]


def test_departments_that_disagree(made, links, twice) -> None:
    contracts = made(
        CONTRACTS,
        {
            "contract_id": "K1",
            "customer_id": "C1",
            "tariff_code": "H",
            "start_date": MAY,
            "end_date": None,
            "is_current": True,
            "contracted_kw": 9.5,
        },
        {
            "contract_id": "K3",
            "customer_id": "C3",
            "tariff_code": "H",
            "start_date": MAY,
            "end_date": None,
            "is_current": True,
            "contracted_kw": 10.0,
        },
        {
            "contract_id": "K9",
            "customer_id": "C9",
            "tariff_code": "Z",
            "start_date": JANUARY,
            "end_date": JUNE,
            "is_current": False,
            "contracted_kw": 6.0,
        },
    )
    assert told(contracted_power(twice, links(TWICE), contracts)) == [
        ("contracted_power", "C1", "contracted_kw", ["contracts", "customers"], ["9.5", "8.0"], "9.5", "contracts")
    ]
    assert told(supply_after_closing(twice, contracts)) == [
        (
            "supply_after_closing",
            "K9",
            "end_date",
            ["contracts", "customers"],
            ["2024-06-30", "2024-01-31"],
            "2024-06-30",
            "contracts",
        )
    ]
    assert told(unknown_tariff(contracts, made(TARIFFS, {"tariff_code": "H"}))) == [
        ("unknown_tariff", "K9", "tariff_code", ["contracts", "tariffs"], ["Z", None], "Z", "contracts")
    ]
    bills = made(
        BILLS,
        {"bill_id": "B1", "contract_id": "K1", "tariff_code": "H", "period_end_date": JUNE},
        {"bill_id": "B2", "contract_id": "K1", "tariff_code": "Z", "period_end_date": JUNE},
        {"bill_id": "B3", "contract_id": "K1", "tariff_code": "Z", "period_end_date": JANUARY},
        {"bill_id": "B4", "contract_id": "K9", "tariff_code": None, "period_end_date": JUNE},
    )
    assert told(billed_by_other_tariff(bills, contracts)) == [
        ("billed_by_other_tariff", "B2", "tariff_code", ["bills", "contracts"], ["Z", "H"], "Z", "bills")
    ]


def test_a_meter_needs_a_place_in_the_supply_tree_while_it_stands(made) -> None:
    stands = {"installed_date": JANUARY, "removed_date": None}
    meters = made(
        METERS,
        {"meter_id": "M1", **stands},
        {"meter_id": "M2", "installed_date": JANUARY, "removed_date": JUNE},
        {"meter_id": "M3", **stands},
        {"meter_id": "M4", **stands},
    )
    holds = {"child_kind": "meter", "valid_from_date": JANUARY, "valid_to_date": None}
    topology = made(
        TOPOLOGY,
        {**holds, "child_id": "M1", "valid_to_date": MAY},
        {**holds, "child_id": "M1", "valid_from_date": date(2024, 5, 2)},
        {**holds, "child_id": "M2", "valid_to_date": date(2024, 6, 29)},
        {**holds, "child_id": "M3", "valid_from_date": MAY},
        {**holds, "child_id": "M4", "child_kind": "transformer"},
    )
    outside = [(row[1], row[4], row[5]) for row in told(meter_outside_topology(meters, topology))]
    assert outside == [
        ("M3", ["2024-01-31 to ", "2024-05-01 to "], "2024-01-31 to "),
        ("M4", ["2024-01-31 to ", None], "2024-01-31 to "),
    ]
