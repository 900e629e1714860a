"""The rules of rows, told by what was refused."""

from datetime import UTC, datetime

from powerlake.lake.staging import combine, stage_rows
from powerlake.quality.judged import Check, check_rows
from powerlake.quality.row_rules import judged_rows
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.model import Column, Table
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.types import LONG, STRING

COLUMNS = (Column("meter_id", STRING, "Meter", nullable=False), Column("kwh", LONG, "Energy"))
SILVER = Table("silver.reads", "one row", ("meter_id",), "o", "c", COLUMNS, {"not_negative": "kwh >= 0"})
BRONZE = Table("bronze.reads", "one row", ("meter_id",), "o", "c", COLUMNS)


def told(table: Table, published: int, refused: dict[str, int]) -> dict[str, tuple[object, ...]]:
    return {
        one.rule: (one.kind, one.checked, one.failing, one.outcome) for one in judged_rows(table, published, refused)
    }


def test_every_declared_rule_is_judged_held_or_not() -> None:
    assert told(SILVER, 5, {"not_negative": 2, "meter_id_missing": 1}) == {
        "meter_id_missing": ("not_null", 8, 1, "warned"),
        "not_negative": ("check", 8, 2, "warned"),
        "key_repeated": ("key", 8, 0, "held"),
    }


def test_a_reason_beyond_the_declaration_is_a_rule_of_its_own() -> None:
    found = told(BRONZE, 5, {"not_a_number": 3})
    assert found == {
        "meter_id_missing": ("not_null", 5, 0, "held"),
        "not_a_number": ("refusal", None, 3, "warned"),
    }


def test_what_was_refused_is_counted_where_it_is_staged(tmp_path, rows, stamp) -> None:
    """By conforming, by a reader that hands its refusals over, and over several parts."""
    quarantine = quarantine_of(CUSTOMER_SEGMENTS)
    given = [{"customer_id": "c1"}, {"customer_id": "c2", "distance": -1.0}, {"customer_id": "c1"}]
    refused = rows(quarantine, {"reason": "key_repeated"}, {"reason": "unreadable"})
    parts = [
        stage_rows(CUSTOMER_SEGMENTS, tmp_path, rows(CUSTOMER_SEGMENTS, *given), stamp),
        stage_rows(quarantine, tmp_path, refused, stamp),
        stage_rows(CUSTOMER_SEGMENTS, tmp_path, rows(CUSTOMER_SEGMENTS).slice(0, 0), stamp),
    ]
    assert combine(parts).refused == {quarantine.name: {"distance_not_negative": 1, "key_repeated": 2, "unreadable": 1}}
    assert combine(parts[:1]).rows(CUSTOMER_SEGMENTS) == 1


def test_the_record_keeps_every_figure() -> None:

    at = datetime(2024, 3, 1, tzinfo=UTC)
    found = check_rows([Check(at, one) for one in judged_rows(SILVER, 1, {})], "silver.reads", "run-1")
    assert {(row["job"], row["dataset"], row["run_id"], row["checked_at"]) for row in found.to_pylist()} == {
        ("silver.reads", "silver.reads", "run-1", at)
    }
