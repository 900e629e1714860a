"""A feed's rows while dirt is put on them, and the record of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.tables.feeds.model import Feed

Rows = npt.NDArray[np.intp]
DIRT_SCHEMA = pa.schema([(name, pa.string()) for name in ("feed", "kind", "key", "column", "detail")])


@dataclass
class Soiled:
    """A feed's table with dirt on it, what is delivered later by day, and the truth of both."""

    feed: Feed
    rows: pa.Table
    later: dict[date, list[pa.Table]] = field(default_factory=dict)
    dirt: list[pa.Table] = field(default_factory=list)

    def note(self, kind: str, rows: Rows, column: str = "", detail: pa.Array | str = "") -> None:
        """Puts down what befell rows of the table as it is now."""
        if len(rows):
            self.dirt.append(noted(self.feed.path, kind, key_of(self.feed, self.rows.take(rows)), column, detail))

    def put(self, column: str, rows: Rows, values: pa.Array) -> None:
        """Values in place of those of some rows."""
        mask = np.zeros(len(self.rows), bool)
        mask[rows] = True
        place = self.rows.schema.get_field_index(column)
        old = self.rows[column].combine_chunks()
        new = pc.replace_with_mask(old, pa.array(mask), values.cast(old.type))
        self.rows = self.rows.set_column(place, column, new)


def noted(feed: str, kind: str, keys: pa.Array, column: str = "", detail: pa.Array | str = "") -> pa.Table:
    """Rows of truth `dirt`."""
    size = len(keys)
    texts = [pa.repeat(pa.scalar(text), size) if isinstance(text, str) else text for text in (column, detail)]
    return pa.table([pa.repeat(pa.scalar(feed), size), pa.repeat(pa.scalar(kind), size), keys, *texts], DIRT_SCHEMA)


def key_of(feed: Feed, rows: pa.Table) -> pa.Array:
    """The rows' keys as text."""
    parts = [rows[name].cast(pa.string()).fill_null("") for name in feed.key]
    return pc.binary_join_element_wise(*parts, "|").combine_chunks()
