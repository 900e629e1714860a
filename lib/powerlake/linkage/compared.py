"""What of two customer records is compared, and the pattern that comes of it. Arrow and numpy; no engine.

A pattern holds, for each column of COMPARED, one of three levels as a digit to the base three: a cell is missing,
the cells differ, they agree. There are at most 3⁹ of them, however many the customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.feeds.marketing import CUSTOMERS

PSEUDONYMS = tuple(pseudonym_of(field) for field in CUSTOMERS.fields if field.is_join_key)
"""Columns by which records are brought together: a pair agrees in at least one."""
COMPARED = (*PSEUDONYMS, "customer_kind", "region_code", "opened_date")
WHO = ("name_pseudonym", "id_number_pseudonym")
"""What is of one person. The rest a household shares, or who comes next at an address."""
MISSING, DIFFERS, AGREES = range(3)
BASE = 3 ** np.arange(len(COMPARED))
MOST_IN_BLOCK = 100
"""Records with one value; one that more have (a common name, the telephone of an agency) brings no pairs."""

RECORDS = pa.schema([("customer_id", pa.string()), *((name, pa.int64()) for name in COMPARED)])
"""A customer's record to be compared: a number for each distinct value of a column, null where it is empty."""
BLOCKED = pa.schema([("by", pa.int8()), ("block", pa.int64()), *RECORDS])
"""A record once for each filled pseudonym: the column's place in PSEUDONYMS, and the value's number."""
PAIRS = pa.schema([("customer_id", pa.string()), ("other_id", pa.string()), ("pattern", pa.int32())])
"""Two records, the smaller number first."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Population:
    """All pairs of records: how many, and arrays (columns,) of those with both cells filled and those that agree."""

    pairs: float
    known: npt.NDArray[np.float64]
    agreeing: npt.NDArray[np.float64]


def blocked(records: pa.Table) -> pa.Table:
    """Rows of BLOCKED from rows of RECORDS."""
    parts = []
    for place, name in enumerate(PSEUDONYMS):
        some = records.filter(pc.is_valid(records[name]))
        by = pa.array(np.full(len(some), place, np.int8))
        parts.append(pa.table([by, some[name], *some.columns], schema=BLOCKED))
    return pa.concat_tables(parts)


def candidate_pairs(rows: pa.Table) -> pa.Table:
    """Rows of PAIRS from rows of BLOCKED that hold each block whole; a pair comes once for each block it shares."""
    rows = rows.sort_by([(name, "ascending") for name in ("by", "block", "customer_id")])
    by, block = rows["by"].to_numpy(), rows["block"].to_numpy()
    _, run, size = np.unique(_run_starts(by, block), return_inverse=True, return_counts=True)
    rows, run = _taken(rows, run, (size[run] > 1) & (size[run] <= MOST_IN_BLOCK))
    values, is_known = _matrices(rows)
    parts = [PAIRS.empty_table()]
    for step in range(1, int(np.bincount(run).max(initial=0))):
        left = np.flatnonzero(run[:-step] == run[step:])
        right = left + step
        are_known = is_known[left] & is_known[right]
        level = np.where(are_known, np.where(values[left] == values[right], AGREES, DIFFERS), MISSING)
        ids = (rows["customer_id"].take(pa.array(places)) for places in (left, right))
        parts.append(pa.table([*ids, pa.array(level @ BASE, pa.int32())], schema=PAIRS))
    return pa.concat_tables(parts)


def distinct(pairs: pa.Table) -> pa.Table:
    """Each pair once."""
    return pairs.group_by(PAIRS.names).aggregate([])


def levels(pattern: Ints) -> Ints:
    """(patterns, columns) MISSING, DIFFERS or AGREES."""
    return np.asarray(pattern[:, None] // BASE % 3)


def population_of(records: pa.Table) -> Population:
    """The pairs among rows of RECORDS, counted by value."""
    counts = [pc.value_counts(records[name].drop_null()).field("counts").to_numpy() for name in COMPARED]
    return Population(
        pairs=pairs_among(len(records)),
        known=np.array([pairs_among(int(count.sum())) for count in counts]),
        agreeing=np.array([float((count * (count - 1) // 2).sum()) for count in counts]),
    )


def pairs_among(records: int) -> float:
    """Pairs of so many records."""
    return records * (records - 1) / 2


def _run_starts(by: npt.NDArray[np.int8], block: Ints) -> Ints:
    """(rows,) place of the first row of each row's run of equal blocks."""
    begins = np.ones(len(block), bool)
    begins[1:] = (by[1:] != by[:-1]) | (block[1:] != block[:-1])
    return np.maximum.accumulate(np.where(begins, np.arange(len(block)), 0))


def _taken(rows: pa.Table, run: Ints, keep: npt.NDArray[np.bool_]) -> tuple[pa.Table, Ints]:
    return rows.filter(pa.array(keep)), run[keep]


def _matrices(rows: pa.Table) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """(rows, columns) values, 0 where missing, and whether they are there."""
    columns = [rows[name].combine_chunks() for name in COMPARED]
    values = np.column_stack([pc.fill_null(column, 0).to_numpy(zero_copy_only=False) for column in columns])
    known = np.column_stack([column.is_valid().to_numpy(zero_copy_only=False) for column in columns])
    return values.astype(np.int64), known.astype(bool)
