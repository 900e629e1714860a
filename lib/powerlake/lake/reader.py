"""Reads the lake without Spark: SQL by DuckDB over the files that Delta's log names. Read only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from powerlake.errors import PowerlakeError, TableMissing
from powerlake.lake.snapshots import Snapshot, Snapshots
from powerlake.tables import TABLES, table
from powerlake.tables.model import LAYERS


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
    """The tables below a home, by the names of their declarations, as they stand when they are asked for."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._snapshots = Snapshots()
        self._shown: dict[str, Snapshot] = {}

    def tables(self) -> tuple[str, ...]:
        """The declared tables that hold something, in the order of declaration."""
        return tuple(name for name in TABLES if self._snapshots.now(self._path(name)))

    def version(self, name: str) -> int:
        """The table's Delta version. Raises TableMissing, UnknownTable."""
        return self._snapshot(name).version

    def state(self, name: str) -> TableState:
        """How the table stands, from its log alone. Raises TableMissing, UnknownTable."""
        now = self._snapshot(name)
        changed = datetime.fromtimestamp(now.delta.history(1)[0]["timestamp"] / 1000, UTC)
        return TableState(
            name, now.version, sum(file.rows for file in now.files), sum(file.bytes for file in now.files), changed
        )

    def query(self, sql: str) -> pa.Table:
        """What one SELECT in DuckDB's dialect answers; tables are named `layer.table`, times are UTC.

        Raises TableMissing and UnknownTable for a table it names, QueryFailed where DuckDB refuses.
        """
        with _explained():
            for name in _tables_named(self._connection, sql):
                self._show(name)
            return self._connection.execute(sql).to_arrow_table()

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        """Made once: a connection takes longer than most questions. It reaches nothing but the tables shown to it."""
        # Without replacement scans a name in the SQL can never mean a variable of this program.
        connection = duckdb.connect(config={"python_enable_replacements": False})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        return connection

    def _show(self, name: str) -> None:
        """The table as a view of the connection, as it stands now."""
        now = self._snapshot(name)
        if self._shown.get(name) is now:
            return
        layer, short = name.split(".", 1)
        self._connection.register(f"{layer}__{short}", now.dataset())
        self._connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
        self._connection.execute(f'CREATE OR REPLACE VIEW "{layer}"."{short}" AS FROM "{layer}__{short}"')
        self._shown[name] = now

    def _snapshot(self, name: str) -> Snapshot:
        declared = table(name)
        now = self._snapshots.now(self._path(name))
        if now is None:
            raise TableMissing(name)
        now.refuse_unreadable(declared.name)
        return now

    def _path(self, name: str) -> Path:
        return self._home / Path(*name.split("."))


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
