"""`powerlake catalogue`: docs/catalogue, a page for each table, from its declaration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from powerlake.errors import ConfigurationError
from powerlake.project import find_project
from powerlake.tables import TABLES
from powerlake.tables.model import LAYERS, Column, Table

_MADE = "<!-- Made by `powerlake catalogue` from lib/powerlake/tables: change the declaration, not this page. -->\n"


def write() -> str:
    """Writes the pages, removes those of tables that are gone; returns a line for the user."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(TABLES)
    for stale in {path.name for path in folder.glob("*.md")} - made.keys():
        (folder / stale).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return f"{len(made)} pages in {folder}"


def check() -> str:
    """Returns a line where every page is up to date. Raises ConfigurationError where one is not."""
    folder = _folder()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    made = pages(TABLES)
    stale = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    if stale:
        raise ConfigurationError(f"not up to date in {folder}: {', '.join(stale)}", remedy="run `powerlake catalogue`")
    return f"{len(made)} pages up to date"


def pages(tables: Mapping[str, Table]) -> dict[str, str]:
    """File name → Markdown: an index by layer and a page for each table."""
    return {"index.md": _index(tables), **{f"{name}.md": _page(table) for name, table in tables.items()}}


def _folder() -> Path:
    return find_project().root / "docs" / "catalogue"


def _index(tables: Mapping[str, Table]) -> str:
    parts = ["# Tables\n", _MADE]
    for layer in LAYERS:
        rows = [
            (f"[{table.name}]({table.name}.md)", table.grain, table.owner, table.comment)
            for table in tables.values()
            if table.layer == layer
        ]
        if rows:
            parts += [f"## {layer}\n", _grid(("table", "grain", "owner", "what it holds"), rows)]
    return "\n".join(parts)


def _page(table: Table) -> str:
    facts = [
        ("grain", table.grain),
        ("key", ", ".join(f"`{name}`" for name in table.key)),
        ("owner", table.owner),
        ("partitioned by", ", ".join(f"`{name}`" for name in table.partitioned_by) or "–"),
        ("fresh within", f"{table.freshness_hours} h" if table.freshness_hours else "–"),
    ]
    parts = [f"# {table.name}\n", _MADE, f"{table.comment}.\n", _grid(("", ""), facts), "## Columns\n"]
    parts.append(_grid(("column", "type", "unit", "null", "personal", "what it is"), map(_column, table.columns)))
    if table.checks:
        rules = [(f"`{name}`", f"`{rule}`") for name, rule in table.checks.items()]
        parts += ["## Checks\n", "A row that breaks one goes to quarantine with its name as the reason.\n"]
        parts.append(_grid(("check", "rule"), rules))
    if table.expectations:
        expected = [(f"`{expectation.name}`", expectation.severity.value) for expectation in table.expectations]
        parts += ["## Expectations\n", "Of the whole table, before it changes: `error` stops publication.\n"]
        parts.append(_grid(("expectation", "severity"), expected))
    return "\n".join(parts)


def _column(column: Column) -> tuple[str, ...]:
    null = "yes" if column.nullable else "no"
    return f"`{column.name}`", f"`{column.type}`", column.unit, null, column.pii.value, column.comment


def _grid(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
