"""A declaration with a fault in it never comes into being."""

import dataclasses

import pytest

from powerlake.errors import UnknownTable
from powerlake.tables import table
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.model import Column, Severity, Table, between, unique
from powerlake.tables.types import STRING

METER = Column("meter_id", STRING, "Meter")


def declared(name: str = "gold.meters", **changes: object) -> Table:
    return Table(**{
        "name": name, "grain": "one row per meter", "key": ("meter_id",), "owner": "metering", "comment": "Meters",
        "columns": (METER,), **changes,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "platinum.meters"}, "the layer is one of bronze, silver, gold"),
        ({"columns": (METER, METER)}, "a column is declared twice"),
        ({"key": ("meter",)}, r"\['meter'\] in key or partition is not a column"),
        ({"partitioned_by": ("month",)}, r"\['month'\] in key or partition is not a column"),
    ],
)
def test_a_faulty_declaration_says_which_table_and_why(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=rf"{changes.get('name', 'gold.meters')}: {message}"):
        declared(**changes)


def test_a_name_is_layer_and_table() -> None:
    assert (declared().layer, declared().short_name) == ("gold", "meters")


def test_a_column_is_found_by_name() -> None:
    assert declared().column("meter_id") is METER
    with pytest.raises(KeyError, match=r"gold\.meters has no column customer_id"):
        declared().column("customer_id")


def test_a_declaration_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        declared().owner = "somebody else"
    with pytest.raises(TypeError):
        unique("meter_id").arguments["columns"] = ("date",)


def test_an_expectation_is_named_by_what_it_asks() -> None:
    limits = between("days", 1, None, severity=Severity.WARN)
    assert limits.name == "between(column=days, low=1, high=None, mostly=1.0)"
    assert limits.severity is Severity.WARN


def test_the_register_finds_a_table_by_name_and_says_which_are_known() -> None:
    assert table("gold.customer_segments") is CUSTOMER_SEGMENTS
    with pytest.raises(UnknownTable, match=r"gold\.customers is not declared") as caught:
        table("gold.customers")
    assert "gold.customer_segments" in caught.value.facts["known"]
