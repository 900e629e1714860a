"""Disagreements between departments, planted in small known amounts by lot: clerks' errors, whatever the rows say.

Amounts and sizes are chosen. They lie on rows before the dirt does. Bills by another tariff than the contract's are
drawn where bills are (`bills.draw_bills`), records of one customer that differ where accounts are (`old_accounts`).

truth `conflicts`, one row per disagreement as silver.conflicts would tell it: conflict, entity_kind, entity_id,
compared_column, follows_from (the entity whose planted disagreement brings this one with it, else empty).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.simulate.utility import Block, Bools, Ints, Made, Utility
from powerlake.tables.feeds.survivorship import Conflict

CONTRACTED_POWER_SHARE = 0.004
"""Customers whose record has another power than their contracts."""
POWER_TIMES = (0.5, 0.8, 1.25, 2.0)
CLOSED_EARLY_SHARE = 0.05
"""Of the customers who left: their record says so before the contract does."""
CLOSED_EARLY_DAYS = (3, 60)
UNKNOWN_TARIFF_SHARE = 0.002
"""Contracts with the code of a price list that is not delivered."""
UNKNOWN_CODES = ("HX", "B1", "N20")
LATE_LINK_SHARE = 0.004
"""Meters that the supply tree has from some days after they were installed."""
LATE_LINK_DAYS = (5, 150)

CONFLICTS_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("conflict", "entity_kind", "entity_id", "compared_column", "follows_from")]
)


def noted(conflict: Conflict, entity: tuple[str, pa.Array | Sequence[str]], column: str, cause: str = "") -> pa.Table:
    """Rows of truth `conflicts`; `entity` is its kind and the numbers."""
    ids = pa.array(entity[1], pa.string())
    texts = [pa.repeat(pa.scalar(text), len(ids)) for text in (conflict.value, entity[0], column, cause)]
    return pa.table([texts[0], texts[1], ids, texts[2], texts[3]], schema=CONFLICTS_SCHEMA)


def with_conflicts(utility: Utility, block: Block, made: Made) -> Made:
    """What was made of a block, with disagreements in its feeds and in the truth."""
    random = utility.rng("conflicts", block.number)
    feeds = dict(made.feeds)
    truth = [made.truth["conflicts"]] if "conflicts" in made.truth else []
    if not utility.is_clean:
        truth += [
            _powers(feeds, _ids(made.truth["duplicates"], "duplicate_of"), random),
            _closings(feeds, random),
            *_tariffs(feeds, random),
            _links(utility, feeds, random),
        ]
    return Made(feeds, {**made.truth, "conflicts": pa.concat_tables([CONFLICTS_SCHEMA.empty_table(), *truth])})


def _powers(feeds: dict[str, pa.Table], apart: pa.Array, random: np.random.Generator) -> pa.Table:
    """Customers still there, with one record, whose contracted power was typed wrong in it."""
    people = feeds["marketing/customers"]
    may = pc.and_(people["closed_date"].is_null(), pc.invert(pc.is_in(people["customer_id"], apart)))
    rows = _drawn(random, np.asarray(may), CONTRACTED_POWER_SHARE)
    power = people["contracted_kw"].to_numpy().copy()
    power[rows] = np.round(power[rows] * random.choice(POWER_TIMES, len(rows)), 1)
    feeds["marketing/customers"] = _put(people, "contracted_kw", pa.array(power))
    return noted(Conflict.CONTRACTED_POWER, ("customer", _at(people, "customer_id", rows)), "contracted_kw")


def _closings(feeds: dict[str, pa.Table], random: np.random.Generator) -> pa.Table:
    """Customers who left, by their record some days before their contract ended."""
    people, contracts = feeds["marketing/customers"], feeds["marketing/contracts"]
    rows = _drawn(random, np.asarray(people["closed_date"].is_valid()), CLOSED_EARLY_SHARE)
    opened, closed = (people[name].cast(pa.int32()).fill_null(0).to_numpy() for name in ("opened_date", "closed_date"))
    early = closed.copy()
    early[rows] = np.maximum(closed[rows] - random.integers(*CLOSED_EARLY_DAYS, len(rows)), opened[rows])
    rows = rows[early[rows] < closed[rows]]
    days = pa.array(early, pa.int32(), mask=np.asarray(people["closed_date"].is_null())).cast(pa.date32())
    feeds["marketing/customers"] = _put(people, "closed_date", days)
    those = pc.is_in(contracts["customer_id"], _at(people, "customer_id", rows))
    ids = pc.unique(contracts["contract_id"].filter(those))
    return noted(Conflict.SUPPLY_AFTER_CLOSING, ("contract", ids), "end_date")


def _tariffs(feeds: dict[str, pa.Table], random: np.random.Generator) -> list[pa.Table]:
    """Contracts whose code no price list has; their bills, by the right one, then differ from the contract."""
    contracts, bills = feeds["marketing/contracts"], feeds["marketing/bills"]
    rows = _drawn(random, np.asarray(contracts["end_date"].is_null()), UNKNOWN_TARIFF_SHARE)
    codes = contracts["tariff_code"].to_pylist()
    told = []
    for row in rows:
        codes[row] = str(random.choice(UNKNOWN_CODES))
        contract, begin = contracts["contract_id"][row], contracts["start_date"][row]
        billed = pc.and_(pc.equal(bills["contract_id"], contract), pc.greater_equal(bills["period_end_date"], begin))
        ids = bills["bill_id"].filter(billed).combine_chunks()
        told.append(noted(Conflict.BILLED_BY_OTHER_TARIFF, ("bill", ids), "tariff_code", contract.as_py()))
    feeds["marketing/contracts"] = _put(contracts, "tariff_code", pa.array(codes, pa.string()))
    return [
        noted(Conflict.UNKNOWN_TARIFF, ("contract", _at(contracts, "contract_id", rows)), "tariff_code"),
        *told,
    ]


def _links(utility: Utility, feeds: dict[str, pa.Table], random: np.random.Generator) -> pa.Table:
    """Meters of which the first link was drawn late; of those from before the start, before it, so none lacks a day."""
    links = feeds["assets/topology"]
    first, last = (links[name].cast(pa.int32()) for name in ("valid_from_date", "valid_to_date"))
    begin, start = first.to_numpy(), np.datetime64(utility.first_date, "D").astype(np.int64)
    end = last.fill_null(int(start) + utility.days).to_numpy()
    limit = np.where(begin < start, np.minimum(start, end), (begin + end) // 2)
    is_first = np.asarray(pc.equal(links["child_kind"], "meter")) & _are_first(links["child_id"], begin)
    rows = _drawn(random, is_first & (limit - begin > LATE_LINK_DAYS[0]), LATE_LINK_SHARE)
    late = begin.copy()
    late[rows] = np.minimum(begin[rows] + random.integers(*LATE_LINK_DAYS, len(rows)), limit[rows])
    days = pa.array(late.astype(np.int32)).cast(pa.date32())
    feeds["assets/topology"] = _put(links, "valid_from_date", days)
    return noted(Conflict.METER_OUTSIDE_TOPOLOGY, ("meter", _at(links, "child_id", rows)), "installed_date")


def _are_first(ids: pa.ChunkedArray, begin: Ints) -> Bools:
    """(rows,) whether no row of the same number begins before."""
    of = ids.combine_chunks().dictionary_encode().indices.to_numpy()
    earliest = np.full(int(of.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(earliest, of, begin.astype(np.int64))
    return np.asarray(begin == earliest[of])


def _drawn(random: np.random.Generator, may: Bools, share: float) -> Ints:
    return np.flatnonzero((random.random(len(may)) < share) & may).astype(np.int64)


def _ids(rows: pa.Table, column: str) -> pa.Array:
    return rows[column].combine_chunks()


def _at(rows: pa.Table, column: str, places: Ints) -> pa.Array:
    return rows[column].combine_chunks().take(pa.array(places))


def _put(rows: pa.Table, column: str, values: pa.Array) -> pa.Table:
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), values.cast(rows.schema.field(place).type))
