"""Accounts taken over from an older system: former customers of premises, and second accounts of customers of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from powerlake.simulate import names
from powerlake.simulate.conflicts import CONFLICTS_SCHEMA, noted
from powerlake.simulate.customers import HOME
from powerlake.simulate.utility import Block, Customers, Ints, Utility
from powerlake.tables.feeds.survivorship import Conflict

OLD_SYSTEM_FROM = 90_000_000
"""Customer numbers of the older system start here; a utility has fewer customers."""
DUPLICATE_SHARE = 0.012
"""Homes whose customer has a second account."""
FORMER_SHARE = 0.025
"""Homes that have the account of someone who was there before."""
DIFFERENCES = ("name", "phone", "address", "id_number", "none")
"""In what a second account differs from the first."""

Row = dict[str, object]


@dataclass(frozen=True)
class OldAccounts:
    """Rows of the feeds customers and contracts, and of the truth duplicates and conflicts."""

    people: pa.Table
    contracts: pa.Table
    duplicates: pa.Table
    conflicts: pa.Table


def draw_old_accounts(utility: Utility, block: Block, customers: Customers, people: pa.Table) -> OldAccounts:
    """The accounts of the older system at the premises of a block, from the rows of those who are there now.

    Both kinds were closed when the present account was opened, so that only what they say of the person tells them.
    """
    random = utility.rng("old_accounts", block.number)
    draw = random.random(len(customers))
    base = np.flatnonzero((customers.kind == HOME) & (draw < DUPLICATE_SHARE + FORMER_SHARE))
    base = base[draw[base] >= (DUPLICATE_SHARE if utility.is_clean else 0)]
    is_duplicate = draw[base] < DUPLICATE_SHARE
    other = customers.number[base] + OLD_SYSTEM_FROM
    strangers = _strangers(other, random)
    rows, pairs, differing = [], [], []
    for place, row in enumerate(people.take(pa.array(base)).to_pylist()):
        difference = DIFFERENCES[int(random.integers(len(DIFFERENCES)))]
        person = _differing(row, difference, strangers[place]) if is_duplicate[place] else strangers[place]
        rows.append(row | person | _span(row, f"C{OLD_SYSTEM_FROM + _unordered(other[place]):08d}", random))
        if is_duplicate[place]:
            pairs.append((rows[-1]["customer_id"], row["customer_id"], difference))
            if difference != "none" and row[difference] and row[difference] != rows[-1][difference]:
                entity = "customer", [str(row["customer_id"])]
                differing.append(noted(Conflict.RECORDS_DIFFER, entity, f"{difference}_pseudonym"))
    columns = ("customer_id", "duplicate_of", "difference")
    return OldAccounts(
        people=pa.Table.from_pylist(rows, people.schema),
        contracts=_contracts([customers.point_id[place] for place in base], rows),
        duplicates=pa.table(
            {name: pa.array([pair[i] for pair in pairs], pa.string()) for i, name in enumerate(columns)}
        ),
        conflicts=pa.concat_tables([CONFLICTS_SCHEMA.empty_table(), *differing]),
    )


def _unordered(number: int) -> int:
    return int(names.scrambled(np.array([number]), 7, 9)[0])


def _strangers(number: Ints, random: np.random.Generator) -> list[Row]:
    """What is direct of persons who have nothing to do with a present customer; the address stays that of the place."""
    name, latin = names.person_names(np.zeros(len(number), bool), random)
    columns = {
        "name": name,
        "id_number": names.identity_numbers(number, random),
        "phone": names.phones(number),
        "email": names.emails(latin, number, random),
        "bank_account": names.bank_accounts(number),
    }
    is_known = random.random((2, len(number))) < np.array([[0.55], [0.5]])
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*(c.tolist() for c in columns.values()), strict=True)
    ]
    return [
        row | {"email": row["email"] if mail else None, "bank_account": row["bank_account"] if bank else None}
        for row, mail, bank in zip(rows, *is_known.tolist(), strict=True)
    ]


def _differing(row: Row, difference: str, stranger: Row) -> Row:
    """The direct columns of a second account: those of the first, and what differs."""
    same: Row = {name: row[name] for name in stranger}
    text = str(row.get(difference))
    changed = {
        "name": text[:1] + text[:0:-1],
        "phone": stranger["phone"],
        "address": text.replace(names.TOWN, "").replace("号楼", "-"),
        "id_number": text[:9] + text[10:11] + text[9:10] + text[11:],
    }
    return same | ({difference: changed[difference]} if difference in changed else {})


def _span(row: Row, customer_id: str, random: np.random.Generator) -> Row:
    end = row["opened_date"]
    assert isinstance(end, date)
    closed = end - timedelta(days=1)
    opened = closed - timedelta(days=int(random.integers(200, 3000)))
    return {"customer_id": customer_id, "opened_date": opened, "closed_date": closed}


def _contracts(point_id: list[str], rows: list[Row]) -> pa.Table:
    """The ended contract of each account."""
    n = len(rows)
    return pa.table(
        {
            "contract_id": pa.array([f"K{str(row['customer_id'])[1:]}" for row in rows], pa.string()),
            "customer_id": pa.array([row["customer_id"] for row in rows], pa.string()),
            "point_id": pa.array(point_id, pa.string()),
            "tariff_code": pa.array(["HF"] * n, pa.string()),
            "start_date": pa.array([row["opened_date"] for row in rows], pa.date32()),
            "end_date": pa.array([row["closed_date"] for row in rows], pa.date32()),
            "contracted_kw": pa.array([row["contracted_kw"] for row in rows], pa.float64()),
            "payment_method": pa.array(["cash"] * n, pa.string()),
            "deposit_cny": pa.array([0.0] * n, pa.float64()),
            "status": pa.array(["ended"] * n, pa.string()),
        }
    )
