"""The `clean` suite: how often a rule speaks where nothing is wrong, and how often where something was planted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from powerlake.models.segment_metrics import Metric
from powerlake.models.shares import share_of

LIMIT = 0.001
"""Share of false alarms that a rule may raise."""
LEAST = 0.5
"""Share of a planted fault's meters below which the rules mostly miss it."""
PROTOCOL = (
    "a utility without dirt, gaps, theft, faulty meters, wrong records and conflicts through the production kernels, "
    "so that whatever a rule does is a false alarm: rows refused or edited, days flagged, values changed, and rows of "
    "silver.conflicts, as a share of those looked at, each rule for itself; 95 % Clopper–Pearson intervals. "
    "rules_above_limit counts the rules above 0.1 %. A row that gave way to a change the department dated is no alarm. "
    "recall: of the meters in whose sound curves a fault was planted, one a meter and one fault at a time, those on "
    "which a rule that watches for it, or for impossible readings, spoke on that day or the two after as far as the "
    "fault lasts; faults_mostly_missed counts those found on less than half. spike: one interval at so many times the "
    "day's highest; step: so many times the day's highest more from some interval to midnight; day_times: the whole "
    "day so many times; dead: zeros from some interval for ten days; day_in_wh: the day's kWh as whole Wh"
)


@dataclass(frozen=True)
class Alarms:
    """What a rule did: where, whether it `refused`, `edited`, `flagged` or `told`, how often, out of how many."""

    where: str
    rule: str
    did: str
    count: int
    of: int


@dataclass(frozen=True)
class Found:
    """Of so many meters with a planted fault, those on which a rule that watches for it spoke."""

    fault: str
    count: int
    of: int


def evaluate_clean(alarms: Sequence[Alarms], found: Sequence[Found], seed: int) -> dict[str, Any]:
    """The suite's result. `alarms` has an item for each rule that spoke, and one of 0 for each place looked at."""
    looked = {(one.where, one.did, one.of) for one in alarms}
    totals = {}
    for did in dict.fromkeys(one.did for one in alarms):
        whole = sum(of for _, what, of in looked if what == did)
        totals[f"share_{did}"] = share_of(min(sum(one.count for one in alarms if one.did == did), whole), whole)
    spoke = [one for one in alarms if one.count]
    above = [one for one in spoke if one.count / one.of > LIMIT]
    recall = {f"recall_{one.fault}": share_of(one.count, one.of) for one in found}
    missed = [one for one in found if one.count < LEAST * one.of]
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
        "metrics": {**totals, "rules_above_limit": _number(above), **recall, "faults_mostly_missed": _number(missed)},
        "baselines": {},
        "tables": {"alarms": {"columns": ["where", "what", "rule", "count", "of", "share"], "rows": rows}},
    }


def _number(things: Sequence[object]) -> Metric:
    """How many there are: counted, so without a doubt."""
    return {name: float(len(things)) for name in ("value", "low", "high")}
