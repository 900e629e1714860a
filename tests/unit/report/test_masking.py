"""No personal value gets past the masking, whatever a refused row holds; and what may be shown still is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from powerlake.report.data import Cell, How
from powerlake.report.declared import columns_of, feed_of, refusing_tables
from powerlake.report.masking import DOT, STEPS, Declared, dots, masked_record, masked_value, shape
from powerlake.tables import TABLES
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Kind
from powerlake.tables.model import PII
from powerlake.tables.quarantine import quarantine_of

SEALED = "v1:f1:" + "Zm9v" * 12
values = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text()), st.none())
refusing = st.sampled_from(sorted(table.name for table in refusing_tables().values()))
personal_classes = st.sampled_from([pii for pii in PII if pii is not PII.NONE])

DIGITS = st.text("0123456789", min_size=8, max_size=19)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz張王李赵伟芳娜", min_size=4, max_size=12)
PERSONS = st.one_of(
    DIGITS,
    st.builds("+86 {}".format, DIGITS),
    st.builds("{0} {1}".format, NAMES, NAMES),
    st.builds(str.title, NAMES),
    st.builds("{0}@{1}.com".format, NAMES, NAMES),
    st.builds("{0} Lantern Road {1}".format, st.integers(1, 999), NAMES),
    st.builds("{0}X".format, st.text("0123456789", min_size=17, max_size=17)),
).filter(lambda person: person != shape(person) and person.lower() not in {"true", "false"})
"""Telephones, identity and account numbers, names, e-mail and postal addresses; none is its own shape, such as 0000."""


def shown(cells: tuple[Cell, ...]) -> list[str]:
    return [part for cell in cells for part in (cell.column, cell.text) if part]


@given(st.text(), personal_classes, st.sampled_from(Kind), st.text())
@example("0", PII.INDIRECT, Kind.INTEGER, "household_size")
@example("T1", PII.PSEUDONYM, Kind.TEXT, "meter_id")
def test_of_a_personal_column_only_the_class_of_length_is_told(text: str, pii: PII, kind: Kind, name: str) -> None:
    cell = masked_value(name, text, Declared(pii, kind))
    assert cell.how in {How.DOTS, How.SEALED}
    assert set(cell.text) <= {DOT}
    assert 0 <= len(cell.text) <= len(STEPS) + 1


@given(refusing, st.data())
def test_a_record_says_the_same_whatever_its_personal_values_of_that_length_are(
    table: str, data: st.DataObject
) -> None:
    columns = columns_of(table)
    personal = [name for name, declared in columns.items() if declared.pii is not PII.NONE]
    if not personal:
        return
    one = data.draw(st.dictionaries(st.sampled_from(personal), st.text("abc123", min_size=1), min_size=1))
    other = {name: data.draw(st.text("xyz789", min_size=len(text), max_size=len(text))) for name, text in one.items()}
    assert masked_record(json.dumps(one), columns) == masked_record(json.dumps(other), columns)


@given(refusing, PERSONS, st.data())
def test_a_person_in_any_column_known_or_not_is_never_on_the_page(table: str, person: str, data: st.DataObject) -> None:
    columns = columns_of(table)
    name = data.draw(st.one_of(st.sampled_from(sorted(columns)), st.just(person), st.text(min_size=1)))
    for record in (
        json.dumps({name: person}),
        json.dumps({name: [person]}),
        json.dumps({name: {person: person}}),
        json.dumps([person]),
        json.dumps(person),
        json.dumps({name: person})[:-1],
        f"1,{person},2013-01-01",
        person,
    ):
        assert not [text for text in shown(masked_record(record, columns)) if person in text]


@given(refusing, st.dictionaries(st.text(), values))
def test_no_record_breaks_it_and_only_declared_names_are_told(table: str, record: dict[str, Any]) -> None:
    columns = columns_of(table)
    cells = masked_record(json.dumps(record), columns)
    assert {cell.column for cell in cells} <= {*columns, ""}


@given(refusing, st.text())
def test_no_text_breaks_it_and_of_text_only_lengths_are_told(table: str, text: str) -> None:
    for cell in masked_record(f"~{text}", columns_of(table)):
        assert (cell.column, set(cell.text)) in [("", {DOT}), ("", set())]


@given(st.text(min_size=1))
def test_a_shape_has_no_letter_but_a_and_no_digit_but_0(text: str) -> None:
    told = shape(text)
    assert {sign for sign in told if sign.isalnum()} <= {"a", "0"}
    assert len(told) <= 25


@pytest.mark.parametrize(("length", "written"), [(1, 1), (3, 1), (4, 2), (8, 2), (9, 3), (20, 3), (21, 4), (9999, 4)])
def test_dots_tell_the_class_of_length(length: int, written: int) -> None:
    assert dots("x" * length) == DOT * written


@pytest.mark.parametrize(
    ("column", "value", "how", "text"),
    [
        ("opened_date", "2013-02-28", How.SHOWN, "2013-02-28"),
        ("opened_date", "31.02.2013", How.SHAPE, "00.00.0000"),
        ("customer_kind", "residential", How.SHOWN, "residential"),
        ("customer_kind", "Smith", How.SHAPE, "aaaaa"),
        ("language", "13812345678", How.SHAPE, "00000000000"),
        ("household_size", 3, How.SHOWN, "3"),
        ("household_size", "三", How.SHAPE, "a"),
        ("household_size", "13812345678", How.SHAPE, "00000000000"),
        ("contracted_kw", 138123456.0, How.SHAPE, "000000000.0"),
        ("opened_date", "19880704", How.SHAPE, "00000000"),
        ("region_code", "13812345678", How.SHAPE, "00000000000"),
        ("sector_code", "Smith", How.SHAPE, "aaaaa"),
        ("has_pv", True, How.SHOWN, "true"),
        ("region_code", "R1", How.SHOWN, "R1"),
        ("customer_id", "C8000137", How.DOTS, "••"),
        ("name", SEALED, How.SEALED, ""),
        ("consumer_group", "ACORN-E", How.DOTS, "••"),
        ("nickname", "Minnie", How.DOTS, "••"),
    ],
)
def test_a_customer_s_columns(column: str, value: object, how: How, text: str) -> None:
    columns = columns_of("silver.customers")
    cell = masked_value(column, value, columns.get(column))
    assert (cell.how, cell.text) == (how, text)
    assert cell.column == (column if column in columns else "")


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TEXT])
@given(PERSONS)
def test_a_person_slipped_into_a_column_of_any_kind_is_told_by_shape(kind: Kind, person: str) -> None:
    assert masked_value("any", person, Declared(PII.NONE, kind)).how is How.SHAPE
    assert masked_value("of_id", person, Declared(PII.NONE, Kind.TEXT)).how is How.SHAPE


def test_a_sealed_record_is_one_cell() -> None:
    assert masked_record(SEALED, {}) == (Cell("", How.SEALED, ""),)
    assert masked_record(None, {}) == masked_record("", {}) == ()


def test_a_line_of_text_is_told_cell_by_cell() -> None:
    cells = masked_record('M1,"2013-01-01 00:00",0.25', columns_of("bronze.load_curves_raw"))
    assert [cell.text for cell in cells] == ["•", "•••", "••"]


def test_every_quarantine_has_a_table_and_of_a_feed_the_stricter_class_holds() -> None:
    quarantines = {name for name, table in TABLES.items() if table.layer == "quarantine"}
    assert set(refusing_tables()) == quarantines
    assert all(quarantine_of(table).name == name for name, table in refusing_tables().items())
    for feed in FEEDS.values():
        for table in (f"bronze.{feed.name}", f"silver.{feed.name}"):
            assert feed_of(TABLES[table]) == feed
            for field in feed.fields:
                assert columns_of(table)[field.name].pii is field.pii
    assert columns_of("silver.customers")["others"].pii is PII.INDIRECT
    assert feed_of(TABLES["gold.line_loss"]) is None
