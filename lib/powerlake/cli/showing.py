"""`powerlake tables` and `status`: what there is, without Spark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from powerlake.cli import lacking
from powerlake.cli.output import as_json as json_text
from powerlake.cli.output import columns
from powerlake.lake.reader import Reader, TableState
from powerlake.pipeline.state import RunState, StateStore
from powerlake.project import find_project
from powerlake.quality.standing import BrokenRule, broken_rules
from powerlake.settings import load_settings
from powerlake.tables import TABLES, table
from powerlake.tables.model import Table

RUNS_SHOWN = 5
RULES_SHOWN = 20


@dataclass(frozen=True)
class Freshness:
    """A table as it stands, and whether that is fresh enough; `is_fresh` is None where nothing was promised."""

    state: TableState
    is_fresh: bool | None


def tables(name: str | None, *, as_json: bool) -> str:
    """The declared tables, or one of them with its columns. Raises UnknownTable."""
    if name is None:
        shown = list(TABLES.values())
        if as_json:
            return json_text([declaration(item) for item in shown])
        return columns(((item.name, len(item.columns), item.owner, item.grain) for item in shown),
                       ("table", "columns", "owner", "grain"))  # fmt: skip
    found = table(name)
    if as_json:
        return json_text(declaration(found))
    head = f"{found.name}: {found.comment}\n{found.grain}; key {', '.join(found.key)}; owner {found.owner}\n\n"
    rows = (
        (
            column.name,
            str(column.type),
            column.unit,
            "" if column.nullable else "never",
            column.pii.value,
            column.comment,
        )
        for column in found.columns
    )
    return head + columns(rows, ("column", "type", "unit", "null", "pii", "comment"))


def declaration(declared: Table) -> dict[str, object]:
    """A table's declaration in JSON's types."""
    return {
        "name": declared.name,
        "comment": declared.comment,
        "grain": declared.grain,
        "key": declared.key,
        "owner": declared.owner,
        "partitioned_by": declared.partitioned_by,
        "freshness_hours": declared.freshness_hours,
        "checks": dict(declared.checks),
        "columns": [
            {"name": column.name, "type": str(column.type), "unit": column.unit, "comment": column.comment,
             "pii": column.pii.value, "nullable": column.nullable}
            for column in declared.columns
        ],
    }  # fmt: skip


def status(env: str | None, *, as_json: bool) -> str:
    """The last runs, what they left out, every table as it stands, conflicts, quarantine by reason, broken rules."""
    home = load_settings(find_project(), env).home
    reader = Reader(home)
    runs = list(islice(StateStore(home).newest_first(), RUNS_SHOWN))
    standing = [_freshness(reader.state(name), datetime.now(UTC)) for name in reader.tables()]
    refused, disputed = list(lacking.quarantine(reader)), list(lacking.conflicts(reader))
    left_out, broken = list(lacking.left_out(runs)), broken_rules(reader.query)
    if as_json:
        return json_text({
            "home": home,
            "runs": [summary(run) for run in runs],
            "left_out": _named(lacking.LEFT_OUT_HEADS, left_out),
            "tables": [{**asdict(item.state), "is_fresh": item.is_fresh} for item in standing],
            "conflicts": _named(lacking.CONFLICT_HEADS, disputed),
            "quarantine": _named(lacking.QUARANTINE_HEADS, refused),
            "broken_rules": [asdict(rule) for rule in broken],
        })  # fmt: skip
    parts = (
        columns(map(_run_row, runs), ("run", "outcome", "jobs done", "did not end well")) if runs else "no run yet",
        columns(left_out, lacking.LEFT_OUT_HEADS) if left_out else "",
        columns(map(_table_row, standing), ("table", "version", "rows", "MB", "changed", "fresh")),
        columns(disputed, lacking.CONFLICT_HEADS) if disputed else "",
        columns(refused, lacking.QUARANTINE_HEADS) if refused else "nothing in quarantine",
        _told_broken(broken),
    )
    return "\n\n".join((f"home {home}", *filter(None, parts)))


def _named(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(heads, row, strict=True)) for row in rows]


def summary(state: RunState) -> dict[str, object]:
    """A run as a program is told of it."""
    return {
        "run_id": state.run_id,
        "pipeline": state.pipeline,
        "outcome": state.outcome,
        "created_at": state.created_at,
        "ended_at": state.ended_at,
        "start_date": state.window.start,
        "end_date": state.window.end,
        "jobs": [
            {"job": name, "outcome": job.outcome, "attempts": job.attempts, "seconds": job.seconds,
             "counts": job.counts, "note": job.note, "error": job.error}
            for name, job in state.jobs.items()
        ],
    }  # fmt: skip


def _freshness(state: TableState, now: datetime) -> Freshness:
    promised = table(state.name).freshness_hours
    return Freshness(state, None if promised is None else now - state.changed_at <= timedelta(hours=promised))


def _told_broken(rules: Sequence[BrokenRule]) -> str:
    """The rules that did not hold in the last run of each job, what stopped a table first; not all where many are."""
    if not rules:
        return "no broken rule on record"
    heads = ("did not hold", "rule", "outcome", "found", "judged")
    rows = [(rule.dataset, rule.rule, rule.outcome, rule.found, rule.checked_at) for rule in rules[:RULES_SHOWN]]
    more = len(rules) - len(rows)
    return columns(rows, heads) + (f"\nand {more} more; --json has them all" if more else "")


def _run_row(run: RunState) -> tuple[object, ...]:
    well = [name for name, job in run.jobs.items() if job.outcome in {"done", "unchanged", "left_out"}]
    badly = ", ".join(f"{name} {job.outcome}" for name, job in run.jobs.items() if name not in well)
    return run.run_id, run.outcome, f"{len(well)} of {len(run.jobs)}", badly


def _table_row(item: Freshness) -> tuple[object, ...]:
    state = item.state
    fresh = {True: "yes", False: "no", None: ""}[item.is_fresh]
    return state.name, state.version, state.rows, round(state.bytes / 1e6, 1), state.changed_at, fresh
