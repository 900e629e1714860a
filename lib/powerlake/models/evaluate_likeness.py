"""The `likeness` suite: simulated households beside real ones.

Nothing here knows files or a session: curves in, numbers out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from powerlake.errors import PowerlakeError
from powerlake.models.segment_metrics import Metric, fixed, metric
from powerlake.simulate.likeness import FOLDS, MIN_DAYS, QUANTILES, Curves, Shapes, auc_of, side_by_side, tell_apart
from powerlake.simulate.likeness import month_shapes as shapes_of

RESAMPLES = 300
HALVINGS = 5
"""Random halves of the real customers told apart, for the baseline."""
MIN_CUSTOMERS = 10
BASELINE = "real_halves"
PROTOCOL = (
    "auc: gradient boosting tells simulated from real customer-months by scale-free features (daily measures of the "
    f"month and autocorrelations; months with {MIN_DAYS} complete days), out of fold, {FOLDS}-fold over customers; "
    "0.5 is alike, 1 apart; 95 % bootstrap over customers with predictions held fixed. auc_held_out: the same for "
    "homes drawn from what was fitted on one half of the households beside the other half, mean of both directions; "
    f"memories and other constants of the model were chosen on all. {BASELINE}: the same for {HALVINGS} random "
    "halvings of the real customers, mean. ks_: Kolmogorov–Smirnov distance of a distribution, 0 alike, 1 apart; "
    f"distributions: quantiles {QUANTILES} of both. Simulated are homes without solar roof, car and heat pump, with "
    "the real ones' gaps and 1 Wh of resolution, from half a year later where the real ones are in the south"
)


def evaluate_likeness(
    simulated: Curves, real: Curves, seed: int = 0, held_out: Sequence[tuple[Curves, Curves]] = ()
) -> dict[str, Any]:
    """The suite's result as one JSON object; `held_out` are pairs of simulated and real households.

    Raises PowerlakeError on fewer than MIN_CUSTOMERS on a side.
    """
    ours, theirs = shapes_of(simulated), shapes_of(real)
    fewest = min(len(np.unique(shapes.customer)) for shapes in (ours, theirs))
    if fewest < MIN_CUSTOMERS:
        raise PowerlakeError(
            f"likeness cannot be judged on fewer than {MIN_CUSTOMERS} customers with a month of {MIN_DAYS} complete "
            "days",
            remedy="give more readings",
            customers=fewest,
        )
    compared = side_by_side(simulated, real)
    return {
        "suite": "likeness",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(real.kwh),
        "n_test": 0,
        "metrics": {"auc": auc(ours, theirs, seed)}
        | _held_out(held_out, seed)
        | {f"ks_{name}": fixed(one["ks"]) for name, one in compared.items()},
        "baselines": {BASELINE: {"auc": _auc_of_halves(theirs, seed)}},
        "distributions": compared,
    }


def _held_out(pairs: Sequence[tuple[Curves, Curves]], seed: int) -> dict[str, Metric]:
    """The mean over pairs, where there are any with enough customers."""
    shapes = [(shapes_of(one), shapes_of(other)) for one, other in pairs]
    if not shapes or min(len(np.unique(each.customer)) for pair in shapes for each in pair) < MIN_CUSTOMERS:
        return {}
    return {"auc_held_out": _mean([auc(one, other, seed) for one, other in shapes])}


def auc(first: Shapes, second: Shapes, seed: int) -> Metric:
    """How well a classifier tells the two apart, with a 95 % interval over customers."""
    probability, is_first, customer = tell_apart(first, second, seed)
    customers, of = np.unique(customer, return_inverse=True)
    random = np.random.default_rng(seed)
    draws = random.multinomial(len(customers), np.full(len(customers), 1 / len(customers)), RESAMPLES)
    repeats = np.array([auc_of(probability, is_first, draw[of].astype(float)) for draw in draws])
    return metric(auc_of(probability, is_first), repeats)


def _auc_of_halves(shapes: Shapes, seed: int) -> Metric:
    """The mean over halvings of the real customers, of value and interval."""
    random = np.random.default_rng(seed)
    customers = np.unique(shapes.customer)
    found = []
    for halving in range(HALVINGS):
        half = np.isin(shapes.customer, random.permutation(customers)[: len(customers) // 2])
        found.append(auc(shapes.where(half), shapes.where(~half), seed + halving))
    return _mean(found)


def _mean(found: Sequence[Metric]) -> Metric:
    """Mean of values and of the ends of intervals."""
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}
