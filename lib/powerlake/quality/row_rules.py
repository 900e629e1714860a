"""The rules of single rows, judged by what conforming and typing have split off already: no pass over the data."""

from __future__ import annotations

from collections.abc import Mapping

from powerlake.quality.judged import Judged
from powerlake.tables.conform import KEYED_LAYERS
from powerlake.tables.model import Table


def judged_rows(table: Table, published: int, refused: Mapping[str, int]) -> tuple[Judged, ...]:
    """Each declared rule of a row, held or not, then each other reason for which rows were refused.

    `published` rows fit; `refused` are those in quarantine by reason. A row stands under the first rule it breaks.
    Of reasons that are not of the declaration (a cell that could not be read) the rows looked at are not known here.
    """
    declared = _declared(table)
    checked = published + sum(refused.get(rule, 0) for rule in declared)
    rules = [_judged(table, rule, kind, checked, refused.get(rule, 0)) for rule, kind in declared.items()]
    others = sorted(reason for reason in refused if reason not in declared)
    return (*rules, *(_judged(table, reason, "refusal", None, refused[reason]) for reason in others))


def _declared(table: Table) -> dict[str, str]:
    """The names of the table's row rules, as `conform` knows them, and the kind of each."""
    rules = {f"{column.name}_missing": "not_null" for column in table.columns if not column.nullable}
    rules |= dict.fromkeys(table.checks, "check")
    return rules | ({"key_repeated": "key"} if table.layer in KEYED_LAYERS else {})


def _judged(table: Table, rule: str, kind: str, checked: int | None, failing: int) -> Judged:
    found = f"{failing:,} row{'s' if failing > 1 else ''} went to quarantine" if failing else ""
    outcome = "warned" if failing else "held"
    return Judged(table.name, rule, kind, "row", checked, failing, None, None, None, outcome, found)  # type: ignore[arg-type]
