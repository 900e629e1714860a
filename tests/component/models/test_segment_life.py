"""The life of the segment model: what is too little to judge stops nothing, and no champion is lost to a bad line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import TEMPORARILY_UNAVAILABLE

from powerlake.customers.segments import fit_segments
from powerlake.customers.shape_features import shapes_of
from powerlake.customers.shapes import typical_shapes
from powerlake.loadcurve.days import to_lists
from powerlake.models import segment_life
from powerlake.models.evaluate_segments import BASELINE
from powerlake.models.segment_life import LEAST_CUSTOMERS, Judgement, is_due, judged
from powerlake.models.tracking import Fit, Registered, Registry


def curves(customers: int, days: int) -> pa.Table:
    """Silver rows of households that peak in the morning or in the evening in turn."""
    random = np.random.default_rng(0)
    peak = np.where(np.arange(customers) % 2, 8.0, 20.0)[:, None]
    own = 0.1 + 0.5 * np.exp(-(((np.arange(48) / 2 - peak) / 1.5) ** 2))
    kwh = np.repeat(own, days, axis=0) * random.gamma(8, 1 / 8, (customers * days, 48))
    return pa.table(
        {
            "meter_id": np.repeat([f"m{number}" for number in range(customers)], days),
            "date": np.tile(np.datetime64("2023-01-02") + np.arange(days), customers),
            "kwh": to_lists(kwh.astype(np.float32)),
            "interval_minutes": np.full(len(kwh), 30, np.int16),
            "estimated_points": np.zeros(len(kwh), np.int16),
        }
    )


def verdict(rows: pa.Table, *, has_champion: bool) -> Judgement:
    shapes = shapes_of(typical_shapes(rows, southern_hemisphere=False))
    challenger = fit_segments(shapes, 0)
    champion = Registered("1", {"segments": challenger.to_dict()}, {}, {}) if has_champion else None
    return judged(challenger, champion, shapes, rows, 0, south=False)


@pytest.mark.parametrize("has_champion", [False, True])
@pytest.mark.parametrize(
    ("customers", "days", "why"),
    [(LEAST_CUSTOMERS - 1, 28, "customers are too few"), (LEAST_CUSTOMERS, 10, "cannot be judged on fewer than 5")],
    ids=["few customers", "few days"],
)
def test_what_cannot_be_judged_scores_only_where_there_is_no_champion(customers, days, why, has_champion) -> None:
    """In ten days nobody has seven in odd and seven in even weeks."""
    found = verdict(curves(customers, days), has_champion=has_champion)
    assert found.may_score is not has_champion
    assert why in found.reason
    assert "won" not in found.reason
    assert found.metrics == {}


@pytest.mark.parametrize(("theirs", "may_score"), [(0.3, True), (0.5, False)])
def test_the_baseline_is_met_in_the_same_space(monkeypatch, theirs: float, may_score: bool) -> None:
    """Plain k-means has the lower silhouette among its 48 half hours; it counts among the four parts of the day."""
    ours = {"silhouette": 0.4, "silhouette_dayparts": 0.4, "stability": 0.9}
    plain = {"silhouette": 0.1, "silhouette_dayparts": theirs, "stability": 0.6}
    found, baseline = ({name: {"value": value} for name, value in of.items()} for of in (ours, plain))
    told = {"metrics": found, "baselines": {BASELINE: baseline}}
    monkeypatch.setattr(segment_life, "evaluate_segments", lambda *_, **__: told)
    assert verdict(curves(LEAST_CUSTOMERS, 14), has_champion=True).may_score is may_score


def test_a_fit_is_due_after_so_many_days_of_curves() -> None:
    last = Registered("1", {}, {}, {"as_of_date": "2024-03-01"})
    assert [is_due(last, date(2024, 3, day), 28) for day in (28, 29)] == [False, True]
    assert is_due(None, date(2024, 3, 1), 28)


def test_a_champion_is_none_before_the_first_and_stays_until_another_is_promoted(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    assert (registry.champion("segments"), registry.challenger("segments")) == (None, None)

    def fit(number: int) -> Fit:
        versions = {"silver.load_curves": 7}
        return Fit({"number": number}, {"k": 3}, {"silhouette": 0.5}, versions, ("level_night",), "# x")

    registry.register("segments", fit(1), promote=False)
    assert registry.champion("segments") is None, "the model is known, the alias is not"
    registry.register("segments", fit(2), promote=True)
    registry.register("segments", fit(3), promote=False)
    champion, challenger = registry.champion("segments"), registry.challenger("segments")
    assert champion is not None
    assert challenger is not None
    assert (champion.model, challenger.model) == ({"number": 2}, {"number": 3})
    assert champion.metrics == {"silhouette": 0.5}


def test_a_champion_that_cannot_be_asked_for_is_not_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a fit that did not win would be promoted in its place, as the first one is."""

    class Silent:
        def get_model_version_by_alias(self, name: str, alias: str) -> None:
            raise MlflowException("no answer", error_code=TEMPORARILY_UNAVAILABLE)

    monkeypatch.setattr(Registry, "_client", lambda self: Silent())
    with pytest.raises(MlflowException, match="no answer"):
        Registry(tmp_path).champion("segments")
