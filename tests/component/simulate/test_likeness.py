"""Likeness: alike sets are found alike, and each difference is found."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from powerlake.errors import PowerlakeError
from powerlake.models import evaluate_likeness as suite
from powerlake.models.suites.likeness import real_curves, simulated_like
from powerlake.report.likeness_page import likeness_page
from powerlake.simulate import likeness
from powerlake.simulate.likeness import Curves, distributions, month_shapes, side_by_side

DATES = np.arange(np.datetime64("2024-03-01"), np.datetime64("2024-05-01"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "RESAMPLES", 8)
    monkeypatch.setattr(suite, "HALVINGS", 1)
    monkeypatch.setattr(likeness, "TREES", 6)


def households(customers: int, seed: int, *, shape: float = 0.6) -> Curves:
    random = np.random.default_rng(seed)
    level = random.lognormal(-1.5, 0.6, (customers, 1, 1))
    habit = 1 + 0.6 * np.sin(np.arange(48) / 48 * 2 * np.pi + random.normal(3.6, 0.3, (customers, 1, 1)))
    return Curves(level * habit * random.gamma(shape, 1 / shape, (customers, len(DATES), 48)), DATES)


def test_measures_of_curves_worked_out_by_hand() -> None:
    day = np.r_[np.zeros(24), np.full(24, 2.0)]
    kwh = np.tile(day, (1, len(DATES), 1))
    kwh[0, 3, 7] = np.nan
    found = distributions(Curves(kwh, DATES))

    assert found["load_factor_of_days"] == pytest.approx([0.5] * (len(DATES) - 1))
    assert found["zero_share_of_customers"] == pytest.approx([0.5], abs=0.001)
    assert found["autocorrelation_day"] == pytest.approx([1.0])
    assert found["autocorrelation_half_hour"] == pytest.approx([1 - 4 / 48], abs=0.003)
    assert found["weekend_to_weekday"] == pytest.approx([1.0], abs=0.01)


def test_scale_does_not_matter() -> None:
    first = households(6, 1)
    second = Curves(first.kwh * 7, first.dates)

    for one in side_by_side(first, second).values():
        assert one["simulated"] == pytest.approx(one["real"], rel=1e-6)
    assert month_shapes(first).features == pytest.approx(month_shapes(second).features, rel=1e-4, abs=1e-5)


def test_months_with_too_few_complete_days_are_left_out() -> None:
    curves = households(3, 1)
    curves.kwh[1, :20, 5] = np.nan

    assert month_shapes(curves).customer.tolist() == [0, 0, 1, 2, 2]


def test_alike_are_not_told_apart_and_others_are() -> None:
    real = households(20, 1)
    alike = suite.evaluate_likeness(households(20, 2), real)
    other = suite.evaluate_likeness(households(20, 3, shape=3.0), real)

    assert alike["metrics"]["auc"]["value"] < 0.7
    assert other["metrics"]["auc"]["value"] > 0.95
    assert other["metrics"]["ks_load_factor_of_days"]["value"] > 3 * alike["metrics"]["ks_load_factor_of_days"]["value"]
    assert alike["baselines"]["real_halves"]["auc"]["value"] < 0.75
    assert json.loads(json.dumps(alike)) == alike


def test_the_page_shows_both_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plotly.io._html.get_plotlyjs", lambda: "/* plotly */")
    simulated, real = households(12, 1), households(12, 2)
    result = suite.evaluate_likeness(simulated, real)
    page = likeness_page(result, simulated, real)

    assert f"<b>{result['metrics']['auc']['value']:.3f}</b>" in page
    assert all(name.replace("_", " ") in page for name in result["distributions"])
    assert "/* plotly */" in page
    assert 'src="http' not in page


def test_held_out_is_the_mean_over_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    def rows_of_simulated(first: likeness.Shapes, _second: likeness.Shapes, _seed: int) -> dict[str, float]:
        return dict.fromkeys(("value", "low", "high"), float(len(first.customer)))

    monkeypatch.setattr(suite, "auc", rows_of_simulated)
    real = households(10, 1)
    found = suite.evaluate_likeness(real, real, held_out=[(households(12, 2), real), (households(16, 3), real)])

    assert found["metrics"]["auc_held_out"]["value"] == 28


def test_too_few_customers_are_refused() -> None:
    with pytest.raises(PowerlakeError, match="fewer than 10 customers"):
        suite.evaluate_likeness(households(24, 1), households(9, 2))


def test_simulated_homes_have_the_real_ones_days_and_gaps() -> None:
    real = households(4, 1)
    real.kwh[2, 5, 6] = np.nan
    simulated = simulated_like(real, 1, southern=True)

    assert simulated.kwh.shape == (8, len(DATES), 48)
    assert np.isnan(simulated.kwh).sum() == 2
    assert np.isnan(simulated.kwh[[2, 6], 5, 6]).all()
    assert simulated.dates[0] == DATES[0] + 182
    watt_hours = simulated.kwh[0] * 1000
    assert watt_hours == pytest.approx(np.round(watt_hours))


def test_rows_become_customers_by_days() -> None:
    day = np.arange(48.0)
    rows = pa.table(
        {
            "meter_id": ["b", "a", "b"],
            "date": np.array(["2024-01-02", "2024-01-01", "2024-01-04"], "datetime64[D]"),
            "kwh": pa.array([day, day + 1, day + 2], pa.list_(pa.float32())),
        }
    )
    found = real_curves(rows)

    assert found.kwh.shape == (2, 4, 48)
    assert found.kwh[0, 1].tolist() == day.tolist()
    assert found.kwh[0, 3].tolist() == (day + 2).tolist()
    assert np.isnan(found.kwh[1, 1:]).all()
