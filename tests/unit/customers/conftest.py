"""Households with planted shapes, as rows of silver.load_curves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from powerlake.loadcurve.days import to_lists

Floats = npt.NDArray[np.float64]
FIRST_DAY = np.datetime64("2023-01-02")  # a Monday
PEAK_AT = {"morning": 8.0, "daytime": 13.5, "evening": 20.0, "steady": None}

CurvesOf = Callable[..., pa.Table]


def planted_shape(kind: str, points: int = 48) -> Floats:
    """(points,) a day with a peak at the kind's hour, mean 1."""
    hour = (np.arange(points) + 0.5) * 24 / points
    peak = PEAK_AT[kind]
    bump = np.zeros(points) if peak is None else 3 * np.exp(-(((hour - peak) / 1.5) ** 2))
    shape = 0.5 + bump
    return shape / shape.mean()


def silver(kwh: Floats, meters: int, **columns: object) -> pa.Table:
    """Rows of silver.load_curves of `meters` × the same days: kwh (meters × days, points)."""
    days = len(kwh) // meters
    given = {
        "meter_id": np.repeat([f"m{number:03d}" for number in range(meters)], days),
        "date": np.tile(FIRST_DAY + np.arange(days), meters),
        "kwh": to_lists(kwh.astype(np.float32)),
        "interval_minutes": np.full(len(kwh), 1440 // kwh.shape[1], np.int16),
        "estimated_points": np.zeros(len(kwh), np.int16),
    } | columns
    return pa.table({name: pa.array(values) for name, values in given.items()})


@pytest.fixture
def households() -> CurvesOf:
    """A function: kinds of households, days and seed → curves with some noise, sizes from 4 to 20 kWh a day."""

    def curves(kinds: list[str], days: int = 28, seed: int = 0, points: int = 48) -> pa.Table:
        random = np.random.default_rng(seed)
        shapes = np.stack([planted_shape(kind, points) for kind in kinds]) / points
        own = shapes * random.normal(1, 0.05, shapes.shape) * random.uniform(4, 20, (len(kinds), 1))
        kwh = np.repeat(own, days, axis=0) * random.gamma(20, 1 / 20, (len(kinds) * days, points))
        return silver(kwh, len(kinds))

    return curves
