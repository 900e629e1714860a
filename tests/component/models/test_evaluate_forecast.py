"""The forecast suite: errors, skill and coverage of forecasts whose errors are known."""

import json

import numpy as np
import pytest

from powerlake.errors import PowerlakeError
from powerlake.models import segment_metrics
from powerlake.models.evaluate_forecast import NAIVE, RAW, Forecasts, evaluate_forecast


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_metrics, "RESAMPLES", 20)


def forecasts(cells: int) -> Forecasts:
    """Of ten months a cell; ours 2 % too high, seasonal-naive 4 % too low, the month as metered 8 %."""
    cell = np.repeat(np.arange(cells), 10)
    actual = 100.0 + cell
    inside = np.column_stack([np.arange(len(cell)) % 10 < 8, np.ones(len(cell), bool)])
    return Forecasts(cell, actual, actual * 1.02, actual * 0.96, actual * 0.92, inside, np.arange(len(cell)) % 2 == 0)


def test_errors_are_shares_of_use_and_the_skill_is_over_seasonal_naive() -> None:
    result = evaluate_forecast(forecasts(12), 0)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    found = {name: metric["value"] for name, metric in result["metrics"].items()}
    assert found["mae"] == pytest.approx(0.02)
    assert found["bias"] == pytest.approx(0.02)
    assert found["skill_over_naive"] == pytest.approx(0.5)
    assert (found["coverage_80"], found["coverage_95"], found["model_share"]) == (0.8, 1, 0.5)
    assert result["baselines"][NAIVE]["mae"]["value"] == pytest.approx(0.04)
    assert result["baselines"][RAW]["mae"]["value"] == pytest.approx(0.08)


def test_a_few_cells_are_not_judged() -> None:
    with pytest.raises(PowerlakeError, match="fewer than 5 cells"):
        evaluate_forecast(forecasts(4), 0)
