"""Reads the lake without Spark: SQL by DuckDB over the files that Delta's log names. Read only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from powerlake.errors import PowerlakeError, TableMissing
from powerlake.tables import TABLES, table
from powerlake.tables.model import LAYERS

UNREADABLE_FEATURES = frozenset({"columnMapping", "deletionVectors"})
"""Reader features under which the files alone are not the table: deltalake gives NULLs or refuses."""


class QueryFailed(PowerlakeError):
    """DuckDB refused the SQL."""

    exit_code = 2


@dataclass(frozen=True)
class TableState:
    """How a table stands: Delta version, rows, bytes, and when it last changed."""

    name: str
    version: int
    rows: int
    bytes: int
    changed_at: datetime


class Reader:
    """The tables below a home, by the names of their declarations."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def tables(self) -> tuple[str, ...]:
        """The declared tables that hold something, in the order of declaration."""
        return tuple(name for name in TABLES if self._exists(name))

    def version(self, name: str) -> int:
        """The table's Delta version. Raises TableMissing, UnknownTable."""
        return self._open(name).version()

    def state(self, name: str) -> TableState:
        """How the table stands, from its log alone. Raises TableMissing, UnknownTable."""
        delta = self._open(name)
        files = pa.table(delta.get_add_actions(flatten=True))
        changed = datetime.fromtimestamp(delta.history(1)[0]["timestamp"] / 1000, UTC)
        rows, size = (sum(item or 0 for item in files[column].to_pylist()) for column in ("num_records", "size_bytes"))
        return TableState(name, delta.version(), rows, size, changed)

    def query(self, sql: str) -> pa.Table:
        """What one SELECT in DuckDB's dialect answers; tables are named `layer.table`, times are UTC.

        Raises TableMissing and UnknownTable for a table it names, QueryFailed where DuckDB refuses.
        """
        with self._connection() as connection, _explained():
            for name in _tables_named(connection, sql):
                self._add_view(connection, name)
            connection.execute("SET enable_external_access = false; SET lock_configuration = true")
            return connection.execute(sql).to_arrow_table()

    def _add_view(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        layer, short = name.split(".", 1)
        connection.register(f"{layer}__{short}", self._open(name).to_pyarrow_dataset())
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
        connection.execute(f'CREATE VIEW "{layer}"."{short}" AS FROM "{layer}__{short}"')

    @contextmanager
    def _connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        # Without replacement scans a name in the SQL can never mean a variable of this program.
        with duckdb.connect(config={"python_enable_replacements": False}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection

    def _open(self, name: str) -> DeltaTable:
        declared = table(name)
        if not self._exists(name):
            raise TableMissing(name)
        delta = DeltaTable(self._path(name))
        hidden = UNREADABLE_FEATURES & _features(delta)
        if hidden:
            raise PowerlakeError(
                f"{declared.name} uses {', '.join(sorted(hidden))}, which readers without Spark do not see through",
                remedy="rewrite the table with the feature off",
            )
        return delta

    def _exists(self, name: str) -> bool:
        return any((self._path(name) / "_delta_log").glob("*.json"))

    def _path(self, name: str) -> Path:
        return self._home / Path(*name.split("."))


def _features(delta: DeltaTable) -> set[str]:
    """The reader features in use, also under the older protocol that did not list column mapping."""
    mapping = delta.metadata().configuration.get("delta.columnMapping.mode", "none")
    return set(delta.protocol().reader_features or ()) | ({"columnMapping"} if mapping != "none" else set())


def _tables_named(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    """The tables of ours that the SQL names, found in its syntax tree. Raises QueryFailed for all but one SELECT."""
    # Not as a bound parameter: DuckDB imports pandas to bind one, which takes longer than most queries.
    quoted = "'" + sql.replace("'", "''") + "'"
    found = connection.execute(f"SELECT json_serialize_sql({quoted}::VARCHAR)").fetchone()
    tree = json.loads(found[0]) if found else {}
    if tree.get("error_type") == "parser":
        raise QueryFailed(f"Parser Error: {tree['error_message']}")
    if len(tree.get("statements", ())) != 1:
        raise QueryFailed("a query is one SELECT", remedy="only pipelines write tables")
    return tuple(sorted({f"{layer}.{name}".lower() for layer, name in _references(tree) if layer.lower() in LAYERS}))


def _references(node: object) -> Iterator[tuple[str, str]]:
    """(schema, table) of each table reference below a node of DuckDB's syntax tree."""
    if isinstance(node, dict):
        if node.get("type") == "BASE_TABLE":
            yield node["schema_name"], node["table_name"]
        for child in node.values():
            yield from _references(child)
    elif isinstance(node, list):
        for child in node:
            yield from _references(child)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise QueryFailed(lines[0] if lines else type(error).__name__) from error
