import numpy as np
import pytest

from powerlake.errors import PowerlakeError
from powerlake.models.evaluate_market import BASELINE, Growths, evaluate_market


def growths(cells: int, error: float) -> Growths:
    random = np.random.default_rng(0)
    planted = random.normal(0.04, 0.03, 3 * cells)
    off = random.normal(0, 1, 3 * cells)
    return Growths(np.repeat(np.arange(cells), 3), planted, planted + error * off, planted + 0.04 * off, off**2)


def test_the_nearer_growth_has_the_smaller_error_and_the_gain_says_by_how_much():
    result = evaluate_market(growths(30, 0.01), 0)
    ours, raw = result["metrics"]["mae"]["value"], result["baselines"][BASELINE]["mae"]["value"]
    assert raw == pytest.approx(4 * ours)
    assert result["metrics"]["gain"]["value"] == pytest.approx(raw - ours)
    assert result["metrics"]["gain"]["low"] > 0


def test_no_difference_is_no_gain():
    gain = evaluate_market(growths(30, 0.04), 0)["metrics"]["gain"]
    assert (gain["low"], gain["high"]) == (0, 0)


def test_a_few_cells_are_not_judged():
    with pytest.raises(PowerlakeError, match="fewer than 5 cells"):
        evaluate_market(growths(4, 0.01), 0)
