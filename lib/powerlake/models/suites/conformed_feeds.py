"""A simulated folder's feeds through the kernels of bronze and silver, and what became of every row of them.

What jobs do by file and month, with Delta between, is done here in one go: read, judged, pseudonyms made, typed,
looked up, settled. `landing` comes as the first batch; each day of `later` as one of its own.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from powerlake.conformed.merge import Fate
from powerlake.conformed.references import checked
from powerlake.conformed.settle import settled, standing
from powerlake.conformed.typed import REASON, bronze_columns, typed
from powerlake.errors import ConfigurationError
from powerlake.landing.feed_rows import Received, read_feed
from powerlake.security.keys import FileKeyring, Keyring
from powerlake.security.pseudonyms import pseudonyms
from powerlake.settings import Settings
from powerlake.tables.bronze.of_feed import pseudonym_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed, Kind
from powerlake.tables.feeds.references import Target, targets_of

UNREAD = "unreadable"
"""Refused by bronze: a cell, or the line, says nothing."""
REFUSED = "refused"
"""Refused when it was typed."""
FATES = {fate: fate.name.lower() for fate in Fate}
AS_OF = date(2100, 1, 1)
"""Periods that still run are not at issue here."""
SEPARATOR = "|"
"""Between the parts of a key in the truth."""


@dataclass(frozen=True)
class Conformed:
    """One feed.

    `rows`, one per received row: key (its parts as `plain_key` has them), file, row_number, batch, fate (one of FATES,
    UNREAD or REFUSED), reason, edits. `cells` are the received rows that bronze kept, with pseudonyms. `silver` are
    the rows that stand, with `key`. `copies` are files whose content had come before.
    """

    feed: Feed
    rows: pa.Table
    cells: pa.Table
    silver: pa.Table
    copies: frozenset[str]
    unknown: Mapping[str, Mapping[str, int]]


def conformed_feeds(folder: Path, settings: Settings, paths: Iterable[str] = FEEDS) -> dict[str, Conformed]:
    """The feeds of those paths that have a file, by path; `paths` are all but the load curves where none is named."""
    asked = tuple(paths)
    needed = dict.fromkeys([*asked, *(target.feed for path in asked for target in targets_of(path))])
    with tempfile.TemporaryDirectory() as keys:
        keyring = FileKeyring(Path(keys) / "keyring.json").create()
        read = {path: _read(folder, FEEDS[path], keyring) for path in needed if any(files_of(folder, path))}
    known = {
        target: pc.unique(read[target.feed].cells[target.column].combine_chunks().drop_null())
        for path in read
        for target in targets_of(path)
        if target.feed in read and len(read[target.feed].cells)
    }
    return {path: _conformed(FEEDS[path], read[path], known, settings) for path in asked if path in read}


def conformed_feed(folder: Path, path: str, settings: Settings) -> Conformed:
    """One feed alone; what it points at is not looked up. Raises ConfigurationError where the folder has none of it."""
    if not any(files_of(folder, path)):
        raise ConfigurationError(f"{folder} has no {path}", remedy="name a folder that `powerlake simulate` made")
    with tempfile.TemporaryDirectory() as keys:
        read = _read(folder, FEEDS[path], FileKeyring(Path(keys) / "keyring.json").create())
    return _conformed(FEEDS[path], read, {}, settings)


def plain_key(feed: Feed, rows: pa.Table) -> pa.ChunkedArray:
    """The key of each row of text cells as one text; times as their digits down to the second."""
    return pc.binary_join_element_wise(*(_plain(feed, name, rows[name]) for name in feed.key), SEPARATOR)


def plain_truth_keys(feed: Feed, keys: pa.ChunkedArray) -> pa.Array:
    """Keys as the truth has them, in the form of `plain_key`; one that is no row's is left with the parts it has."""
    parts = [key.split(SEPARATOR) for key in keys.to_pylist()]
    cells = {
        name: pa.array([part[place] if place < len(part) else "" for part in parts], pa.string())
        for place, name in enumerate(feed.key)
    }
    return plain_key(feed, pa.table(cells)).combine_chunks()


def files_of(folder: Path, path: str) -> Iterator[tuple[int, Path]]:
    """Batch and file, by the day of arrival; what lies in landing is the first batch."""
    yield from ((1, file) for file in sorted((folder / "landing" / path).rglob("*")) if file.is_file())
    days = sorted((folder / "later").iterdir()) if (folder / "later").is_dir() else []
    for place, day in enumerate(days):
        yield from ((2 + place, file) for file in sorted((day / path).rglob("*")) if file.is_file())


def distinct_files(folder: Path, path: str) -> tuple[list[tuple[int, Path, str]], frozenset[str]]:
    """Batch, file and SHA-256 of each content's first file, and the files below the folder that repeat one."""
    met: set[str] = set()
    first, copies = [], []
    for batch, file in files_of(folder, path):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        if digest in met:
            copies.append(file.relative_to(folder).as_posix())
        else:
            first.append((batch, file, digest))
        met.add(digest)
    return first, frozenset(copies)


