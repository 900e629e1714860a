"""Quantities that some things report in another unit for a while, told by what else the same row says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

UNIT = "unit"
"""Rule of `edits`: the value came in another unit."""

WATT_PER_KW = 1000.0
LEAST_RATIO, GREATEST_RATIO = 300.0, 3000.0
"""A power so many times V·I·cos φ was sent in W; one in kW agrees with it within a factor of 2."""
LEAST_KW = 0.02
"""Below it the currents are noise, and so is the ratio."""

PHASES = "abc"


def rescaled(feed: str, columns: Mapping[str, pa.Array]) -> dict[str, tuple[pa.Array, np.ndarray]]:
    """Column → its values in the contract's unit, and which rows were changed; of a feed without a rule, nothing."""
    rule = _RULES.get(feed)
    return rule(columns) if rule else {}


def _watt(columns: Mapping[str, pa.Array]) -> dict[str, tuple[pa.Array, np.ndarray]]:
    """Active power against the voltages, currents and power factor of the same row."""
    power = columns["active_power_kw"]
    apparent = np.sum([_numbers(columns[f"voltage_{p}_v"]) * _numbers(columns[f"current_{p}_a"]) for p in PHASES], 0)
    expected = np.abs(apparent * _numbers(columns["power_factor"])) / WATT_PER_KW
    ratio = np.abs(_numbers(power)) / np.maximum(expected, LEAST_KW)
    is_watt = (expected >= LEAST_KW) & (ratio >= LEAST_RATIO) & (ratio <= GREATEST_RATIO)
    return {"active_power_kw": (pc.if_else(pa.array(is_watt), pc.divide(power, WATT_PER_KW), power), is_watt)}


def _numbers(column: pa.Array) -> np.ndarray:
    """The values, 0 where null."""
    return np.asarray(pc.fill_null(column, 0.0))


_RULES: dict[str, Callable[[Mapping[str, pa.Array]], dict[str, tuple[pa.Array, np.ndarray]]]] = {
    "metering/terminal_telemetry": _watt
}
