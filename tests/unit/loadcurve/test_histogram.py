import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.loadcurve.histogram import BINS, histograms


def reference(readings: np.ndarray) -> np.ndarray:
    known = readings[~np.isnan(readings)].astype(np.float64)
    low, high = known.min(), known.max()
    edges = [low + k * (high - low) / BINS for k in range(BINS)]
    place = np.array([max(k for k in range(BINS) if value >= edges[k]) for value in known])
    return np.bincount(place, minlength=BINS)


def test_ten_equal_bins_by_hand():
    found = histograms(np.array([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]], dtype=np.float32))
    assert (found.low.item(), found.high.item()) == (0, 10)
    assert found.counts.tolist() == [[1, 1, 1, 1, 1, 1, 1, 1, 1, 3]]


def test_a_reading_that_float32_puts_below_the_edge_lies_below_it():
    """In single precision 0.7 is 0.69999999 and 0.9 is 0.89999998; 0.3 is 0.30000001."""
    tenths = np.linspace(0, 1, 11).round(1).astype(np.float32)
    assert histograms(tenths[None]).counts.tolist() == [reference(tenths).tolist()] == [[1, 1, 1, 1, 1, 1, 2, 0, 2, 1]]


def test_equal_readings_lie_in_the_last_bin():
    assert histograms(np.full((1, 7), 0.3, dtype=np.float32)).counts.tolist() == [[0] * 9 + [7]]


def test_a_meter_without_readings_has_no_counts():
    found = histograms(np.full((1, 7), np.nan, dtype=np.float32))
    assert np.isnan(found.low).all() and found.counts.sum() == 0


def test_no_readings_at_all():
    assert histograms(np.empty((2, 0), dtype=np.float32)).counts.tolist() == [[0] * BINS] * 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.just(np.nan), st.integers(0, 5000).map(lambda wh: wh / 1000)), min_size=1, max_size=80))
def test_edges_are_exact_for_readings_of_three_decimals(readings):
    kwh = np.array([readings], dtype=np.float32)
    if np.isnan(kwh).all():
        return
    assert histograms(kwh).counts[0].tolist() == reference(kwh[0]).tolist()


def test_many_meters_across_blocks():
    kwh = np.random.default_rng(1).gamma(1.0, 0.3, (40, 10_000)).round(3).astype(np.float32)
    found = histograms(kwh).counts
    for meter in (0, 29, 30, 39):
        edges = np.float64(kwh[meter].min()) + np.arange(BINS) * np.ptp(kwh[meter].astype(np.float64)) / BINS
        at_least = (kwh[meter].astype(np.float64)[:, None] >= edges).sum(axis=0)
        assert found[meter].tolist() == (at_least - np.append(at_least[1:], 0)).tolist()
