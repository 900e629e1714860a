"""The chance that two records are one customer, from the pattern of what agrees (Fellegi & Sunter 1969).

m is the chance that a column agrees in records of one customer, u in those of two; columns count as independent
within either. Both, and the share of pairs that are one customer, come by expectation–maximisation (Winkler 1988)
over patterns and their counts, so the work does not grow with the customers. Pairs that agree in no pseudonym are in
the counts of the population and are taken to be of two customers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.linkage.compared import AGREES, COMPARED, DIFFERS, PSEUDONYMS, WHO, Ints, Population, levels

METHOD_VERSION = "fellegi-sunter-1"
LINKED_FROM = 0.95
"""Chance from which two records are linked."""
EXPECTED_M = np.array([0.9] * len(PSEUDONYMS) + [0.95, 0.9, 0.2])
"""Chosen: what m is taken to be before anything is seen. Another account is seldom opened the same day."""
EXPECTED_WEIGHT = 5.0
"""Pairs that the expectation weighs as much as, so that a few links do not make m 0 or 1."""
LEAST_AGREEING = 0.5
"""Pairs of two customers that agree in a column, where none was seen."""
MOST_ROUNDS = 500
TOLERANCE = 1e-9

LINKS = pa.schema([("customer_id", pa.string()), ("other_id", pa.string()), ("probability", pa.float64()),
                   ("evidence", pa.list_(pa.string()))])  # fmt: skip
"""Two records of one customer, the chance that they are, and the columns that agree."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LinkModel:
    """m and u (columns,), and the share of all pairs that are one customer."""

    m: Floats
    u: Floats
    share: float

    def probability(self, pattern: Ints) -> Floats:
        """(patterns,) chance that a pair with the pattern is one customer."""
        level = levels(pattern)
        agreeing, differing = np.log(self.m / self.u), np.log((1 - self.m) / (1 - self.u))
        log_odds = np.log(self.share / (1 - self.share)) + (level == AGREES) @ agreeing + (level == DIFFERS) @ differing
        return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))


def fit(pattern: Ints, count: Ints, population: Population) -> LinkModel:
    """The model of candidate pairs: (patterns,) and how many pairs have each."""
    level = levels(pattern)
    agrees, is_known = level == AGREES, level >= DIFFERS
    model = LinkModel(EXPECTED_M, _shares(population.agreeing, population.known), _within(1.0, population.pairs))
    for _ in range(MOST_ROUNDS):
        expected = count * model.probability(pattern) * may_be_one(pattern)
        agreeing, known = expected @ agrees, expected @ is_known
        after = LinkModel(
            m=(agreeing + EXPECTED_WEIGHT * EXPECTED_M) / (known + EXPECTED_WEIGHT),
            u=_shares(population.agreeing - agreeing, population.known - known),
            share=_within(float(expected.sum()), population.pairs),
        )
        if np.allclose(after.m, model.m, rtol=0, atol=TOLERANCE) and abs(after.share / model.share - 1) < TOLERANCE:
            return after
        model = after
    return model


def links_of(pairs: pa.Table, model: LinkModel) -> pa.Table:
    """Rows of LINKS: those of PAIRS that are one customer with a chance of LINKED_FROM or more."""
    pattern = pairs["pattern"].to_numpy().astype(np.int64)
    probability = model.probability(pattern)
    linked = np.flatnonzero((probability >= LINKED_FROM) & may_be_one(pattern))
    row, column = np.nonzero(levels(pattern[linked]) == AGREES)
    offsets = np.searchsorted(row, np.arange(len(linked) + 1)).astype(np.int32)
    names = pa.array([name.removesuffix("_pseudonym") for name in COMPARED]).take(pa.array(column))
    return pairs.take(pa.array(linked)).select(["customer_id", "other_id"]).append_column(
        "probability", pa.array(probability[linked])
    ).append_column("evidence", pa.ListArray.from_arrays(offsets, names))  # fmt: skip


def may_be_one(pattern: Ints) -> npt.NDArray[np.bool_]:
    """(patterns,) False where nothing of WHO agrees.

    Members of a household share the rest, so its columns do not agree by chance, as the model would have it.
    """
    level = levels(pattern)
    return np.asarray((level[:, [COMPARED.index(name) for name in WHO]] == AGREES).any(axis=1))


def _shares(part: Floats, whole: Floats) -> Floats:
    """(columns,) inside (0, 1)."""
    return np.clip(np.maximum(part, LEAST_AGREEING) / np.maximum(whole, 1.0), 1e-12, 1 - 1e-6)


def _within(expected: float, pairs: float) -> float:
    return float(np.clip(expected, LEAST_AGREEING, max(pairs / 2, LEAST_AGREEING)) / max(pairs, 1.0 + LEAST_AGREEING))
