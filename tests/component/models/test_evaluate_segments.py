"""The segments suite: its JSON, its honesty about the unusual, and its measures."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import silhouette_samples

from powerlake.errors import PowerlakeError
from powerlake.loadcurve.days import to_lists
from powerlake.models import evaluate_segments as suite
from powerlake.models.segment_metrics import gain, mean_of, resamples, silhouettes, silhouettes_against
from powerlake.models.segment_views import views_of

PEAKS = (8.0, 13.5, 20.0)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"FOLD_REPEATS": 1, "FOLDS": 3, "BASELINE_FITS": 1, "PLAIN_STARTS": 2, "MANY_STARTS": 2}.items():
        monkeypatch.setattr(suite, name, value)
    monkeypatch.setattr("powerlake.customers.segment_search.HALVINGS", 2)
    monkeypatch.setattr("powerlake.models.segment_metrics.RESAMPLES", 10)


def curves(customers: int, days: int = 42, seed: int = 0) -> pa.Table:
    """Silver rows of households that peak at PEAKS in turn."""
    random = np.random.default_rng(seed)
    hour = np.arange(48) / 2
    peak = np.array(PEAKS)[np.arange(customers) % len(PEAKS), None] + random.normal(0, 0.4, (customers, 1))
    own = 0.1 + 0.5 * np.exp(-(((hour - peak) / 1.5) ** 2))
    kwh = np.repeat(own, days, axis=0) * random.gamma(8, 1 / 8, (customers * days, 48))
    return pa.table(
        {
            "meter_id": np.repeat([f"m{seed}-{number}" for number in range(customers)], days),
            "date": np.tile(np.datetime64("2023-01-02") + np.arange(days), customers),
            "kwh": to_lists(kwh.astype(np.float32)),
            "interval_minutes": np.full(len(kwh), 30, np.int16),
            "estimated_points": np.zeros(len(kwh), np.int16),
        }
    )


def test_the_result_is_the_agreed_json_and_planted_segments_are_perfectly_steady() -> None:
    result = suite.evaluate_segments(curves(24), seed=3)
    assert json.loads(json.dumps(result, allow_nan=False)) == result
    assert [result[name] for name in ("suite", "seed", "n_train", "n_test")] == ["segments", 3, 24, 0]
    metrics = result["metrics"]
    assert metrics["segments"]["value"] == len(PEAKS)
    assert metrics["stability"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert metrics["stability_held_out"]["value"] == 1.0
    assert metrics["silhouette"]["value"] > 0.7
    for name, found in metrics.items():
        assert found["low"] <= found["high"], name
    assert {"kmeans_mean_day_k5", "kmeans_mean_day_k5_best_of_2", "kmeans_mean_day_same_k"} == set(result["baselines"])
    for baseline in result["baselines"].values():
        assert {"silhouette", "stability", "silhouette_held_out", "stability_held_out"} <= set(baseline)


def test_with_a_test_set_its_customers_are_scored_by_the_fit_on_train() -> None:
    result = suite.evaluate_segments(curves(18), curves(9, seed=1))
    assert (result["n_train"], result["n_test"]) == (18, 9)
    assert "silhouette_held_out" not in result["metrics"]
    assert result["metrics"]["stability"]["value"] == 1.0
    assert result["metrics"]["silhouette_against_train"]["value"] > 0.6


def test_the_same_seed_gives_the_same_result() -> None:
    assert suite.evaluate_segments(curves(6), seed=5) == suite.evaluate_segments(curves(6), seed=5)


def test_too_few_customers_are_refused() -> None:
    with pytest.raises(PowerlakeError, match="fewer than 5 customers"):
        suite.evaluate_segments(curves(4))


def test_odd_and_even_weeks_share_no_day_and_name_the_same_customers() -> None:
    rows = curves(6, days=28)
    week = np.array([day.isocalendar().week for day in rows["date"].to_pylist()])
    kwh = rows["kwh"].combine_chunks().flatten().to_numpy().reshape(-1, 48).copy()
    kwh[week % 2 == 1, :24] = 0  # in odd weeks nothing before noon
    views = views_of(rows.set_column(2, "kwh", to_lists(kwh)), southern_hemisphere=False)
    assert {len(view) for view in views.values()} == {6}
    assert np.abs(views["odd"].mean_day[:, :24]).max() == 0
    assert views["even"].mean_day[:, :24].min() > 0


def test_a_customer_seen_in_odd_weeks_only_is_left_out_of_all_views() -> None:
    rows = curves(6, days=28)
    week = np.array([day.isocalendar().week for day in rows["date"].to_pylist()])
    is_gone = (rows["meter_id"].to_numpy() == "m0-2") & (week % 2 == 0)
    assert {len(view) for view in views_of(rows.filter(pa.array(~is_gone)), southern_hemisphere=False).values()} == {5}


def test_silhouettes_are_scikit_learns_over_the_counted_and_open_for_the_rest() -> None:
    random = np.random.default_rng(0)
    points, labels = random.normal(size=(30, 3)), random.integers(0, 3, 30)
    counted = labels > 0
    found = silhouettes(points, labels, counted)
    np.testing.assert_allclose(found[counted], silhouette_samples(points[counted], labels[counted]))
    assert np.isnan(found[~counted]).all()
    assert (silhouettes(points, np.zeros(30, int), np.ones(30, bool)) == 0).all()


def test_a_silhouette_against_others_compares_own_and_nearest_class() -> None:
    others, theirs = np.array([[0.0], [2.0], [10.0], [99.0]]), np.array([0, 0, 1, -1])
    points, labels = np.array([[1.0], [9.0], [5.0]]), np.array([0, 1, -1])
    found = silhouettes_against(points, labels, others, theirs)
    np.testing.assert_allclose(found[:2], [(9 - 1) / 9, (8 - 1) / 8])
    assert np.isnan(found[2])


def test_a_gain_is_paired() -> None:
    weights = resamples(50, seed=0)
    values = np.random.default_rng(0).normal(size=50)
    found = gain(mean_of(values + 1, weights), mean_of(values, weights))
    assert found["value"] == pytest.approx(1)
    assert found["high"] - found["low"] == pytest.approx(0, abs=1e-9)
