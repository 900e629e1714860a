"""The cells of one column as silver has them, and which of them had to be changed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.values import parse
from powerlake.tables.feeds.model import Field, Kind
from powerlake.tables.silver.of_feed import local_date_of

FULL_WIDTH, ALIAS = "full_width", "alias"
"""Rules of `edits`: the cell was in another Unicode form (NFKC); the code is known by another name."""

_MOST_CODES_TOLD = 20

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """A column of silver, or two where it is an instant: `columns` by name, null where a cell is at fault.

    `edits` says which rows were changed, by rule; `faults` which are no value at all, by reason. `unknown` counts the
    codes that the contract does not list.
    """

    columns: Mapping[str, pa.Array]
    edits: Mapping[str, Bools] = field(default_factory=dict)
    faults: Mapping[str, Bools] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)


def cells_of(item: Field, text: pa.Array, timezone: str, aliases: Mapping[str, str]) -> Cells:
    """The cells of a string column by the contract's kind.

    An instant without an offset is read by `timezone`; of an hour that comes twice the first is meant, and one that
    the clock skips counts from the offset before. The local date is by `timezone` too, whatever the offset.
    """
    plain, is_wide = _in_one_form(item.kind, text)
    edits = {FULL_WIDTH: is_wide}
    if item.kind is Kind.CODE:
        plain, edits[ALIAS] = _by_one_name(plain, aliases)
    parsed = parse(item.kind, plain)
    columns = {item.name: parsed.values}
    if item.kind is Kind.INSTANT:
        columns = _instants(item, parsed.values, timezone)
    unknown = _unknown_codes(item, plain)
    return Cells(columns, {rule: rows for rule, rows in edits.items() if rows.any()}, parsed.faults, unknown)


def _in_one_form(kind: Kind, text: pa.Array) -> tuple[pa.Array, Bools]:
    """NFKC, trimmed. Text with a Chinese character keeps its form: there full-width punctuation is right."""
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(text, "NFKC"))
    if kind is Kind.TEXT:
        plain = pc.if_else(pc.match_substring_regex(text, r"\p{Han}"), text, plain)
    plain = pc.if_else(pc.equal(plain, ""), None, plain)
    return plain, _true(pc.not_equal(plain, pc.utf8_trim_whitespace(text)))


def _by_one_name(codes: pa.Array, aliases: Mapping[str, str]) -> tuple[pa.Array, Bools]:
    if not aliases:
        return codes, np.zeros(len(codes), np.bool_)
    place = pc.index_in(codes, pa.array(list(aliases), pa.string()))
    meant = pa.array(list(aliases.values()), pa.string()).take(place)
    return pc.coalesce(meant, codes), np.asarray(place.is_valid())


def _unknown_codes(item: Field, codes: pa.Array) -> dict[str, int]:
    if not item.codes:
        return {}
    strange = codes.filter(pc.invert(pc.is_in(codes, pa.array([*item.codes, None], pa.string()))))
    counts = strange.value_counts().to_pylist()[:_MOST_CODES_TOLD]
    return {entry["values"]: entry["counts"] for entry in counts}


def _instants(item: Field, read: pa.StructArray, timezone: str) -> dict[str, pa.Array]:
    at = pc.if_else(read.is_valid(), read.field("at"), None)
    by_clock = pc.assume_timezone(at, timezone, ambiguous="earliest", nonexistent="earliest")
    utc = pc.if_else(read.field("is_utc"), at.cast(pa.timestamp("us", "UTC")), by_clock.cast(pa.timestamp("us", "UTC")))
    local = pc.local_timestamp(utc.cast(pa.timestamp("us", timezone)))
    return {item.name: utc, local_date_of(item): local.cast(pa.date32(), safe=False)}


def _true(mask: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(mask, False))
