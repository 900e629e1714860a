"""The `conflicts` suite: disagreements between departments found in silver.conflicts against those planted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from powerlake.models.shares import share_of
from powerlake.tables.feeds.survivorship import Conflict

NAMES = ["conflict", "entity_kind", "entity_id", "compared_column"]
PROTOCOL = (
    "rows of silver.conflicts of the folder's feeds, conformed and linked by the production code, against the planted "
    "ones: recall of each kind, precision of what was found, and false alarms as a share of the entities compared; "
    "95 % Clopper–Pearson intervals. A bill that differs from its contract because the contract's own tariff was "
    "planted unknown is a true disagreement, and counted with the kind it shows as. There is no baseline: nobody "
    "compares these by hand"
)


def evaluate_conflicts(
    found: pd.DataFrame, planted: pd.DataFrame, compared: Mapping[Conflict, int], seed: int
) -> dict[str, Any]:
    """The suite's result. Both frames have NAMES; `compared` counts the entities in question of each kind."""
    told, true = ({tuple(row) for row in frame[NAMES].to_numpy().tolist()} for frame in (found, planted))
    metrics, rows = {}, []
    for kind in Conflict:
        ours, theirs = ({row for row in those if row[0] == kind.value} for those in (told, true))
        hits = len(ours & theirs)
        metrics[f"recall_{kind.value}"] = share_of(hits, len(theirs))
        metrics[f"precision_{kind.value}"] = share_of(hits, len(ours))
        metrics[f"false_alarms_{kind.value}"] = share_of(len(ours - theirs), compared[kind])
        rows.append([kind.value, compared[kind], len(theirs), len(ours), hits, len(ours - theirs), len(theirs - ours)])
    columns = ["kind", "compared", "planted", "found", "right", "false alarms", "missed"]
    return {
        "suite": "conflicts",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": sum(compared.values()),
        "n_test": 0,
        "metrics": metrics,
        "baselines": {},
        "tables": {"conflicts": {"columns": columns, "rows": rows}},
    }
