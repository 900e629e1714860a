"""Three-line sensitivity and PAR: no engine offers them, so the rival is decoding and the kernel without an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from benchlib import tasks
from benchlib.contest import OURS, Contest, Contestant
from benchlib.site import Site
from benchlib.tasks import CLOCK, Part
from benchlib.works.common import FLOOR_ALL, check_close, floors, meter_parts, numbers, rows
from powerlake.loadcurve.meter_years import INPUT_COLUMNS, MeterYears, meter_hours
from powerlake.loadcurve.par import LAGS, REFERENCE_C
from powerlake.loadcurve.three_line import MIN_HOURS, break_places

SAMPLE = 5
"""Meters computed again one by one with a plain least-squares solver."""
TOLERANCE = 1e-6


def three_line(site: Site) -> Contest:
    """Three-line thermal sensitivity of each meter."""
    return _contest(site, "three_line", tasks.three_lines, _check_three_line)


def par(site: Site) -> Contest:
    """PAR daily profile of each meter."""
    return _contest(site, "par", tasks.profiles, _check_par)


def _contest(
    site: Site,
    name: str,
    work: Callable[[Part], str],
    check: Callable[[pa.Table, MeterYears, np.ndarray], None],
) -> Contest:
    def agree(results: Mapping[str, Any]) -> str:
        tables = {who: rows(result) for who, result in results.items()}
        check_close(tables, [c for c in tables[OURS].column_names if c != "meter_id"], 1e-9)
        years = meter_hours(tasks.read(site.silver_by_bucket()[0], INPUT_COLUMNS), CLOCK)
        check(tables[OURS], years, site.town.temperature_c)
        return f"{TOLERANCE:g} against numpy.linalg.lstsq, meter by meter, on {SAMPLE} meters"

    return Contest(
        name,
        {
            "three_line": "three lines through p10 and p90 of hourly use per 1 °C bin, each meter, written",
            "par": "PAR: 24 regressions of 3 lags and temperature, each meter, written",
        }[name],
        (
            Contestant(OURS, "ours", lambda t: site.spark(work, t), lambda: meter_parts(site, "ours")),
            *floors(site, work, meter_parts),
        ),
        agree,
        limit=1.5,
        against=FLOOR_ALL,
    )


def _sampled(table: pa.Table, years: MeterYears, column: str, width: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(what the kernel found, the meter's hours) of the first meters."""
    place = {meter: number for number, meter in enumerate(table["meter_id"].to_pylist())}
    found = numbers(table, column).reshape(len(table), -1, width)
    return [(found[place[meter]], years.kwh[n]) for n, meter in enumerate(years.meter_ids.to_pylist()[:SAMPLE])]


def _check_par(table: pa.Table, years: MeterYears, temperature_c: np.ndarray) -> None:
    for found, kwh in _sampled(table, years, "coefficients", LAGS + 2):
        for hour in range(24):
            use, warmth = kwh[:, hour].astype(float), temperature_c[:, hour] - REFERENCE_C
            lags = [use[LAGS - lag : -lag] for lag in range(1, LAGS + 1)]
            design = np.column_stack([np.ones(len(use) - LAGS), *lags, warmth[LAGS:]])
            expected = np.linalg.lstsq(design, use[LAGS:], rcond=None)[0]
            np.testing.assert_allclose(found[hour], expected, atol=TOLERANCE)


def _check_three_line(table: pa.Table, years: MeterYears, temperature_c: np.ndarray) -> None:
    for found, kwh in _sampled(table, years, "slopes", 3):
        for row, percentile in enumerate((0.1, 0.9)):
            expected = _searched_slopes(kwh.reshape(-1), temperature_c.reshape(-1), percentile)
            np.testing.assert_allclose(found[row], expected, atol=TOLERANCE)


def _searched_slopes(kwh: np.ndarray, temperature_c: np.ndarray, percentile: float) -> np.ndarray:
    bins, count = np.unique(np.floor(temperature_c), return_counts=True)
    t = bins[count >= MIN_HOURS] + 0.5
    y = np.array([np.quantile(kwh[np.floor(temperature_c) == c - 0.5].astype(float), percentile) for c in t])
    best, slopes = np.inf, np.zeros(3)
    for u, v in t[break_places(len(t))]:
        design = np.column_stack([np.ones_like(t), t, np.maximum(t - u, 0), np.maximum(t - v, 0)])
        coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
        error = ((design @ coefficients - y) ** 2).sum()
        if error < best:
            best, slopes = error, np.cumsum(coefficients[1:])
    return slopes