@dataclass(frozen=True)
class _Read:
    """Cells that bronze keeps with pseudonyms, what it refused (file, row_number, batch, reason, key), and copies."""

    cells: pa.Table
    refused: pa.Table
    copies: frozenset[str]


def _read(folder: Path, feed: Feed, keyring: Keyring) -> _Read:
    files, copies = distinct_files(folder, feed.path)
    kept, refused = [], []
    for batch, path, digest in files:
        file = path.relative_to(folder).as_posix()
        for part in read_feed(path, feed):
            kept.append(_bronze(part.rows, feed, (file, batch, digest), keyring))
            refused.append(_refused(part, feed, (file, batch)))
    return _Read(pa.concat_tables(kept), pa.concat_tables(refused), copies)


def _bronze(rows: pa.Table, feed: Feed, origin: tuple[str, int, str], keyring: Keyring) -> pa.Table:
    """The cells as `typed` takes them, and those that name a person in clear beside."""
    columns = {name: rows[name].combine_chunks() for name in rows.column_names if name != "others"}
    for field in feed.direct:
        if field.is_join_key:
            columns[pseudonym_of(field)] = pseudonyms(columns[field.name], field.name, keyring)
    names = ("file", "batch", "file_sha256")
    columns |= {name: pa.repeat(pa.scalar(value), len(rows)) for name, value in zip(names, origin, strict=True)}
    columns["row_number"] = columns["row_number"].cast(pa.int32())
    return pa.table(columns)


def _refused(part: Received, feed: Feed, origin: tuple[str, int]) -> pa.Table:
    refused = part.refused
    keys = [_key_in(feed, record) for record in refused.record.to_pylist()]
    return pa.table(
        {
            "key": pa.array(keys, pa.string()),
            "file": pa.array([origin[0]] * len(refused), pa.string()),
            "batch": pa.array([origin[1]] * len(refused), pa.int64()),
            "row_number": refused.row_number.cast(pa.int32()),
            REASON: refused.reason.cast(pa.string()),
        }
    )


def _key_in(feed: Feed, record: str) -> str:
    """The key of a refused row's text: a line of JSON, or of CSV with the contract's columns in order."""
    if record.startswith("{"):
        cells = {name: str(value) for name, value in json.loads(record).items()}
    else:
        cells = dict(zip((field.name for field in feed.fields), next(csv.reader([record])), strict=False))
    row = pa.table({name: pa.array([cells.get(name, "")], pa.string()) for name in feed.key})
    key: str = plain_key(feed, row)[0].as_py()
    return key


def _plain(feed: Feed, name: str, cells: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    cells = pc.fill_null(cells, "")
    if feed.field(name).kind not in {Kind.DATE, Kind.INSTANT}:
        return cells
    return pc.utf8_slice_codeunits(pc.replace_substring_regex(cells, r"\D", ""), 0, 14)


def _conformed(feed: Feed, read: _Read, known: Mapping[Target, pa.Array], settings: Settings) -> Conformed:
    names, keys = _names(read.cells), plain_key(feed, read.cells)
    made = typed(feed, read.cells.select(bronze_columns(feed)), settings.utility_clock, settings.code_aliases)
    incoming = checked(feed, made.rows, known)
    result, incoming = settled(feed, incoming.schema.empty_table(), incoming)
    key = keys.take(pc.index_in(_names(incoming), names.combine_chunks()))
    fates = pa.array([FATES[fate] for fate in Fate], pa.string()).take(pa.array(result.fate))
    stands = pc.equal(fates, FATES[Fate.PUBLISHED])
    place = ("file", "row_number", "batch")
    settled_rows = {"key": key, **{name: incoming[name] for name in place}, "fate": fates, REASON: incoming[REASON]}
    parts = [
        pa.table({**settled_rows, "edits": incoming["edits"]}),
        _with_fate(_keyed(made.refused, read.cells, keys), REFUSED),
        _with_fate(read.refused, UNREAD),
    ]
    silver = standing(feed, result, AS_OF).append_column("key", key.filter(stands))
    rows = pa.concat_tables(part.select(parts[0].column_names).cast(parts[0].schema) for part in parts)
    return Conformed(feed, rows, read.cells.append_column("key", keys), silver, read.copies, made.unknown)


def _names(rows: pa.Table) -> pa.ChunkedArray:
    """Each received row's identity."""
    return pc.binary_join_element_wise(rows["file"], rows["row_number"].cast(pa.string()), ":")


def _keyed(refused: pa.Table, cells: pa.Table, keys: pa.ChunkedArray) -> pa.Table:
    place = pc.index_in(_names(refused), _names(cells).combine_chunks())
    return refused.append_column("key", keys.take(place))


def _with_fate(rows: pa.Table, fate: str) -> pa.Table:
    edits = pa.nulls(len(rows), pa.list_(pa.string()))
    return rows.append_column("fate", pa.repeat(pa.scalar(fate), len(rows))).append_column("edits", edits)
