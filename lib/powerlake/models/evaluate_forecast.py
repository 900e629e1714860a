"""The `forecast` suite: months of the market forecast from each origin, beside the same month of the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from powerlake.errors import PowerlakeError
from powerlake.models.evaluate_market import MIN_CELLS
from powerlake.models.segment_metrics import Metric, fixed, metric, resamples

NAIVE, RAW = "seasonal_naive", "same_month_as_metered"
PROTOCOL = (
    "from every month on with two years before it, the next twelve months' mean day of each cell (region and sector) "
    "in normal weather as gold.market_model forecasts it, with weather fitted on days before alone, against what "
    "followed: mae as a share of the use that followed; coverage is the share of months inside the 80 % and 95 % "
    "intervals; skill = 1 − mae ÷ that of seasonal-naive, resampled in pairs; 95 % bootstrap intervals over cells, "
    f"each cell weighed by its use. {NAIVE}: the normal use of the same month of the year before; {RAW}: that month as "
    "metered. model_share is the share of forecasts by level and month, the others are seasonal-naive"
)

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecasts:
    """A forecast of a cell's month each, arrays (n,); `inside` (n, 2) of the 80 % and the 95 % interval."""

    cell: npt.NDArray[np.int64]
    actual: Doubles
    ours: Doubles
    naive: Doubles
    raw: Doubles
    inside: npt.NDArray[np.bool_]
    is_model: npt.NDArray[np.bool_]


def evaluate_forecast(made: Forecasts, seed: int) -> dict[str, Any]:
    """The suite's result. Raises PowerlakeError for fewer than MIN_CELLS cells with a forecast."""
    cells, cell = np.unique(made.cell, return_inverse=True)
    if len(cells) < MIN_CELLS:
        raise PowerlakeError(
            f"forecasts cannot be judged on fewer than {MIN_CELLS} cells with 25 months",
            remedy="simulate more days",
            cells=len(cells),
        )
    draws = np.vstack([np.ones(len(cells)), resamples(len(cells), seed)])[:, cell]
    use = draws @ made.actual
    errors = {
        name: draws @ np.abs(values - made.actual) / use
        for name, values in (("ours", made.ours), (NAIVE, made.naive), (RAW, made.raw))
    }
    bias = draws @ (made.ours - made.actual) / use
    count = draws.sum(axis=1)
    return {
        "suite": "forecast",
        "protocol": PROTOCOL,
        "seed": seed,
        "n_train": len(made.cell),
        "n_test": 0,
        "metrics": {
            "mae": _metric(errors["ours"]),
            "bias": _metric(bias),
            "skill_over_naive": _metric(1 - errors["ours"] / errors[NAIVE]),
            "coverage_80": _metric(draws @ made.inside[:, 0] / count),
            "coverage_95": _metric(draws @ made.inside[:, 1] / count),
            "model_share": fixed(float(made.is_model.mean())),
        },
        "baselines": {NAIVE: {"mae": _metric(errors[NAIVE])}, RAW: {"mae": _metric(errors[RAW])}},
    }


def _metric(drawn: Doubles) -> Metric:
    """The first is of all cells as they are, the others of the draws."""
    return metric(float(drawn[0]), drawn[1:])
