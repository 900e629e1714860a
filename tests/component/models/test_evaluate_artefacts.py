"""The artefacts suite: chance is called chance, an artefact is found, and only within a stratum."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from powerlake.models import evaluate_artefacts as suite
from powerlake.models.evaluate_artefacts import CONTROL, Question, auc_found, auc_within, evaluate_artefacts


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TREES": 10, "RESAMPLES": 5}.items():
        monkeypatch.setattr(suite, name, value)


def question(seed: int = 0, count: int = 300) -> Question:
    """Nothing tells the planted from the rest."""
    random = np.random.default_rng(seed)
    return Question(
        random.random((count, 4)), random.random(count) < 0.2, random.integers(0, 2, count), np.arange(count) // 2
    )


def test_chance_is_called_chance_and_an_artefact_is_found() -> None:
    result = evaluate_artefacts({"theft": question(), "rare": question(count=12)}, seed=1)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert set(result["metrics"]) == {"auc_theft"}, "too few planted things are not judged"
    found, control = result["metrics"]["auc_theft"], result["baselines"][CONTROL]["auc_theft"]
    assert found["low"] < 0.5 < found["high"]
    assert control["low"] > 0.6


def test_a_number_that_tells_is_found() -> None:
    asked = question()
    features = asked.features.copy()
    features[:, 2] += asked.is_planted * 0.4
    assert auc_found(replace(asked, features=features), 0)["low"] > 0.6


def test_what_only_tells_the_stratum_is_no_artefact() -> None:
    asked = question()
    often = np.where(asked.stratum == 1, 0.5, 0.1)
    planted = np.random.default_rng(5).random(len(often)) < often
    features = np.column_stack([asked.stratum, asked.features])
    found = auc_found(replace(asked, features=features.astype(float), is_planted=planted), 0)
    assert found["low"] < 0.5 < found["high"]


def test_the_area_is_that_of_the_textbook_with_ties() -> None:
    asked = replace(question(count=80), stratum=np.zeros(80, np.int64))
    score = np.round(np.random.default_rng(2).random(80), 1)
    assert auc_within(score, asked) == pytest.approx(roc_auc_score(asked.is_planted, score))
    assert np.isnan(auc_within(score, replace(asked, is_planted=np.zeros(80, bool))))
