"""Which records are taken for one customer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.linkage.clusters import clusters_of
from powerlake.linkage.compared import (
    AGREES,
    COMPARED,
    DIFFERS,
    MISSING,
    MOST_IN_BLOCK,
    RECORDS,
    blocked,
    candidate_pairs,
    distinct,
    levels,
    population_of,
)
from powerlake.linkage.fellegi_sunter import LINKED_FROM, LINKS, links_of

SAME = {"name": 1, "id_number": 1, "phone": 1, "email": 1, "address": 1, "bank_account": 1}


@pytest.mark.parametrize("differing", SAME)
def test_who_differs_in_one_column_is_linked(differing, person, among_strangers, clustered) -> None:
    rest = {name: value for name, value in SAME.items() if name != differing}
    assert clustered(among_strangers(person(1, **SAME), person(2, **rest))) == {"C00001": "C00001", "C00002": "C00001"}


def test_missing_cells_speak_neither_for_nor_against(person, among_strangers, clustered) -> None:
    sparse = {**SAME, "email": None, "bank_account": None, "phone": None}
    assert len(clustered(among_strangers(person(1, **SAME), person(2, **sparse)))) == 2


@pytest.mark.parametrize(
    "shared",
    [
        pytest.param({"address": 1}, id="who moved in after another"),
        pytest.param({"name": 1}, id="a namesake"),
        pytest.param({"name": 1, "region_code": 1, "customer_kind": 1}, id="a namesake of the region"),
        pytest.param({"address": 1, "phone": 1, "bank_account": 1, "email": 1}, id="a household"),
    ],
)
def test_who_shares_what_others_share_too_is_not_linked(shared, person, among_strangers, clustered) -> None:
    assert clustered(among_strangers(person(1, **shared), person(2, **shared))) == {}


def test_without_duplicates_nothing_is_linked(person, fitted) -> None:
    homes = [person(number, address=number // 2, name=number % 90) for number in range(200)]
    pairs, model = fitted(pa.Table.from_pylist(homes, RECORDS))
    assert len(pairs) > 100
    assert len(links_of(pairs, model)) == 0


def test_a_link_says_what_agrees_and_how_sure_it_is(person, among_strangers, fitted) -> None:
    pairs, model = fitted(among_strangers(person(1, **SAME), person(2, **{**SAME, "phone": 3})))
    (link,) = [row for row in links_of(pairs, model).to_pylist() if row["customer_id"] == "C00001"]
    assert link["other_id"] == "C00002"
    assert link["evidence"] == ["name", "id_number", "email", "address", "bank_account"]
    assert LINKED_FROM <= link["probability"] <= 1


def test_the_model_learns_how_often_columns_agree(among_strangers, fitted) -> None:
    rows = among_strangers()
    _, model = fitted(rows)
    assert model.share * population_of(rows).pairs == pytest.approx(30, abs=0.5)
    by_name = dict(zip(COMPARED, model.m, strict=True))
    assert by_name["id_number_pseudonym"] > 0.95
    assert by_name["opened_date"] < 0.1
    assert dict(zip(COMPARED, model.u, strict=True))["region_code"] == pytest.approx(0.5, abs=0.02)


def test_a_value_that_too_many_have_brings_no_pairs(person) -> None:
    many = [person(number, phone=1) for number in range(MOST_IN_BLOCK)]
    rows = blocked(pa.Table.from_pylist(many, RECORDS))
    assert len(candidate_pairs(rows)) == MOST_IN_BLOCK * (MOST_IN_BLOCK - 1) // 2
    rows = blocked(pa.Table.from_pylist([*many, person(MOST_IN_BLOCK, phone=1)], RECORDS))
    assert len(candidate_pairs(rows)) == 0


def test_no_customers_no_links(fitted) -> None:
    pairs, model = fitted(RECORDS.empty_table())
    links = links_of(pairs, model)
    assert (len(links), len(clusters_of(links))) == (0, 0)


CELLS = st.one_of(st.none(), st.integers(0, 4))
PEOPLE = st.lists(st.tuples(*(CELLS for _ in COMPARED)), max_size=9)


@settings(max_examples=40, deadline=None)
@given(cells=PEOPLE, order=st.randoms(use_true_random=False))
def test_pairs_are_those_of_a_plain_comparison_in_any_order(cells, order) -> None:
    rows = [dict(zip(RECORDS.names, (f"C{n}", *cell), strict=True)) for n, cell in enumerate(cells)]
    plain = {}
    for left, right in ((a, b) for a in rows for b in rows if a["customer_id"] < b["customer_id"]):
        both = [(left[name], right[name]) for name in COMPARED]
        told = [MISSING if None in pair else AGREES if pair[0] == pair[1] else DIFFERS for pair in both]
        if AGREES in told[:6]:
            plain[left["customer_id"], right["customer_id"]] = told
    order.shuffle(rows)
    pairs = distinct(candidate_pairs(blocked(pa.Table.from_pylist(rows, RECORDS))))
    ids = zip(pairs["customer_id"].to_pylist(), pairs["other_id"].to_pylist(), strict=True)
    found = dict(zip(ids, levels(pairs["pattern"].to_numpy().astype(np.int64)).tolist(), strict=True))
    assert found == plain
    assert len(pairs) == len(plain)


ENDS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.95, 1)).filter(lambda e: e[0] < e[1]))


@settings(max_examples=40, deadline=None)
@given(ends=ENDS, order=st.randoms(use_true_random=False))
def test_clusters_are_what_links_reach_in_any_order(ends, order) -> None:
    links = [(f"C{a}", f"C{b}", chance, ["name"]) for a, b, chance in ends]
    reached = {end: {end} for a, b, *_ in links for end in (a, b)}
    for _ in reached:
        for a, b, *_ in links:
            both = reached[a] | reached[b]
            reached |= dict.fromkeys(both, both)
    order.shuffle(links)
    columns = list(zip(*links, strict=True)) or [()] * 4
    found = clusters_of(
        pa.table([pa.array(column, kind.type) for column, kind in zip(columns, LINKS, strict=True)], LINKS)
    )
    clusters = dict(zip(found["customer_id"].to_pylist(), found["cluster"].to_pylist(), strict=True))
    assert clusters == {end: min(those) for end, those in reached.items()}
    best = {end: max(chance for a, b, chance, _ in links if end in (a, b)) for end in reached}
    assert dict(zip(found["customer_id"].to_pylist(), found["probability"].to_pylist(), strict=True)) == best
