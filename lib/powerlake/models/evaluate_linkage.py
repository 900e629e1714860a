"""The `linkage` suite: which records the production code takes for one customer, against the pairs planted twice.

Linkage is fitted without the truth, so there is nothing to hold out. Whoever moved in after another at an address is
nobody's duplicate: `successors_linked` counts those who were taken for the one before.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.linkage.clusters import clusters_of
from powerlake.linkage.compared import PSEUDONYMS, blocked, candidate_pairs, distinct, population_of
from powerlake.linkage.fellegi_sunter import LINKED_FROM, fit, links_of
from powerlake.models.segment_metrics import Floats, Metric, fixed, resamples
from powerlake.models.shares import share_with

OURS = "powerlake"
BASELINES = {"same_id_number": "id_number_pseudonym", "same_phone": "phone_pseudonym"}
SPOILT_SHARE = 0.3
PROTOCOL = (
    f"pairs of records in one cluster of links of probability {LINKED_FROM} or more, fitted without the truth, "
    "against the pairs planted twice; 95 % interval over 1,000 bootstrap samples of the pairs found or planted. "
    "Planted pairs differ in one column at most; for the figures called spoilt, each of the pseudonyms of one of the "
    f"two has a value of its own with a chance of {SPOILT_SHARE:.0%} besides"
)

Pairs = set[frozenset[str]]


def evaluate_linkage(records: pa.Table, planted: Pairs, successors: Pairs, seed: int) -> dict[str, Any]:
    """The suite's result as one JSON object. `records` has the schema RECORDS; pairs are of customer numbers."""
    worse = spoilt(records, planted, seed)
    finders = {OURS: found_pairs} | {name: partial(pairs_with_same, column=of) for name, of in BASELINES.items()}
    measured = {}
    for name, find in finders.items():
        harder = scores(find(worse), planted, successors, seed)
        measured[name] = scores(find(records), planted, successors, seed) | {
            f"{figure}_spoilt": harder[figure] for figure in ("precision", "recall", "f1")
        }
    return {
        "suite": "linkage",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(records),
        "n_test": 0,
        "metrics": measured.pop(OURS),
        "baselines": measured,
    }


def spoilt(records: pa.Table, planted: Pairs, seed: int) -> pa.Table:
    """The records, those of one side of each planted pair with some values that nobody else has."""
    random = np.random.default_rng(seed)
    is_planted = pc.is_in(records["customer_id"], pa.array([max(pair) for pair in planted], pa.string())).to_numpy()
    for column in PSEUDONYMS:
        hit = is_planted & (random.random(len(records)) < SPOILT_SHARE)
        own = pa.array(-1 - np.arange(len(records)), mask=~hit)
        left = pc.if_else(pa.array(hit & records[column].is_valid().to_numpy()), own, records[column])
        records = records.set_column(records.column_names.index(column), column, left)
    return records


def found_pairs(records: pa.Table) -> Pairs:
    """Every pair of records that the production code puts into one cluster."""
    pairs = distinct(candidate_pairs(blocked(records)))
    pattern, count = np.unique(pairs["pattern"].to_numpy().astype(np.int64), return_counts=True)
    model = fit(pattern, count, population_of(records))
    clustered = clusters_of(links_of(pairs, model))
    return _pairs_within(clustered["customer_id"].to_pylist(), clustered["cluster"].to_pylist())


def pairs_with_same(records: pa.Table, column: str) -> Pairs:
    """Every pair of records with the same value there: what a person would look for by hand."""
    known = records.filter(pc.is_valid(records[column]))
    return _pairs_within(known["customer_id"].to_pylist(), known[column].to_pylist())


def scores(found: Pairs, planted: Pairs, successors: Pairs, seed: int) -> dict[str, Metric]:
    """Precision, recall and F1 of the found pairs with their intervals, and the successors among them."""
    every = sorted(found | planted, key=sorted)
    hit, is_found, is_planted = (
        np.array([pair in those for pair in every], float) for those in (found & planted, found, planted)
    )
    drawn = resamples(len(every), seed) if every else np.zeros((0, 0))
    whole = {"precision": is_found, "recall": is_planted, "f1": (is_found + is_planted) / 2}
    measured = {
        name: share_with(np.append(_share(hit.sum(), of.sum()), _share(drawn @ hit, drawn @ of)))
        for name, of in whole.items()
    }
    return measured | {"pairs_found": fixed(len(found)), "successors_linked": fixed(len(found & successors))}


def _share(part: Floats, whole: Floats) -> Floats:
    """Part by whole, NaN where the whole is nothing."""
    return np.asarray(np.where(whole > 0, part / np.maximum(whole, 0.5), np.nan))


def _pairs_within(ids: list[str], groups: list[object]) -> Pairs:
    members = defaultdict(list)
    for customer, group in zip(ids, groups, strict=True):
        members[group].append(customer)
    return {frozenset(pair) for those in members.values() for pair in combinations(those, 2)}
