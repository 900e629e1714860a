"""The `clean` suite: how often a rule speaks where nothing is wrong, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from powerlake.models.shares import share_of

LIMIT = 0.001
"""Share of false alarms that a rule may raise."""
PROTOCOL = (
    "a utility without dirt, gaps, theft, faulty meters, wrong records and conflicts through the production kernels, "
    "so that whatever a rule does is a false alarm: rows refused or edited, days flagged, values changed, and rows of "
    "silver.conflicts, as a share of those looked at, each rule for itself; 95 % Clopper–Pearson intervals. "
    "rules_above_limit counts the rules above 0.1 %"
)


@dataclass(frozen=True)
class Alarms:
    """What a rule did: where, whether it `refused`, `edited`, `flagged` or `told`, how often, out of how many."""

    where: str
    rule: str
    did: str
    count: int
    of: int


def evaluate_clean(alarms: Sequence[Alarms], seed: int) -> dict[str, Any]:
    """The suite's result. `alarms` has an item for each rule that spoke, and one of 0 for each place looked at."""
    looked = {(one.where, one.did, one.of) for one in alarms}
    totals = {}
    for did in dict.fromkeys(one.did for one in alarms):
        whole = sum(of for _, what, of in looked if what == did)
        totals[f"share_{did}"] = share_of(min(sum(one.count for one in alarms if one.did == did), whole), whole)
    spoke = [one for one in alarms if one.count]
    above = [one for one in spoke if one.count / one.of > LIMIT]
    rows = [
        [one.where, one.did, one.rule, one.count, one.of, f"{one.count / one.of:.3%}"]
        for one in sorted(spoke, key=lambda one: -one.count / one.of)
    ]
    return {
        "suite": "clean",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": sum(of for _, _, of in looked),
        "n_test": 0,
        "metrics": {**totals, "rules_above_limit": {name: float(len(above)) for name in ("value", "low", "high")}},
        "baselines": {},
        "tables": {"alarms": {"columns": ["where", "what", "rule", "count", "of", "share"], "rows": rows}},
    }
