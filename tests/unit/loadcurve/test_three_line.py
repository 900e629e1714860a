import numpy as np
import pytest

from powerlake.loadcurve.three_line import MIN_HOURS, break_places, percentiles_by_temperature, three_lines

HOURS = 3000


@pytest.fixture(scope="module")
def temperature() -> np.ndarray:
    rng = np.random.default_rng(5)
    return rng.uniform(-3, 27, HOURS).round(1)


@pytest.fixture(scope="module")
def use(temperature) -> np.ndarray:
    """Three meters that heat below about 8 °C and cool above about 20 °C, with noise."""
    rng = np.random.default_rng(6)
    heating = rng.uniform(0, 0.2, (3, 1)) * np.maximum(8 - temperature, 0)
    cooling = rng.uniform(0, 0.2, (3, 1)) * np.maximum(temperature - 20, 0)
    kwh = (0.3 + heating + cooling) * rng.uniform(0.5, 1.5, (3, HOURS))
    return kwh.round(3).astype(np.float32)


def reference(kwh: np.ndarray, temperature: np.ndarray, percentile: float):
    """One meter and percentile with a plain least-squares solver and a loop over the break points."""
    bins = np.floor(temperature)
    is_known = ~np.isnan(kwh) & ~np.isnan(temperature)
    centres = [b + 0.5 for b in np.unique(bins[~np.isnan(bins)]) if (is_known & (bins == b)).sum() >= MIN_HOURS]
    t = np.array(centres)
    y = np.array([np.quantile(kwh[is_known & (bins == c - 0.5)].astype(np.float64), percentile) for c in centres])
    best = (np.inf, None, None)
    for u, v in t[break_places(len(t))]:
        design = np.column_stack([np.ones_like(t), t, np.maximum(t - u, 0), np.maximum(t - v, 0)])
        coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
        error = ((design @ coefficients - y) ** 2).sum()
        if error < best[0]:
            best = (error, (u, v), coefficients)
    return best[1], best[2]


def agrees(fits, meter: int, kwh: np.ndarray, temperature: np.ndarray) -> None:
    for which, percentile in enumerate((0.1, 0.9)):
        breaks, (constant, slope, first, second) = reference(kwh[meter], temperature, percentile)
        np.testing.assert_allclose(fits.breaks[meter, which], breaks)
        expected = [slope, slope + first, slope + first + second]
        np.testing.assert_allclose(fits.slopes[meter, which], expected, atol=1e-6)
        u, v = breaks
        at_u = constant + slope * u
        np.testing.assert_allclose(fits.values[meter, which, 1:3], [at_u, at_u + (slope + first) * (v - u)], atol=1e-6)


def test_every_meter_equals_a_plain_least_squares_search(use, temperature):
    fits = three_lines(use, temperature)
    for meter in range(len(use)):
        agrees(fits, meter, use, temperature)


def test_meters_with_gaps_and_other_bins_too(use, temperature):
    kwh = use.copy()
    kwh[1, temperature > 24] = np.nan
    kwh[2, ::7] = np.nan
    warmth = temperature.copy()
    warmth[::11] = np.nan
    fits = three_lines(kwh, warmth)
    assert fits.bins[1] < fits.bins[0]
    for meter in range(3):
        agrees(fits, meter, kwh, warmth)


def test_planted_lines_are_found_again():
    temperature = np.repeat(np.arange(-5, 30) + 0.5, MIN_HOURS)
    kwh = 0.5 + 0.2 * np.maximum(9.5 - temperature, 0) + 0.1 * np.maximum(temperature - 21.5, 0)
    fits = three_lines(kwh[None].astype(np.float32), temperature)
    np.testing.assert_allclose(fits.breaks[0], [[9.5, 21.5]] * 2)
    np.testing.assert_allclose([fits.heating_per_c[0], fits.cooling_per_c[0]], [0.2, 0.1], atol=1e-6)
    np.testing.assert_allclose(fits.base_load, 0.5, atol=1e-6)


def test_percentiles_are_linear_between_neighbours():
    temperature = np.full(MIN_HOURS, 3.2)
    kwh = np.arange(MIN_HOURS, dtype=np.float32)[None]
    centres, percentiles = percentiles_by_temperature(kwh, temperature)
    assert centres.tolist() == [3.5]
    np.testing.assert_allclose(percentiles[0, :, 0], np.quantile(kwh[0], [0.1, 0.9]))


def test_too_few_bins_give_no_lines():
    temperature = np.repeat([1.0, 2.0, 3.0], MIN_HOURS)
    fits = three_lines(np.ones((2, 3 * MIN_HOURS), dtype=np.float32), temperature)
    assert fits.bins.tolist() == [3, 3]
    assert np.isnan(fits.slopes).all() and np.isnan(fits.base_load).all()


def test_break_points_leave_room_for_three_lines():
    assert break_places(7).tolist() == [[2, 4]]
    assert break_places(8).tolist() == [[2, 4], [2, 5], [3, 5]]
