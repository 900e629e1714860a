"""Cells in another form and cells nobody can read: noted as they befall, and refused where they should be."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from powerlake.landing.values import parse
from powerlake.simulate import odd_cells
from powerlake.simulate.files import as_text, conformed
from powerlake.simulate.soiled import Soiled, key_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Kind

COUNT = 200
PAYMENTS = FEEDS["marketing/payments"]


@pytest.fixture
def work() -> Soiled:
    instants = [datetime(2024, 1, 1, 8) + timedelta(hours=7 * n) for n in range(COUNT)]
    ids = [f"Y{n}" for n in range(COUNT)]
    rows = {"payment_id": ids, "customer_id": ids, "paid_at": instants, "amount_cny": [n / 4 for n in range(COUNT)]}
    return Soiled(PAYMENTS, conformed(PAYMENTS, pa.table(rows)))


def noted(work: Soiled, kind: str) -> list[dict[str, str]]:
    return [row for part in work.dirt for row in part.to_pylist() if row["kind"] == kind]


def changed(clean: pa.Table, odd: pa.Table, column: str) -> list[int]:
    """Rows whose cell reads otherwise."""
    pairs = zip(clean[column].cast(pa.string()).to_pylist(), odd[column].cast(pa.string()).to_pylist(), strict=True)
    return [place for place, (before, after) in enumerate(pairs) if before != after]


@pytest.mark.parametrize("seed", [1, 3], ids=["paid_at", "amount_cny"])
@pytest.mark.parametrize(("share", "kind"), [("ODD_DATE_SHARE", "date_form"), ("UNREADABLE_SHARE", "unreadable")])
def test_what_is_noted_is_what_befell(monkeypatch, work, share, kind, seed):
    for name in ("ODD_DATE_SHARE", "UNREADABLE_SHARE"):
        monkeypatch.setattr(odd_cells, name, 0.2 if name == share else 0.0)
    clean = as_text(work.rows, "iso")
    odd = odd_cells.with_odd_cells(work, clean, np.random.default_rng(seed))
    found = noted(work, kind)
    (column,) = {row["column"] for row in found}
    keys = key_of(work.feed, work.rows).to_pylist()
    assert [row["key"] for row in found] == [keys[place] for place in changed(clean, odd, column)]
    assert not [name for name in clean.column_names if name != column and changed(clean, odd, name)]
    refused = sum(
        int(np.sum(mask)) for mask in parse(PAYMENTS.field(column).kind, odd[column].combine_chunks()).faults.values()
    )
    assert refused == (len(found) if kind == "unreadable" else 0)


@pytest.mark.parametrize("kind", odd_cells.UNREADABLE)
def test_nobody_can_read_them(kind: Kind):
    faults = parse(kind, pa.array([odd_cells.UNREADABLE[kind]])).faults
    assert any(np.asarray(mask).any() for mask in faults.values())
