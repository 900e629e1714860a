"""What terminals and the control room measure: telemetry of transformers, load of transformers and of the line.

truth `losses`: transformer_id, month (first day), supplied_kwh into it, used_kwh by its customers (stolen energy too,
less what they fed in) and technical_loss_kwh; supplied = used + technical loss.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pyarrow as pa
from scipy.signal import lfilter

from powerlake.simulate.equipment import FEEDER_KV
from powerlake.simulate.flows import QUARTERS, QUARTERS_PER_HOUR, Flows, Singles, hourly
from powerlake.simulate.network import Network
from powerlake.simulate.rows import instants, rounded
from powerlake.simulate.utility import Bools, Dates, Floats, Ints, Utility

NOMINAL_HZ = 50.0
FREQUENCY_SD_HZ = 0.018
"""Standard deviation of a quarter-hour's frequency in a large grid; chosen well inside the 0.2 Hz of GB/T 15945."""
FREQUENCY_MEMORY = 0.6
"""Correlation of neighbouring quarters of an hour."""
LONG_DAYS = 200
"""Above so many days only some terminals report every quarter of an hour, the others every hour."""
QUARTER_HOUR_SHARE = 0.2
WITHOUT_SENSOR_SHARE = 0.3
"""Terminals that measure no temperature."""
LOST_SHARE, LOST_CELL_SHARE = 0.004, 0.002
SILENCES_PER_YEAR, SILENCE_HOURS = 4.0, 8.0
VOLTAGE_CLASS, CURRENT_CLASS = 0.002, 0.005
"""Standard deviation of a terminal's constant relative error."""


@lru_cache(maxsize=2)
def frequency(utility: Utility) -> Floats:
    """(quarters,) frequency in Hz, the same everywhere: a first-order autoregression about 50 Hz."""
    rng = utility.rng("frequency")
    step = FREQUENCY_SD_HZ * np.sqrt(1 - FREQUENCY_MEMORY**2)
    noise = rng.normal(0, step, utility.days * QUARTERS + 20)
    return np.asarray(NOMINAL_HZ + lfilter([1.0], [1.0, -FREQUENCY_MEMORY], noise)[20:])


