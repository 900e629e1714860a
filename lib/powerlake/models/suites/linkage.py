"""The `linkage` suite on a folder that `powerlake simulate` made: its customers' records, and who is in twice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.errors import ConfigurationError
from powerlake.landing.feed_rows import read_feed
from powerlake.landing.values import parse
from powerlake.linkage.compared import COMPARED, RECORDS
from powerlake.models.evaluate_linkage import Pairs, evaluate_linkage
from powerlake.security.keys import FileKeyring, Keyring
from powerlake.security.pseudonyms import pseudonyms
from powerlake.tables.feeds.marketing import CUSTOMERS
from powerlake.tables.feeds.model import Kind

REMEDY = "name a folder that `powerlake simulate` made"


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError(
            "linkage learns without the truth, so it needs no second folder", remedy="leave out --test"
        )
    twice, followed = _pairs(train, "duplicates", "duplicate_of"), _pairs(train, "moves", "successor_id")
    return evaluate_linkage(customer_records(train), twice, followed, seed)


def customer_records(folder: Path) -> pa.Table:
    """Rows of RECORDS from the folder's customer files, the first row of each customer."""
    files = sorted((folder / "landing" / CUSTOMERS.path).glob("*"))
    if not files:
        raise ConfigurationError(f"{folder} has no {CUSTOMERS.path}", remedy=REMEDY)
    rows = pa.concat_tables([part.rows for file in files for part in read_feed(file, CUSTOMERS)])
    place = rows.append_column("", pa.array(np.arange(len(rows))))
    rows = rows.take(place.group_by("customer_id", use_threads=False).aggregate([("", "min")])["_min"])
    with tempfile.TemporaryDirectory() as keys:
        keyring = FileKeyring(Path(keys) / "keyring.json").create()
        columns = [_numbered(rows, name, keyring) for name in COMPARED]
    return pa.table([rows["customer_id"], *columns], schema=RECORDS)


def _numbered(rows: pa.Table, column: str, keyring: Keyring) -> pa.Array:
    """A number for each distinct value of a compared column as silver has it, null where empty."""
    name = column.removesuffix("_pseudonym")
    field, values = CUSTOMERS.field(name), rows[name].combine_chunks()
    if field.is_direct:
        values = pseudonyms(values, name, keyring)
    elif field.kind is Kind.DATE:
        values = parse(field.kind, values).values
    return values.dictionary_encode().indices.cast(pa.int64())


def _pairs(folder: Path, name: str, other: str) -> Pairs:
    files = sorted((folder / "truth" / name).glob("*.parquet"))
    if not files:
        raise ConfigurationError(f"{folder} has no truth of {name}", remedy=REMEDY)
    rows = pa.concat_tables([pq.read_table(file, columns=["customer_id", other]) for file in files])
    rows = rows.filter(pc.is_valid(rows[other]))
    return {frozenset(pair) for pair in zip(*(column.to_pylist() for column in rows.columns), strict=True)}
