"""Rows of one block of a feed's file as columns of text: what every format is brought to before rows are judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.refusals import RefusedRows

Others = pa.map_(pa.string(), pa.string())
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class CellBlock:
    """Rows that could be laid under the contract, in the order received, and those that could not.

    `cells` has the columns of the contract that the block has, `others` a map of the columns beyond it; a cell is
    trimmed text, or null where empty. `row_number` is (rows,); `record_of` gives the text of chosen rows as received.
    `has_control` is True where a row has a character that is not kept; `has_open_end` where the last row may lack its
    end. `torn` are the rows that could not be laid.
    """

    cells: Mapping[str, pa.Array]
    others: pa.MapArray
    row_number: npt.NDArray[np.int32]
    record_of: Callable[[npt.NDArray[np.intp]], pa.Array]
    torn: RefusedRows
    has_control: Bools | None = None
    has_open_end: bool = False
    new_columns: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row_number)

    def column(self, name: str) -> pa.Array:
        """The cells of a column; nulls where the file has it not."""
        found = self.cells.get(name)
        return pa.nulls(len(self), pa.string()) if found is None else found


def refused_rows(rows: npt.NDArray[np.int32], reason: pa.Array, detail: pa.Array, record: pa.Array) -> RefusedRows:
    """Rows of a feed in quarantine: each counts as one reading."""
    return RefusedRows(pa.array(rows), reason, detail.cast(pa.string()), record, pa.array(np.ones(len(rows), np.int64)))


def no_rows() -> RefusedRows:
    """Not one row refused."""
    none = pa.array([], pa.string())
    return refused_rows(np.zeros(0, np.int32), none, none, none)


def in_order(parts: Sequence[RefusedRows]) -> RefusedRows:
    """Refused rows of one block, in the order of the file."""
    filled = [part for part in parts if len(part)]
    if len(filled) <= 1:
        return filled[0] if filled else no_rows()
    joined = {
        name: pa.concat_arrays([getattr(part, name) for part in filled]) for name in RefusedRows.__dataclass_fields__
    }
    order = pc.sort_indices(joined["row_number"])
    return RefusedRows(**{name: column.take(order) for name, column in joined.items()})


def trimmed(column: pa.Array) -> pa.Array:
    """The texts without blanks around them, null where nothing is left."""
    text = pc.utf8_trim_whitespace(column)
    is_empty = pc.equal(text, "")
    return pc.if_else(is_empty, None, text) if pc.any(is_empty).as_py() else text


def map_of_columns(names: Sequence[str], columns: Sequence[pa.Array], rows: int) -> pa.MapArray:
    """A map for each row: name → text, of the columns that are not null there; null where none is."""
    if not columns:
        return pa.nulls(rows, Others)
    texts = pa.concat_arrays(columns)
    across = np.arange(rows * len(columns)).reshape(len(columns), rows).T.ravel()
    filled = across[np.asarray(texts.is_valid())[across]]
    column, row = np.divmod(filled, max(rows, 1))
    return map_array(row, pa.array(names, pa.string()).take(pa.array(column)), texts.take(pa.array(filled)), rows)


def map_array(row: npt.NDArray[np.integer], keys: pa.Array, texts: pa.Array, rows: int) -> pa.MapArray:
    """A map for each of `rows` rows from entries in the order of their `row`; null where a row has none."""
    counts = np.bincount(row, minlength=rows)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    starts = pa.array(offsets, mask=np.append(counts == 0, False))
    return pa.MapArray.from_arrays(starts, keys, texts)
