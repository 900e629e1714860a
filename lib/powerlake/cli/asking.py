"""`powerlake query`: SQL on the tables, without Spark."""

from __future__ import annotations

from powerlake.cli.output import columns, json_rows
from powerlake.lake.reader import Reader
from powerlake.project import find_project
from powerlake.settings import load_settings


def query(sql: str, env: str | None, *, as_json: bool) -> str:
    """The answer to one SELECT."""
    answer = Reader(load_settings(find_project(), env).home).query(sql)
    if as_json:
        return json_rows(answer)
    return columns(zip(*(column.to_pylist() for column in answer.columns), strict=True), answer.column_names)
