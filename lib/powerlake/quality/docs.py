"""Great Expectations' Data Docs of the latest verdict on every table and feed, from the figures on record.

No pass over the data: a verdict is judged again on the figures that ops.quality_checks keeps. Great Expectations' pages
take styles and scripts from the network, and its first page is drawn by them. Here a style sheet and a first page of
our own take their place, so that the site opens offline and asks for nothing. Sorting, folding and hiding what held,
which those scripts do, is not there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd
import pyarrow as pa

from powerlake.quality.suite import built, meaning
from powerlake.tables import TABLES

SITE = "quality"
_SEVERITY = {"error": "critical", "warn": "warning", "row": "info"}
_FROM_NETWORK = re.compile(
    r'<link\b[^>]*href="https?:[^>]*>'
    r'|<script\b[^>]*\bsrc="https?:[^>]*>\s*</script>'
    r'|<img\b[^>]*\bsrc="https?:[^>]*>'
    r"|<script\b[^>]*>.*?</script>"
    r"|<iframe\b.*?</iframe>"
    r"|<footer\b.*?</footer>"
    r"|url\([^)]*https?:[^)]*\)",
    re.DOTALL | re.IGNORECASE,
)

LATEST = """
    with latest as (
        select dataset, job, arg_max(run_id, checked_at) as run_id from ops.quality_checks group by all
    )
    select * from ops.quality_checks join latest using (dataset, job, run_id)
    qualify row_number() over (partition by dataset, job, rule order by checked_at desc) = 1
    order by dataset, job, severity, rule
"""
"""The newest verdict on each rule, of the latest run of each job that judged a table or feed."""


def write_docs(checks: pa.Table, out: Path) -> Path:
    """Make the site below `out` and return its first page. `checks` are rows as `LATEST` gives them.

    A site that lies there is replaced.
    """
    by_dataset: dict[str, list[dict[str, Any]]] = {}
    for row in checks.to_pylist():
        by_dataset.setdefault(row["dataset"], []).append(row)
    making = out.with_name(f".{out.name}-making")
    shutil.rmtree(making, ignore_errors=True)
    context = _context(making)
    source = context.data_sources.add_pandas("recorded")
    for dataset, rows in sorted(by_dataset.items()):
        _validate(context, source, dataset, rows)
    context.build_data_docs()
    style = (files("powerlake.quality") / "docs.css").read_text(encoding="utf-8")
    for page in making.rglob("*.html"):
        page.write_text(offline(page.read_text(encoding="utf-8"), style), encoding="utf-8")
    (making / "index.html").write_text(_first_page(by_dataset, making, style), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    making.rename(out)
    return out / "index.html"


def offline(page: str, style: str) -> str:
    """The page without anything that would be fetched, and without scripts; with a style of its own."""
    return _FROM_NETWORK.sub("", page).replace("</head>", f"<style>{style}</style></head>", 1)


def _first_page(by_dataset: Mapping[str, Sequence[Mapping[str, Any]]], site: Path, style: str) -> str:
    """A row for each table or feed: the rules judged, those that did not hold, and the page that has them."""
    lines = []
    for dataset, rows in sorted(by_dataset.items()):
        name = _site_name(dataset)
        pages = sorted((site / "validations").joinpath(*name.split(".")).rglob("*.html"))
        text = escape(dataset)
        link = f'<a href="{escape(quote(str(pages[-1].relative_to(site))))}">{text}</a>' if pages else text
        broken = [row for row in rows if row["outcome"] != "held"]
        told = "; ".join(f"{row['rule']}: {row['found'] or ''}" for row in broken)
        at = max(row["checked_at"] for row in rows)
        lines.append(
            f"<tr><td>{link}</td><td>{len(rows)}</td><td>{'✗' if broken else '✓'} {len(broken)}</td>"
            f"<td>{escape(told)}</td><td>{at:%Y-%m-%d %H:%M} UTC</td></tr>"
        )
    head = "<tr><th>Table or feed</th><th>Rules</th><th>Did not hold</th><th>Found</th><th>Judged</th></tr>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data Docs</title>'
        f'<style>{style}</style></head><body><div class="container"><h1>Latest verdict on every table and feed</h1>'
        f"<table>{head}{''.join(lines)}</table></div></body></html>"
    )


def _site_name(dataset: str) -> str:
    """The name of its suite: a feed's path would be a folder."""
    return dataset.replace("/", ".")


def _context(out: Path) -> Any:
    """A context whose only site lies in `out`."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    for name in list(context.variables.data_docs_sites or {}):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(
        site_name=SITE,
        site_config={
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(out.absolute())},
        },
    )
    return context


def _validate(context: Any, source: Any, dataset: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Judge the figures of one table or feed again; its verdict is kept for the site."""
    name = _site_name(dataset)
    told = [row for row in rows if _figure(row) is not None]
    if not told:
        return
    # A rule may be judged by two jobs, as a feed's is by those that write and those that watch its table.
    figures = {_column(row, told): _figure(row) for row in told}
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=[_expected(row, told) for row in told]))
    batch = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("figures on record")
    validation = gx.ValidationDefinition(name=name, data=batch, suite=suite)
    checkpoint = gx.Checkpoint(
        name=name,
        validation_definitions=[context.validation_definitions.add(validation)],
        result_format={"result_format": "BASIC"},
    )
    run = gx.RunIdentifier(run_name=rows[0]["run_id"], run_time=max(row["checked_at"] for row in rows))
    frame = pd.DataFrame([figures], dtype="float64")
    context.checkpoints.add(checkpoint).run(batch_parameters={"dataframe": frame}, run_id=run)


def _figure(row: Mapping[str, Any]) -> float | None:
    """What is judged: the figure of a whole, else the rows that break the rule; None where nothing was measured.

    The rows that break a rule with limits are no figure for these: of no rows none do, and a share would be 0.
    """
    has_limits = row["expected_low"] is not None or row["expected_high"] is not None
    figure = row["failing"] if row["observed"] is None and not has_limits else row["observed"]
    return None if figure is None else float(figure)


def _column(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """The rule by name and in words, which is what the pages show, and its job where two judged one of that name."""
    same = sum(other["rule"] == row["rule"] for other in rows)
    return f"{row['rule']} – {_meaning(row)}" + (f" ({row['job']})" if same > 1 else "")


def _expected(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> Any:
    low, high = row["expected_low"], row["expected_high"]
    if low is None and high is None:
        high = 0.0
    return built(
        _column(row, rows),
        low,
        high,
        severity=_SEVERITY[row["severity"]],
        meta={"name": row["rule"], "notes": {"format": "string", "content": [row["found"] or "held"]}},
    )


def _meaning(row: Mapping[str, Any]) -> str:
    """What the rule asks, in a plain sentence."""
    table = TABLES.get(row["dataset"])
    expectation = next((one for one in table.expectations if one.name == row["rule"]), None) if table else None
    if expectation:
        return meaning(expectation)
    checked = f" of {row['checked']:,} rows" if row["checked"] is not None else ""
    return {
        "not_null": f"Rows{checked} without {row['rule'].removesuffix('_missing')}",
        "check": f"Rows{checked} that break: {table.checks.get(row['rule'], row['rule']) if table else row['rule']}",
        "key": f"Rows{checked} whose key an earlier row has",
        "refusal": f"Rows refused: {row['rule']}",
        "freshness": "Days since the last delivery, and how many the contract allows",
        "volume": "Rows of the last complete day, and what is usual",
        "drift": "Population stability index against the 28 days before",
        "nulls": "Share without a value, and what is usual",
    }.get(row["kind"], str(row["rule"]))
