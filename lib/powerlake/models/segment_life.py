"""When a segment model is fitted anew, whether it may become champion, and what MLflow keeps of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.metrics import silhouette_score

from powerlake.customers.daily_codes import Codebook
from powerlake.customers.segment_names import name_segments
from powerlake.customers.segments import SegmentModel
from powerlake.customers.shape_features import DAYPARTS, Shapes
from powerlake.models.evaluate_segments import BASELINE, TooFewCustomers, evaluate_segments
from powerlake.models.tracking import Fit, Registered

NAME = "segments"
TEST_SHARE = 0.2
LEAST_CUSTOMERS = 25
"""With fewer customers a held-out fifth says nothing, and the first fit is taken as it is."""
JUDGED_BY = ("silhouette_dayparts", "stability")
"""Both in one space: a silhouette in four dimensions is higher than in forty-eight whatever the segments."""


@dataclass(frozen=True)
class Judgement:
    """Whether a challenger may score, why, and its figures."""

    may_score: bool
    reason: str
    metrics: Mapping[str, float]


def is_due(last: Registered | None, as_of: date, refit_days: int) -> bool:
    """Whether a new fit is due: the curves have moved on by `refit_days` since the `last`, won or lost; or none was."""
    if last is None:
        return True
    return abs((as_of - date.fromisoformat(last.tags["as_of_date"])).days) >= refit_days


def judged(
    challenger: SegmentModel, champion: Registered | None, shapes: Shapes, curves: pa.Table, seed: int, *, south: bool
) -> Judgement:
    """Compare the method with the baseline on held-out customers, and the challenger with the champion on today's.

    `curves` are rows of silver.load_curves of a bounded sample of customers: a fifth of them is held out. Where these
    are too few, or have too few days, the first fit is taken as it is and a champion stays.
    """
    meters = curves["meter_id"].unique().to_numpy(zero_copy_only=False)
    if len(meters) < LEAST_CUSTOMERS:
        return Judgement(champion is None, f"{len(meters)} customers are too few to judge", {})
    held_out = np.random.default_rng(seed).choice(meters, round(len(meters) * TEST_SHARE), replace=False)
    is_test = pa.compute.is_in(curves["meter_id"], pa.array(held_out))
    train, test = curves.filter(pa.compute.invert(is_test)), curves.filter(is_test)
    try:
        result = evaluate_segments(train, test, seed, southern_hemisphere=south)
    except TooFewCustomers as error:
        return Judgement(champion is None, error.message, {})
    metrics = _flat(result)
    lost = [name for name in JUDGED_BY if metrics[name] < metrics[f"baseline_{name}"]]
    if champion is not None:
        metrics["silhouette_today"] = _spread(challenger, shapes)
        metrics["champion_silhouette_today"] = _spread(SegmentModel.from_dict(champion.model["segments"]), shapes)
        if metrics["silhouette_today"] < metrics["champion_silhouette_today"]:
            lost.append("silhouette_today")
    if lost:
        return Judgement(champion is None, f"did not win in {', '.join(lost)}", metrics)
    return Judgement(True, f"won against {BASELINE}" + (" and the champion" if champion else ""), metrics)


def _flat(result: Mapping[str, Any]) -> dict[str, float]:
    ours = {name: float(metric["value"]) for name, metric in result["metrics"].items()}
    baseline = {f"baseline_{name}": float(m["value"]) for name, m in result["baselines"][BASELINE].items()}
    return {name: value for name, value in (ours | baseline).items() if np.isfinite(value)}


def _spread(model: SegmentModel, shapes: Shapes) -> float:
    """Silhouette of today's customers as this model labels them; −1 where it knows fewer than two segments."""
    known = shapes.take(shapes.known)
    labels = model.assign(known).segment
    if not 2 <= len(np.unique(labels)) < len(labels):
        return -1.0
    return float(silhouette_score(known.dayparts, labels, sample_size=min(len(labels), 5000), random_state=0))


def fit_record(
    model: SegmentModel,
    codebook: Codebook,
    judgement: Judgement,
    as_of: date,
    customers: int,
    data_versions: Mapping[str, int],
    params: Mapping[str, Any],
) -> Fit:
    """What MLflow keeps of a fit."""
    return Fit(
        model={"segments": model.to_dict(), "codebook": codebook.to_dict()},
        params={**params, "as_of_date": str(as_of), "customers": customers, "k": len(model)},
        metrics=judgement.metrics,
        data_versions=data_versions,
        features=tuple(f"level_{part}" for part in DAYPARTS),
        card=_card(model, judgement, as_of, customers),
        tags={"as_of_date": str(as_of), "judgement": judgement.reason},
    )


def _card(model: SegmentModel, judgement: Judgement, as_of: date, customers: int) -> str:
    names = "\n".join(f"- {words.en} ({words.zh})" for words in name_segments(model))
    figures = "\n".join(f"| {name} | {value:.3f} |" for name, value in sorted(judgement.metrics.items()))
    return f"""# Load-shape segments

Puts a customer into one of {len(model)} segments by the level of its typical load at night, in the morning, in the
daytime and in the evening; customers far from all segments are `unusual`. Method and limits: docs/methods/segments.md.

Fitted on {customers} customers, curves to {as_of}. Verdict: {judgement.reason}.

{names}

Held-out customers (a fifth); `baseline_` is plain k-means on mean daily shapes:

| metric | value |
|---|---|
{figures}

Not for: judging a single day, or billing. A segment says when a customer uses energy, not how much or why.
"""
