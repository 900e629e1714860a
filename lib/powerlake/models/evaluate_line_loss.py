"""The `line-loss` suite: reckoned losses of transformer areas against planted ones, technical and by theft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from powerlake.models.segment_metrics import Metric, metric, resamples

BASELINE = "feeder_mean"
PROTOCOL = (
    "gold.line_loss of every transformer area and month against the true technical and stolen energy: mean absolute "
    "error of the loss in kWh and of the loss rate, the median one of the rate, and the rank correlation of the "
    "unexplained loss with the stolen energy over areas; 95 % bootstrap interval over areas. feeder_mean: each area "
    "loses at the rate of all areas of its feeder together in that month. …_recorded_right: the same over the areas "
    "that no wrong record of a meter touches; one of a large meter makes two areas wrong, and no feeder's mean"
)

Floats = npt.NDArray[np.float64]


def evaluate_line_loss(rows: pd.DataFrame, seed: int) -> dict[str, Any]:
    """The suite's result. `rows`: gold.line_loss with `true_loss_kwh` and `true_technical_kwh` beside."""
    rows = rows[rows["supplied_kwh"] > 0].reset_index(drop=True)
    by_feeder = rows.groupby(["feeder_id", "month"])[["loss_kwh", "supplied_kwh"]].transform("sum")
    mean = by_feeder["loss_kwh"] / by_feeder["supplied_kwh"] * rows["supplied_kwh"]
    areas, of = np.unique(rows["transformer_id"], return_inverse=True)
    draws = resamples(len(areas), seed)
    return {
        "suite": "line-loss",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(rows),
        "n_test": 0,
        "metrics": {
            **_both(rows, rows["loss_kwh"], seed),
            "rank_of_stolen": _ranks(rows, rows["unexplained_kwh"], of, draws),
        },
        "baselines": {BASELINE: _both(rows, mean, seed)},
    }


def _both(rows: pd.DataFrame, loss: pd.Series, seed: int) -> dict[str, Metric]:
    """Errors over all areas, and over those whose meters are recorded right."""
    right = rows["is_recorded_right"].to_numpy(bool)
    of_right = _errors(rows[right], loss[right], seed) if right.any() else {}
    return {**_errors(rows, loss, seed), **{f"{name}_recorded_right": value for name, value in of_right.items()}}


def _errors(rows: pd.DataFrame, loss: pd.Series, seed: int) -> dict[str, Metric]:
    areas, of = np.unique(rows["transformer_id"], return_inverse=True)
    draws = resamples(len(areas), seed)
    error = (loss - rows["true_loss_kwh"]).abs().to_numpy(float)
    rate = error / rows["supplied_kwh"].to_numpy(float)
    return {
        "mae_kwh": _resampled(lambda those: float(error[those].mean()), of, draws),
        "mae_rate": _resampled(lambda those: float(rate[those].mean()), of, draws),
        "median_error_rate": _resampled(lambda those: float(np.median(rate[those])), of, draws),
    }


def _ranks(rows: pd.DataFrame, unexplained: pd.Series, of: npt.NDArray[np.intp], draws: Floats) -> Metric:
    """Spearman's correlation of an area's unexplained with its stolen energy, all months together."""
    stolen = (rows["true_loss_kwh"] - rows["true_technical_kwh"]).to_numpy(float)
    found, planted = np.bincount(of, unexplained.to_numpy(float)), np.bincount(of, stolen)
    area = np.arange(len(found))

    def correlation(those: npt.NDArray[np.intp]) -> float:
        ranks = [pd.Series(values[those]).rank().to_numpy(float) for values in (found, planted)]
        first, second = (rank - rank.mean() for rank in ranks)
        spread = float(np.sqrt((first @ first) * (second @ second)))
        return float(first @ second) / spread if spread > 0 else 0.0

    return _resampled(correlation, area, draws)


def _resampled(value: Callable[[npt.NDArray[np.intp]], float], of: npt.NDArray[np.intp], draws: Floats) -> Metric:
    """A value over all rows, with the interval of the resampled areas `of` the rows."""
    order = np.argsort(of, kind="stable")
    ends = np.cumsum(np.bincount(of))
    rows_of = np.split(order, ends[:-1])
    repeats = [
        value(np.concatenate([rows_of[area] for area in np.repeat(np.arange(len(ends)), draw.astype(int))]))
        for draw in draws
    ]
    return metric(value(np.arange(len(of))), np.array(repeats))
