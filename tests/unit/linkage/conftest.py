"""Customers' records made by hand, as numbers: who shares what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from powerlake.linkage.clusters import clusters_of
from powerlake.linkage.compared import (
    COMPARED,
    RECORDS,
    blocked,
    candidate_pairs,
    distinct,
    population_of,
)
from powerlake.linkage.fellegi_sunter import LinkModel, fit, links_of

STRANGERS = 300


def person_of(number: int, **same: int | None) -> dict[str, Any]:
    """A record of which nobody shares a pseudonym, but for those given by name: name, id_number and so on."""
    own = {name.removesuffix("_pseudonym"): 1_000_000 + number for name in COMPARED}
    values = {**own, "customer_kind": number % 3, "region_code": number % 2, "opened_date": number, **same}
    return {"customer_id": f"C{number:05d}", **{name: values[name.removesuffix("_pseudonym")] for name in COMPARED}}


@pytest.fixture
def person() -> Callable[..., dict[str, Any]]:
    """`person(7, phone=1)`: record C00007."""
    return person_of


@pytest.fixture
def among_strangers() -> Callable[..., pa.Table]:
    """Rows of RECORDS: those given, and some that share nothing, of whom every tenth is in twice."""

    def made(*people: dict[str, Any]) -> pa.Table:
        strangers = [person_of(10_000 + number) for number in range(STRANGERS)]
        again = [one | {"customer_id": f"D{one['customer_id']}", "opened_date": 5} for one in strangers[::10]]
        return pa.Table.from_pylist([*people, *strangers, *again], RECORDS)

    return made


@pytest.fixture
def fitted() -> Callable[[pa.Table], tuple[pa.Table, LinkModel]]:
    """The candidate pairs of rows of RECORDS, and their model."""

    def made(rows: pa.Table) -> tuple[pa.Table, LinkModel]:
        pairs = distinct(candidate_pairs(blocked(rows)))
        pattern, count = np.unique(pairs["pattern"].to_numpy().astype(np.int64), return_counts=True)
        return pairs, fit(pattern, count, population_of(rows))

    return made


@pytest.fixture
def clustered(fitted: Callable[[pa.Table], tuple[pa.Table, LinkModel]]) -> Callable[[pa.Table], dict[str, str]]:
    """Cluster by customer number, of those given that have one."""

    def made(rows: pa.Table) -> dict[str, str]:
        pairs, model = fitted(rows)
        found = clusters_of(links_of(pairs, model))
        both = zip(found["customer_id"].to_pylist(), found["cluster"].to_pylist(), strict=True)
        return {customer: cluster for customer, cluster in both if customer < "C1"}

    return made
