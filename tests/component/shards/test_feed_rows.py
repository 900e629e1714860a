"""Rows of a feed as bronze keeps them: sealed values and maps at their rows, whatever part of a file they come from."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from powerlake.landing.feed_judge import received_schema
from powerlake.landing.refusals import Delivery
from powerlake.security.fields import unseal
from powerlake.security.keys import FileKeyring
from powerlake.shards.feed_rows import bronze_rows
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds import FEEDS

CUSTOMERS = FEEDS["marketing/customers"]
DELIVERY = Delivery("marketing/customers/a.csv", "ab" * 32, 7, datetime(2024, 3, 2, tzinfo=UTC), "run-1", 1)
OTHERS = [[("a", "1"), ("b", "2")], None, [], [("b", "3")]]


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileKeyring:
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return FileKeyring(tmp_path / "keys" / "keyring.json").create()


@pytest.fixture
def received() -> pa.Table:
    """Four rows, numbered 11 to 14, in two chunks."""
    rows = [
        {"customer_id": f"c{number}", "name": name, "others": others, "is_deletion": False, "row_number": 11 + number}
        for number, (name, others) in enumerate(zip(["x", None, "y", "z"], OTHERS, strict=True))
    ]
    schema = received_schema(CUSTOMERS)
    return pa.concat_tables([pa.Table.from_pylist(rows[:1], schema), pa.Table.from_pylist(rows[1:], schema)])


def test_rows_have_the_declared_columns_and_their_origin(received, keyring) -> None:
    made = bronze_rows(received, CUSTOMERS, DELIVERY, keyring)
    assert made.schema == arrow_schema(bronze_of(CUSTOMERS))
    assert made["row_number"].to_pylist() == [11, 12, 13, 14]
    assert set(zip(made["file"].to_pylist(), made["batch"].to_pylist(), strict=True)) == {(DELIVERY.file, 7)}
    assert made["customer_id"].to_pylist() == ["c0", "c1", "c2", "c3"]
    places = pa.array([f"{'ab' * 32}:{number}" for number in (11, 12, 13, 14)])
    opened = unseal(made["name"].combine_chunks(), "name", "bronze.customers", places, keyring)
    assert opened.to_pylist() == ["x", None, "y", "z"]
    assert [value is None for value in made["name_pseudonym"].to_pylist()] == [False, True, False, False]


@pytest.mark.parametrize("start", [0, 2])
def test_maps_keep_their_rows_and_keys(received, keyring, start: int) -> None:
    made = bronze_rows(received.slice(start), CUSTOMERS, DELIVERY, keyring)
    found = made["others"].to_pylist()
    assert [None if entries is None else [key for key, _ in entries] for entries in found] == [
        None if entries is None else [key for key, _ in entries] for entries in OTHERS[start:]
    ]
    place = pa.array([f"{'ab' * 32}:14:b"])
    assert unseal(pa.array([found[-1][0][1]]), "others", "bronze.customers", place, keyring).to_pylist() == ["3"]


def test_no_rows_make_no_rows(received, keyring) -> None:
    assert bronze_rows(received.slice(4), CUSTOMERS, DELIVERY, keyring).num_rows == 0


def test_a_feed_without_persons_keeps_its_text(keyring) -> None:
    feed = FEEDS["external/calendar"]
    rows = [{"region_code": "CN", "others": [("a", "1")], "is_deletion": False, "row_number": 1}]
    made = bronze_rows(pa.Table.from_pylist(rows, received_schema(feed)), feed, DELIVERY, keyring)
    assert made["others"].to_pylist() == [[("a", "1")]]
