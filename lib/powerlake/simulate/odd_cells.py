"""Dirt on single cells of a text file: dates in another form than the others, and cells that nobody can read.

truth `dirt`, as in `powerlake.simulate.dirt`; kinds: date_form, unreadable (detail: the cell as it was).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.simulate.dirt import drawn
from powerlake.simulate.files import DATE_FORMS
from powerlake.simulate.soiled import Rows, Soiled
from powerlake.tables.feeds.model import Kind

ODD_DATE_SHARE = 0.001
UNREADABLE_SHARE = 0.0004
UNREADABLE = {Kind.DECIMAL: "#VALUE!", Kind.INTEGER: "n/a", Kind.DATE: "2024-02-30", Kind.INSTANT: "2024-13-01 08:00"}
"""What stands in an unreadable cell: spoilt by a spreadsheet, typed by hand, no such day."""


def with_odd_cells(work: Soiled, texts: pa.Table, random: np.random.Generator) -> pa.Table:
    """The table as text with odd cells; `work.rows` are the same rows."""
    return _unreadable(work, _odd_dates(work, texts, random), random)


def _odd_dates(work: Soiled, texts: pa.Table, random: np.random.Generator) -> pa.Table:
    dated = [item.name for item in work.feed.fields if item.kind in {Kind.DATE, Kind.INSTANT}]
    rows = drawn(random, len(texts), ODD_DATE_SHARE)
    if not dated or not len(rows):
        return texts
    day, instant = DATE_FORMS["slashes"]
    column = work.rows[dated[0]].take(rows)
    odd = pc.strftime(column, day if pa.types.is_date(column.type) else instant).combine_chunks()
    work.note("date_form", rows, dated[0])
    return _with(texts, dated[0], rows, odd)


def _unreadable(work: Soiled, texts: pa.Table, random: np.random.Generator) -> pa.Table:
    """One filled cell of some rows, none of the key's, is no number or no date."""
    columns = [item for item in work.feed.fields if item.kind in UNREADABLE and item.name not in work.feed.key]
    rows = drawn(random, len(texts), UNREADABLE_SHARE)
    if not columns:
        return texts
    column = columns[int(random.integers(len(columns)))]
    place = texts.schema.get_field_index(column.name)
    texts = texts.set_column(place, column.name, texts[column.name].cast(pa.string()))
    old = texts[column.name].take(rows).combine_chunks()
    is_filled = np.asarray(pc.fill_null(pc.not_equal(old, ""), False), bool)
    rows, old = rows[is_filled], old.filter(pa.array(is_filled))
    if not len(rows):
        return texts
    work.note("unreadable", rows, column.name, old)
    return _with(texts, column.name, rows, pa.repeat(pa.scalar(UNREADABLE[column.kind]), len(rows)))


def _with(texts: pa.Table, column: str, rows: Rows, values: pa.Array) -> pa.Table:
    mask = np.zeros(len(texts), bool)
    mask[rows] = True
    new = pc.replace_with_mask(texts[column].combine_chunks(), pa.array(mask), values)
    return texts.set_column(texts.schema.get_field_index(column), column, new)
