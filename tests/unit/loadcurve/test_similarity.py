import numpy as np
import pytest

from powerlake.loadcurve import similarity
from powerlake.loadcurve.similarity import NEIGHBOURS, candidates, most_similar, settled, tiles, unit_curves


def reference(kwh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs in double precision."""
    known = np.nan_to_num(kwh.astype(np.float64))
    lengths = np.linalg.norm(known, axis=1)
    cosine = (known @ known.T) / np.maximum(np.outer(lengths, lengths), 1e-300)
    np.fill_diagonal(cosine, -np.inf)
    order = np.argsort(-cosine, axis=1, kind="stable")[:, :NEIGHBOURS]
    return order, np.take_along_axis(cosine, order, axis=1)


def readings(meters: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).gamma(1.0, 0.3, (meters, 400)).round(3).astype(np.float32)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(similarity, "TILE", 32)


@pytest.mark.parametrize("meters", [11, 32, 33, 101])
def test_the_ten_are_those_of_double_precision(meters):
    kwh = readings(meters)
    found = most_similar(kwh)
    places, cosines = reference(kwh)
    np.testing.assert_array_equal(found.places, places)
    np.testing.assert_allclose(found.cosines, cosines, atol=1e-6)


def test_equal_meters_come_by_place():
    kwh = np.repeat(readings(2), [30, 20], axis=0)
    found = most_similar(kwh)
    assert found.places[0].tolist() == list(range(1, 11))
    assert found.places[5].tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert found.places[49].tolist() == list(range(30, 40))


def test_pairs_closer_than_single_precision_are_told_apart():
    """Thirty meters whose cosines with the first differ in the eighth digit."""
    base = readings(1)[0]
    kwh = np.tile(base, (31, 1))
    for meter in range(1, 31):
        kwh[meter, meter] += np.float32(0.002 * (31 - meter))
    places, _ = reference(kwh)
    np.testing.assert_array_equal(most_similar(kwh).places, places)


def test_tiles_shared_out_give_the_same():
    kwh = readings(101)
    unit, all_tiles = unit_curves(kwh), tiles(101)
    shared = settled(kwh, [candidates(unit, all_tiles[::2]), candidates(unit, all_tiles[1::2])])
    np.testing.assert_array_equal(shared.places, most_similar(kwh).places)


def test_unknown_readings_count_as_nothing():
    kwh = readings(20)
    kwh[3, ::5] = np.nan
    np.testing.assert_array_equal(most_similar(kwh).places, reference(kwh)[0])


def test_a_meter_without_use_is_like_none():
    kwh = readings(15)
    kwh[4] = 0
    found = most_similar(kwh)
    assert (found.cosines[4] == 0).all()
    assert found.places[4].tolist() == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("meters", [0, 1, 4])
def test_fewer_than_ten_others(meters):
    found = most_similar(readings(meters))
    assert found.places.shape == (meters, NEIGHBOURS)
    assert (found.places[:, max(meters - 1, 0) :] == -1).all()
    assert (found.places[:, : max(meters - 1, 0)] >= 0).all()
