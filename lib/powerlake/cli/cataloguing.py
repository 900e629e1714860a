"""`powerlake catalogue`: docs/catalogue and the contract in docs/feeds.md, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from powerlake.errors import ConfigurationError
from powerlake.landing.feed_page import with_contract
from powerlake.markdown import grid
from powerlake.project import find_project
from powerlake.tables import TABLES
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.feeds.model import Feed
from powerlake.tables.model import LAYERS, Column, Table
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.of_feed import silver_of

_MADE = "<!-- Made by `powerlake catalogue` from lib/powerlake/tables: change the declaration, not this page. -->\n"
FEEDS_PAGE = "bronze.feeds.md"
"""The one page of all tables that derive from feeds: they differ in the columns of the contract only."""


def write() -> str:
    """Writes the pages, removes those of tables that are gone; returns a line for the user."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(TABLES)
    for stale in {path.name for path in folder.glob("*.md")} - made.keys():
        (folder / stale).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    contract = folder.parent / "feeds.md"
    if contract.exists():
        contract.write_text(_with_contract(contract), encoding="utf-8")
    return f"{len(made)} pages in {folder}"


def check() -> str:
    """Returns a line where every page is up to date. Raises ConfigurationError where one is not."""
    folder = _folder()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    made = pages(TABLES)
    stale = sorted(name for name in made.keys() | there.keys() if made.get(name) != there.get(name))
    contract = folder.parent / "feeds.md"
    if contract.exists() and contract.read_text(encoding="utf-8") != _with_contract(contract):
        stale.append("../feeds.md")
    if stale:
        raise ConfigurationError(f"not up to date in {folder}: {', '.join(stale)}", remedy="run `powerlake catalogue`")
    return f"{len(made)} pages up to date"


def pages(tables: Mapping[str, Table]) -> dict[str, str]:
    """File name → Markdown: an index by layer, a page for each table, and one for all that derive from feeds."""
    derived = _derived(tables)
    made = {f"{name}.md": _page(table) for name, table in tables.items() if name not in derived}
    return {"index.md": _index(tables), **({FEEDS_PAGE: _feeds_page()} if derived else {}), **made}


def _folder() -> Path:
    return find_project().root / "docs" / "catalogue"


def _with_contract(page: Path) -> str:
    try:
        return with_contract(page.read_text(encoding="utf-8"), FEEDS)
    except ValueError as error:
        raise ConfigurationError(f"{page}: {error}", remedy="put its two marks back, each once") from error


def _derived(tables: Mapping[str, Table]) -> set[str]:
    """Names of the tables that share a page: bronze of every feed, and the quarantines of its bronze and silver."""
    bronze = [bronze_of(feed) for feed in FEEDS.values()]
    refusing = [*bronze, *(silver_of(feed) for feed in FEEDS.values())]
    return tables.keys() & {table.name for table in (*bronze, *map(quarantine_of, refusing))}


def _index(tables: Mapping[str, Table]) -> str:
    parts = ["# Tables\n", _MADE]
    derived = _derived(tables)
    for layer in LAYERS:
        of_layer = [table for table in tables.values() if table.layer == layer]
        rows = [
            (f"[{table.name}]({table.name}.md)", table.grain, table.owner, table.comment)
            for table in of_layer
            if table.name not in derived
        ]
        of_feeds = [table for table in of_layer if table.name in derived]
        if of_feeds:
            what = f"{len(of_feeds)} tables, of each feed but load_curves"
            rows.append((f"[{layer}.<feed>]({FEEDS_PAGE})", of_feeds[0].grain, "the department", what))
        if rows:
            parts += [f"## {layer}\n", grid(("table", "grain", "owner", "what it holds"), rows)]
    return "\n".join(parts)


def _feeds_page() -> str:
    """The tables by name, then the columns that all of them have."""
    first = bronze_of(next(iter(FEEDS.values())))
    shared = first.columns[[column.name for column in first.columns].index("is_deletion") :]
    return "\n".join(
        [
            "# bronze.<feed>\n",
            _MADE,
            "Rows of feeds as received, append only, and in `quarantine.<feed>` what was refused. The columns of each "
            "feed, every cell as text, are in [its contract](../feeds.md).\n",
            grid(
                ("table", "one row of the feed is", "owner", "encrypted", "pseudonyms"), map(_of_feed, FEEDS.values())
            ),
            "## Columns beside those of the contract\n",
            _columns(shared),
            "Key: `file_sha256`, `row_number`. An encrypted value has the key's id in front; in a feed with encrypted "
            "columns the values of `others`, and `record` in quarantine, are encrypted too.\n",
            "## Columns of quarantine.<feed>\n",
            _columns(quarantine_of(first).columns),
        ]
    )


def _of_feed(feed: Feed) -> tuple[str, ...]:
    sealed, joined = (
        ", ".join(f"`{field.name}`" for field in feed.direct if field.is_join_key or not is_joined)
        for is_joined in (False, True)
    )
    anchor = f"[`{bronze_of(feed).name}`](../feeds.md#{feed.name})"
    return anchor, feed.grain.removeprefix("one row per "), feed.owner, sealed, joined


def _page(table: Table) -> str:
    facts = [
        ("grain", table.grain),
        ("key", ", ".join(f"`{name}`" for name in table.key)),
        ("owner", table.owner),
        ("partitioned by", ", ".join(f"`{name}`" for name in table.partitioned_by) or "–"),
        ("fresh within", f"{table.freshness_hours} h" if table.freshness_hours else "–"),
    ]
    parts = [f"# {table.name}\n", _MADE, f"{table.comment}.\n", grid(("", ""), facts), "## Columns\n"]
    parts.append(_columns(table.columns))
    if table.checks:
        rules = [(f"`{name}`", f"`{rule}`") for name, rule in table.checks.items()]
        parts += ["## Checks\n", "A row that breaks one goes to quarantine with its name as the reason.\n"]
        parts.append(grid(("check", "rule"), rules))
    if table.expectations:
        expected = [(f"`{expectation.name}`", expectation.severity.value) for expectation in table.expectations]
        parts += ["## Expectations\n", "Of the whole table, before it changes: `error` stops publication.\n"]
        parts.append(grid(("expectation", "severity"), expected))
    return "\n".join(parts)


def _columns(columns: Iterable[Column]) -> str:
    return grid(("column", "type", "unit", "null", "personal", "what it is"), map(_column, columns))


def _column(column: Column) -> tuple[str, ...]:
    null = "yes" if column.nullable else "no"
    return f"`{column.name}`", f"`{column.type}`", column.unit, null, column.pii.value, column.comment
