"""Segments: planted ones are found again, the odd customer is left out, and few customers break nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from powerlake.customers.segment_search import MIN_SHARE, choose, nearest, partitions
from powerlake.customers.segments import (
    MAX_FIT_CUSTOMERS,
    MAX_UNUSUAL_SHARE,
    SHAPE_LIMIT,
    UNUSUAL,
    SegmentModel,
    fit_segments,
    misfit,
)
from powerlake.customers.shape_features import Shapes, daypart_features, shapes_of, smooth
from powerlake.customers.shapes import typical_shapes
from powerlake.customers.stability import adjusted_rand, month_stability

KINDS = ["morning", "daytime", "evening", "steady"]


def shapes_from(outlines: np.ndarray) -> Shapes:
    outlines = outlines / outlines.mean(axis=1, keepdims=True)
    return Shapes(daypart_features(outlines), smooth(outlines))


def planted(households, each: int, **options: object) -> tuple[Shapes, np.ndarray]:
    kinds = KINDS * each
    typical = typical_shapes(households(kinds, **options), southern_hemisphere=False)
    return shapes_of(typical), np.unique(kinds, return_inverse=True)[1]


def test_planted_segments_are_found_with_their_number(households) -> None:
    shapes, truth = planted(households, 10)
    model = fit_segments(shapes, seed=0)
    found = model.assign(shapes)
    assert len(model) == len(KINDS)
    assert adjusted_rand_score(truth, found.segment) == 1
    assert not found.is_unusual.any()
    assert (found.margin > 0.5).all()
    assert model.limit == SHAPE_LIMIT


def test_a_fit_does_not_depend_on_order_or_on_size_of_use(households) -> None:
    shapes, _ = planted(households, 6)
    order = np.random.default_rng(3).permutation(len(shapes))
    one, other = fit_segments(shapes, seed=0), fit_segments(shapes.take(order), seed=0)
    np.testing.assert_allclose(one.centres, other.centres, atol=1e-9)


def test_an_odd_household_is_unusual_and_has_no_segment_of_its_own(households) -> None:
    shapes, _ = planted(households, 8)
    odd = np.full((1, 48), 0.05)
    odd[0, 4:8] = 6.0  # a storage heater from 02:00 to 04:00
    lone = shapes_from(odd)
    together = Shapes(np.vstack([shapes.dayparts, lone.dayparts]), np.vstack([shapes.outlines, lone.outlines]))
    model = fit_segments(together, seed=0)
    found = model.assign(together)
    assert np.flatnonzero(found.is_unusual).tolist() == [len(shapes)]
    assert found.nearest[-1] >= 0
    assert found.distance[-1] > found.distance[:-1].max()
    assert np.bincount(found.segment[:-1]).min() >= MIN_SHARE * len(together)


def test_no_more_than_the_stated_share_is_unusual_however_mixed_the_customers() -> None:
    wild = shapes_from(np.random.default_rng(0).gamma(0.3, size=(60, 48)) + 0.01)
    model = fit_segments(wild, seed=0)
    assert model.limit > SHAPE_LIMIT
    assert model.assign(wild).is_unusual.mean() <= MAX_UNUSUAL_SHARE


@pytest.mark.parametrize("customers", [0, 1, 2, 5, 9])
def test_few_customers_make_at_most_one_segment(households, customers: int) -> None:
    shapes, _ = planted(households, 3)
    few = shapes.take(np.arange(customers))
    model = fit_segments(few, seed=0)
    found = model.assign(few)
    assert len(model) == min(customers, 1)
    assert np.isnan(found.margin).all()
    assert (found.segment == 0).all()


def test_identical_customers_make_one_segment() -> None:
    model = fit_segments(shapes_from(np.ones((40, 48))), seed=0)
    assert len(model) == 1


def test_a_customer_without_a_shape_is_unusual_without_distance(households) -> None:
    shapes, _ = planted(households, 4)
    shapes.dayparts[2], shapes.outlines[2] = np.nan, np.nan
    found = fit_segments(shapes, seed=0).assign(shapes)
    assert found.segment[2] == UNUSUAL
    assert found.nearest[2] == -1
    assert np.isnan(found.distance[2])
    assert np.isfinite(np.delete(found.distance, 2)).all()


def test_a_model_survives_json(households) -> None:
    shapes, _ = planted(households, 6)
    model = fit_segments(shapes, seed=0)
    again = SegmentModel.from_dict(json.loads(json.dumps(model.to_dict())))
    for field in ("segment", "distance", "margin"):
        np.testing.assert_array_equal(getattr(again.assign(shapes), field), getattr(model.assign(shapes), field))
    assert again.scores == model.scores
    with pytest.raises(ValueError, match="format 99"):
        SegmentModel.from_dict({**model.to_dict(), "format": 99})
    nobody = fit_segments(shapes.take(np.arange(0)), seed=0)
    assert len(SegmentModel.from_dict(json.loads(json.dumps(nobody.to_dict())))) == 0


def test_distance_and_margin_are_those_of_the_two_nearest_centres(households) -> None:
    shapes, _ = planted(households, 6)
    model = fit_segments(shapes, seed=0)
    found = model.assign(shapes)
    all_distances = np.linalg.norm(shapes.dayparts[:, None] - model.centres, axis=2)
    first, second = np.sort(all_distances, axis=1)[:, :2].T
    np.testing.assert_allclose(found.distance, first)
    np.testing.assert_allclose(found.margin, 1 - first / second)


def test_misfit_is_relative_to_the_segment() -> None:
    outline = np.full((1, 48), 1.0)
    assert misfit(outline * 2, outline)[0, 0] == pytest.approx(1)
    assert misfit(outline, outline * 2)[0, 0] == pytest.approx(0.25)


def test_the_walk_offers_every_number_of_segments_once() -> None:
    points = np.random.default_rng(0).normal(size=(80, 4))
    found = partitions(points, 8, 1)
    assert list(found) == list(range(1, 9))
    assert all(centres.shape == (k, 4) for k, centres in found.items())
    within = [nearest(points, centres)[1].min(axis=1).__pow__(2).sum() for centres in found.values()]
    assert (np.diff(within) < 0).all()


def test_lloyd_has_converged_every_centre_is_the_mean_of_its_members() -> None:
    points = np.random.default_rng(1).normal(size=(120, 4))
    for centres in partitions(points, 6, 1).values():
        labels = nearest(points, centres)[0]
        means = np.stack([points[labels == j].mean(axis=0) for j in range(len(centres))])
        np.testing.assert_allclose(means, centres, atol=1e-8)


def test_a_small_group_is_no_candidate_even_if_it_stands_out() -> None:
    random = np.random.default_rng(0)
    corners = np.eye(4)[np.arange(120) % 3] + random.normal(0, 0.05, (120, 4))
    corners[:2] = 5.0  # 2 of 120 customers
    segments, scores = choose(corners, len(corners), seed=0)
    assert segments >= 3
    assert min(score.smallest_share for score in scores) >= MIN_SHARE


def test_a_large_set_is_fitted_on_a_sample(households, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes, truth = planted(households, 15)
    monkeypatch.setattr("powerlake.customers.segments.MAX_FIT_CUSTOMERS", 40)
    model = fit_segments(shapes, seed=0)
    assert MAX_FIT_CUSTOMERS > 40
    assert adjusted_rand_score(truth, model.assign(shapes).segment) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 3)), min_size=2, max_size=40))
def test_adjusted_rand_is_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    first, second = np.array(pairs).T
    assert adjusted_rand(first, second)[0] == pytest.approx(adjusted_rand_score(first, second), abs=1e-9)


def test_adjusted_rand_of_a_resample_ignores_pairs_of_a_customer_with_itself() -> None:
    first, second = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 0, 2])
    twice_each = adjusted_rand(first, second, np.full((1, 5), 2.0))
    assert twice_each[0] == pytest.approx(adjusted_rand_score(first, second))


def test_months_are_held_against_the_customers_own_segment(households) -> None:
    curves = households(KINDS * 6, days=120)
    typical = typical_shapes(curves, southern_hemisphere=False)
    shapes = shapes_of(typical)
    model = fit_segments(shapes, seed=0)
    found = model.assign(shapes)
    stability, months = month_stability(model, typical, found)
    assert (months == 4).all()
    assert (stability == 1).all()
    other = type(found)(found.segment, (found.nearest + 1) % len(model), found.distance, found.margin)
    assert (month_stability(model, typical, other)[0] == 0).all()
