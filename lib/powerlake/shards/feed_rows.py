"""Rows of a feed as the lake keeps them: what names a person sealed, with a pseudonym to join by, and their origin."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.refusals import Delivery, RefusedRows, quarantine
from powerlake.security.fields import seal
from powerlake.security.keys import Keyring
from powerlake.security.pseudonyms import pseudonyms
from powerlake.tables.bronze.of_feed import bronze_of, pseudonym_of
from powerlake.tables.derive import arrow_schema
from powerlake.tables.feeds.model import Feed
from powerlake.tables.quarantine import quarantine_of


def bronze_rows(rows: pa.Table, feed: Feed, delivery: Delivery, keyring: Keyring) -> pa.Table:
    """Rows of `bronze_of(feed)`. `rows` are a file's as read, in clear: see `landing.feed_rows.Received`.

    Where the contract has a direct column, columns beyond it may name a person too, so their values are sealed with
    the others. Delta's statistics of a sealed column are of its ciphertext.
    """
    columns = {name: rows[name].combine_chunks() for name in rows.column_names}
    place = _places(delivery, columns["row_number"])
    table = bronze_of(feed)
    for field in feed.direct:
        clear = columns[field.name]
        columns[field.name] = seal(clear, field.name, table.name, place, keyring)
        if field.is_join_key:
            columns[pseudonym_of(field)] = pseudonyms(clear, field.name, keyring)
    if feed.direct:
        columns["others"] = _sealed_map(columns["others"], "others", table.name, place, keyring)
    columns |= {name: pa.repeat(value, len(rows)) for name, value in _origin(delivery).items()}
    schema = arrow_schema(table)
    return pa.table([columns[name].cast(schema.field(name).type) for name in schema.names], schema=schema)


def quarantine_rows(level: str, refused: RefusedRows, feed: Feed, delivery: Delivery, keyring: Keyring) -> pa.Table:
    """Rows of the quarantine of `bronze_of(feed)`. The record of a feed with direct columns is sealed."""
    rows = quarantine(level, refused, delivery)
    rows = rows.set_column(rows.column_names.index("readings"), rows.field("readings"), _zeros(len(rows)))
    if not feed.direct:
        return rows
    name = quarantine_of(bronze_of(feed)).name
    place = _places(delivery, rows["row_number"].combine_chunks())
    sealed = seal(rows["record"].combine_chunks(), "record", name, place, keyring)
    return rows.set_column(rows.column_names.index("record"), rows.field("record"), sealed)


def _places(delivery: Delivery, row_number: pa.Array) -> pa.Array:
    """Each row's identity, `<SHA-256 of the file>:<row number>`: with it a sealed value is opened again."""
    return pc.binary_join_element_wise(delivery.file_sha256, row_number.cast(pa.string()), ":")


def _origin(delivery: Delivery) -> dict[str, pa.Scalar]:
    return {
        "file": pa.scalar(delivery.file),
        "file_sha256": pa.scalar(delivery.file_sha256),
        "batch": pa.scalar(delivery.batch),
        "ingested_at": pa.scalar(delivery.ingested_at, pa.timestamp("us", tz="UTC")),
        "run_id": pa.scalar(delivery.run_id),
    }


def _sealed_map(texts: pa.MapArray, column: str, table: str, place: pa.Array, keyring: Keyring) -> pa.MapArray:
    """The maps with their values sealed; a value's place is its row's and its key."""
    texts = texts.take(pa.array(np.arange(len(texts))))  # offsets from 0, nothing behind a null
    offsets = texts.offsets.to_numpy()
    row = np.repeat(np.arange(len(texts)), np.diff(offsets))
    places = pc.binary_join_element_wise(place.take(pa.array(row)), texts.keys, ":")
    sealed = seal(texts.items, column, table, places, keyring)
    return pa.MapArray.from_arrays(texts.offsets, texts.keys, sealed, mask=texts.is_null())


def _zeros(rows: int) -> pa.Array:
    """A row of these feeds stands for no interval reading."""
    return pa.array(np.zeros(rows, np.int64))