def telemetry_rows(utility: Utility, network: Network, flows: Flows, oil_c: Floats, served: Bools) -> pa.Table:
    """Feed metering/terminal_telemetry. `oil_c` (k, hours); nothing comes in while a transformer is not `served`."""
    rng = utility.rng("telemetry", network.block.number)
    count = len(network.transformers)
    is_quick = (rng.random(count) < QUARTER_HOUR_SHARE) | (utility.days <= LONG_DAYS)
    is_kept = served & ~_silences(utility, rng, count) & (rng.random(served.shape) >= LOST_SHARE)
    is_kept &= is_quick[:, None] | (np.arange(served.shape[1]) % QUARTERS_PER_HOUR == 0)
    unit, quarter = np.nonzero(is_kept)
    size = len(unit)
    current = _currents(flows)
    errors = 1 + np.array([VOLTAGE_CLASS, CURRENT_CLASS])[:, None, None] * rng.normal(size=(2, count, 3))
    has_sensor = rng.random(count) >= WITHOUT_SENSOR_SHARE
    transformer_id = np.asarray(network.transformers.transformer_id)
    active, reactive = (values.sum(axis=1)[unit, quarter] for values in (flows.power_kw, flows.reactive_kvar))
    columns = {
        "terminal_id": np.char.replace(transformer_id, "T", "E")[unit],
        "asset_kind": pa.repeat(pa.scalar("transformer"), size),
        "asset_id": transformer_id[unit],
        "measured_at": instants(quarter_starts(utility)[quarter]),
    }
    for phase, name in enumerate("abc"):
        values = flows.voltage_v[unit, phase, quarter] * errors[0, unit, phase]
        columns[f"voltage_{name}_v"] = _with_gaps(rng, values, 1)
        columns[f"current_{name}_a"] = _with_gaps(rng, current[unit, phase, quarter] * errors[1, unit, phase], 2)
    columns["active_power_kw"] = _with_gaps(rng, active * errors[1, unit, 0], 3)
    columns["power_factor"] = _with_gaps(rng, np.abs(active) / np.maximum(np.hypot(active, reactive), 1e-6), 3)
    columns["frequency_hz"] = _with_gaps(rng, frequency(utility)[quarter] + rng.normal(0, 0.002, size), 3)
    warmth = oil_c[unit, quarter // QUARTERS_PER_HOUR] + rng.normal(0, 0.4, size)
    columns["temperature_c"] = _with_gaps(rng, np.where(has_sensor[unit], warmth, np.nan), 1)
    return pa.table(columns)


def feeder_load_rows(utility: Utility, network: Network, flows: Flows, oil_c: Floats) -> pa.Table:
    """Feed dispatch/feeder_load of a block: its transformers' high sides and the line, by the hour just ended."""
    supplied = hourly(flows.supplied_kw)
    reactive = hourly(flows.reactive_kvar.sum(axis=1))
    head = hourly(flows.head_kv)
    total = supplied.sum(axis=0) + hourly(flows.line_loss_kw)
    at_transformer = hourly(flows.high_kv)
    transformer_id = network.transformers.transformer_id
    parts = [
        load_rows(
            utility, "transformer", "high", name, supplied[place], reactive[place], at_transformer[place], oil_c[place]
        )
        for place, name in enumerate(transformer_id)
    ]
    is_on = total > 0
    line = load_rows(utility, "feeder", "all", network.block.feeder_id, total, reactive.sum(axis=0), head * is_on, None)
    return pa.concat_tables([*parts, line])


def load_rows(
    utility: Utility,
    kind: str,
    winding: str,
    name: str,
    active_kw: Floats,
    reactive_kvar: Floats,
    voltage_kv: Floats,
    oil_c: Floats | None,
) -> pa.Table:
    """Rows of dispatch/feeder_load of one asset from hourly means (hours,), measured at the end of the hour."""
    size = len(active_kw)
    ends = quarter_starts(utility)[::QUARTERS_PER_HOUR] + np.timedelta64(1, "h")
    current = np.hypot(active_kw, reactive_kvar) / (np.sqrt(3) * np.where(voltage_kv > 0, voltage_kv, FEEDER_KV))
    warmth = np.full(size, np.nan) if oil_c is None else oil_c
    return pa.table(
        {
            "asset_kind": pa.repeat(pa.scalar(kind), size),
            "asset_id": pa.repeat(pa.scalar(name), size),
            "winding": pa.repeat(pa.scalar(winding), size),
            "measured_at": instants(ends),
            "active_power_kw": rounded(active_kw, 2),
            "reactive_power_kvar": rounded(reactive_kvar, 2),
            "current_a": rounded(current, 2),
            "voltage_kv": rounded(voltage_kv, 3),
            "oil_temperature_c": rounded(warmth, 1),
        }
    )


def loss_truth(utility: Utility, network: Network, flows: Flows) -> pa.Table:
    """Truth `losses`."""
    months, starts = np.unique(utility.dates.astype("datetime64[M]"), return_index=True)
    count = len(network.transformers)

    def energy(power_kw: Singles) -> Floats:
        monthly = np.add.reduceat(power_kw.astype(float), starts * QUARTERS, axis=1) / QUARTERS_PER_HOUR
        return np.asarray(np.round(monthly, 3), float).ravel()

    return pa.table(
        {
            "transformer_id": np.repeat(network.transformers.transformer_id, len(months)),
            "month": pa.array(np.tile(months.astype("datetime64[D]"), count)),
            "supplied_kwh": energy(flows.supplied_kw),
            "used_kwh": energy(flows.power_kw.sum(axis=1)),
            "technical_loss_kwh": energy(flows.loss_kw),
        }
    )


def quarter_starts(utility: Utility) -> Dates:
    """(quarters,) local instants."""
    return np.asarray(utility.dates[0] + np.arange(utility.days * QUARTERS) * np.timedelta64(15, "m"))


def _currents(flows: Flows) -> Singles:
    """(k, 3, q) A."""
    volts = np.maximum(flows.voltage_v, 1.0)
    return np.asarray(np.hypot(flows.power_kw, flows.reactive_kvar) * 1000 / volts, np.float32)


def _silences(utility: Utility, rng: np.random.Generator, count: int) -> Bools:
    """(k, quarters) hours in which a terminal cannot be reached, whatever its transformer does."""
    silent = np.zeros((count, utility.days * QUARTERS), bool)
    for unit, times in enumerate(rng.poisson(SILENCES_PER_YEAR * utility.days / 365, count)):
        starts: Ints = rng.integers(0, silent.shape[1], times)
        lengths = (rng.exponential(SILENCE_HOURS * QUARTERS_PER_HOUR, times) + 1).astype(np.int64)
        for start, length in zip(starts, lengths, strict=True):
            silent[unit, start : start + length] = True
    return silent


def _with_gaps(rng: np.random.Generator, values: Floats, digits: int) -> pa.Array:
    """Cells, a few of them lost at random."""
    return rounded(np.where(rng.random(len(values)) < LOST_CELL_SHARE, np.nan, values), digits)
