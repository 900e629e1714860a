"""The line-loss and topology suites: what is right scores so, and better than the baseline."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from powerlake.errors import PowerlakeError
from powerlake.models import segment_metrics
from powerlake.models.evaluate_line_loss import AS_RECORDED, EVERY_AREA, FEEDER_MEAN, evaluate_line_loss
from powerlake.models.evaluate_topology import LARGEST, RANDOM, evaluate_topology


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_metrics, "RESAMPLES", 20)


def losses() -> pd.DataFrame:
    """Two feeders of four areas over three months; reckoned 10 kWh too much, the last area of each wrongly recorded."""
    area, month = (grid.ravel() for grid in np.meshgrid(np.arange(8), np.arange(3), indexing="ij"))
    technical, stolen = 20.0 + 0 * area, np.where(area % 4 == 1, 200.0, 0.0)
    wrong = area % 4 == 3
    return pd.DataFrame(
        {
            "transformer_id": area.astype(str),
            "feeder_id": (area // 4).astype(str),
            "month": month.astype(str),
            "supplied_kwh": 1000.0,
            "loss_kwh": technical + stolen + 10 + 300 * wrong,
            "loss_rate": (technical + stolen + 10 + 300 * wrong) / 1000,
            "loss_if_moved_kwh": technical + stolen + 10 + 100 * wrong,
            "technical_kwh": technical,
            "unexplained_kwh": stolen + 10 + 100 * wrong,
            "suspect_meters": 1 * wrong,
            "is_outlier": (stolen > 0) | (wrong & (month == 0)),
            "true_loss_kwh": technical + stolen,
            "true_technical_kwh": technical,
            "stolen_kwh": stolen,
            "miscounted_kwh": 0.0,
            "is_recorded_right": ~wrong,
        }
    )


def test_errors_of_losses_are_those_of_their_areas() -> None:
    result = evaluate_line_loss(losses(), 0)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    found, baselines = result["metrics"], result["baselines"]
    assert found["mae_kwh"]["value"] == pytest.approx(10 + 100 / 4)
    assert baselines[AS_RECORDED]["mae_kwh"]["value"] == pytest.approx(10 + 300 / 4)
    assert found["mae_rate_recorded_right"] == pytest.approx({"value": 0.01, "low": 0.01, "high": 0.01})
    assert found["median_error_rate"]["value"] == pytest.approx(0.01)
    assert baselines[FEEDER_MEAN]["mae_rate_recorded_right"]["value"] > 0.08
    assert found["mae_kwh"]["low"] < found["mae_kwh"]["value"] < found["mae_kwh"]["high"]


def test_flags_are_counted_against_what_was_planted() -> None:
    """Of 24 area-months 6 have theft, all flagged; 2 more are flagged in areas of a wrong record."""
    result = evaluate_line_loss(losses(), 0)
    found = {name: metric["value"] for name, metric in result["metrics"].items()}
    assert found["flagged"] == pytest.approx(8 / 24)
    assert found["flag_precision"] == pytest.approx(6 / 8)
    assert (found["flag_precision_or_wrong_record"], found["flag_recall"], found["flag_recall_of_theft"]) == (1, 1, 1)
    assert (found["marked_precision"], found["marked_recall"]) == (1, 1)
    everything = result["baselines"][EVERY_AREA]
    assert everything["flag_precision"]["value"] == pytest.approx(6 / 24)


def test_of_nothing_planted_or_flagged_any_share_may_be() -> None:
    """Not that surely none is found."""
    nothing = losses().assign(stolen_kwh=0.0, is_recorded_right=True, is_outlier=False, suspect_meters=0)
    result = evaluate_line_loss(nothing, 0)
    of_nothing = ("flag_precision", "flag_recall", "flag_recall_of_theft", "marked_precision", "marked_recall")
    assert [result["metrics"][name] for name in of_nothing] == [{"value": 0, "low": 0, "high": 1}] * len(of_nothing)
    assert result["metrics"]["flagged"] == {"value": 0, "low": 0, "high": 0}


@pytest.mark.parametrize("digits", [9, 0], ids=["no ties", "ties"])
def test_scores_of_suspects_are_those_of_the_textbook(digits: int) -> None:
    random = np.random.default_rng(4)
    meters = [f"m{number}" for number in range(60)]
    wrong = pd.DataFrame({"meter_id": meters[:6], "true_transformer_id": "T1"})
    evidence = np.round(random.normal(0, 1, 60) + 2 * np.isin(np.arange(60), np.arange(6)), digits)
    suspects = pd.DataFrame(
        {
            "meter_id": meters,
            "evidence": evidence,
            "likely_transformer_id": ["T1", "T2"] * 30,
            "is_suspect": np.arange(60) < 8,
            "mean_kw": random.random(60),
        }
    )
    result = evaluate_topology(suspects, wrong, 0)
    found = {name: metric["value"] for name, metric in result["metrics"].items()}
    planted = np.arange(60) < 6
    assert found["auc"] == pytest.approx(roc_auc_score(planted, evidence))
    assert found["average_precision"] == pytest.approx(average_precision_score(planted, evidence))
    assert (found["precision"], found["recall"], found["right_transformer"]) == (6 / 8, 1, 1 / 2)
    assert set(result["baselines"]) == {RANDOM, LARGEST}
    assert result["metrics"]["auc"]["low"] <= found["auc"] <= result["metrics"]["auc"]["high"]
    assert evaluate_topology(suspects.iloc[::-1], wrong, 0)["metrics"]["auc"]["value"] == pytest.approx(found["auc"])
    with pytest.raises(PowerlakeError, match="0 of the 60 meters"):
        evaluate_topology(suspects, wrong.iloc[:0], 0)
