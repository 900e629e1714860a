"""The `dirt` suite: of each kind of planted dirt, where its rows end, and how many of them where they should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from powerlake.models.segment_metrics import fixed
from powerlake.models.shares import share_of

LOST = "lost"
UNCHANGED = "published as it came"
EXPECTED: Mapping[str, str] = {
    "full_width": "repaired: one form",
    "code_renamed": "repaired: alias",
    "wrong_unit": "repaired: unit",
    "date_form": "read: its own form",
    "dangling_key": "quarantined: dangling_",
    "unreadable": "quarantined: ",
    "duplicate_row": "dropped: duplicate",
    "duplicate_file": "dropped: same content",
    "late_row": "published: when it came",
    "correction": "published: the right value",
    "deletion": "withdrawn: deletion",
}
"""Kind of dirt → how the end begins that it should come to."""
PROTOCOL = (
    "every planted piece of dirt followed through the kernels of bronze and silver, landing first and then each later "
    "day: share that ends as it should, by kind, and pieces of which no row is left anywhere (lost); 95 % "
    "Clopper–Pearson intervals, as if pieces were independent, which those of one file or spell are not"
)


def evaluate_dirt(traced: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The suite's result. `traced` has a row a planted piece: feed, kind, end. Raises KeyError for an unknown kind."""
    expected = traced["kind"].map(EXPECTED.__getitem__)
    is_right = pd.Series([end.startswith(want) for end, want in zip(traced["end"], expected, strict=True)], dtype=bool)
    kinds = sorted(set(traced["kind"]))
    by_kind = {kind: is_right[(traced["kind"] == kind).to_numpy()] for kind in kinds}
    return {
        "suite": "dirt",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(traced),
        "n_test": 0,
        "metrics": {
            "lost": fixed(float((traced["end"] == LOST).sum())),
            **{f"as_expected_{kind}": share_of(int(right.sum()), len(right)) for kind, right in by_kind.items()},
        },
        "baselines": {},
        "tables": {"ends": _ends(traced)},
    }


def _ends(traced: pd.DataFrame) -> dict[str, Any]:
    """A row per kind and end; the kind is of load curves where it says so, for they have rules of their own."""
    of = traced["kind"] + traced["feed"].map(lambda feed: " (curves)" if feed.endswith("load_curves") else "")
    counts = traced.assign(of=of).groupby(["of", "kind", "end"]).size().reset_index(name="found")
    planted = counts.groupby("of")["found"].transform("sum")
    rows = [
        [row.of, EXPECTED[row.kind], int(whole), row.end, int(row.found)]
        for row, whole in zip(counts.itertuples(), planted, strict=True)
    ]
    return {"columns": ["kind", "should end", "planted", "ended", "found"], "rows": rows}
