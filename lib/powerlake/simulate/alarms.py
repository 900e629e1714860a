"""Alarms of assets: growing defects raise them ever more often, so do heavy load and weather; some mean nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from powerlake.simulate.faults import History
from powerlake.simulate.hazards import Assets, Exposure, daily
from powerlake.simulate.outages import Outages
from powerlake.simulate.rows import at_second, ids, instants
from powerlake.simulate.utility import Dates, Floats, Ints, Utility

TRANSIENTS_PER_FAILURE = 12.0
"""Earth faults that clear by themselves, for each that does not (overhead lines, textbook order of magnitude)."""
CLEARED_HOURS = 3.0
"""Median time an alarm stands."""
STANDING_SHARE = 0.03
"""Alarms nobody ever cleared."""
HEAVY_LOADING, HOT_OIL_C, LOW_VOLTAGE_V = 1.1, 80.0, 198.0
"""Warning points of a transformer; chosen, the last is the least that GB/T 12325 allows at 220 V."""


@dataclass(frozen=True)
class Signal:
    """An alarm an asset of a kind can raise, with rates a day."""

    code: str
    kind: str
    severity: str
    message: str
    false_rate: float
    at_full_severity: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """With a defect of severity 1, by DEFECTS; with the square of severity below."""


SIGNALS = (
    Signal("GAS_RELAY", "transformer", "critical", "轻瓦斯动作", 4e-4, (0.05, 0.25, 0.15, 0.0)),
    Signal("PARTIAL_DISCHARGE", "transformer", "warning", "局部放电超限", 2e-3, (0.5, 0.25, 0.02, 0.02)),
    Signal("OIL_TEMPERATURE", "transformer", "warning", "顶层油温高", 1e-3, (0.0, 0.05, 0.4, 0.05)),
    Signal("OVERLOAD", "transformer", "warning", "变压器重载", 5e-4),
    Signal("VOLTAGE_LOW", "transformer", "warning", "低压侧电压越下限", 1e-3, (0.0, 0.0, 0.05, 0.05)),
    Signal("COMMS_LOST", "transformer", "info", "终端通信中断", 8e-3),
    Signal("SPRING_NOT_CHARGED", "switchgear", "warning", "弹簧未储能", 2e-3, (0.0, 0.0, 0.0, 0.5)),
    Signal("GAS_PRESSURE_LOW", "switchgear", "warning", "SF6 gas pressure low", 1e-3, (0.15, 0.25, 0.0, 0.15)),
    Signal("PARTIAL_DISCHARGE", "switchgear", "warning", "局部放电超限", 2e-3, (0.5, 0.25, 0.02, 0.0)),
    Signal("CONTACT_HOT", "switchgear", "warning", "触头温度高", 1e-3, (0.0, 0.1, 0.5, 0.02)),
    Signal("COMMS_LOST", "switchgear", "info", "终端通信中断", 8e-3),
    Signal("EARTH_FAULT_TRANSIENT", "feeder", "warning", "瞬时接地", 3e-3, (0.35, 0.3, 0.1, 0.2)),
    Signal("OVERCURRENT", "feeder", "warning", "过流告警", 2e-3, (0.02, 0.15, 0.2, 0.1)),
    Signal("RECLOSED", "feeder", "info", "重合闸成功", 2e-3, (0.05, 0.2, 0.1, 0.15)),
)
TRIP = Signal("TRIP", "", "critical", "保护跳闸", 0.0)
"""Raised when supply goes, seconds after the failure."""


def alarm_rows(
    utility: Utility,
    group: int,
    assets: Assets,
    history: History,
    exposure: Exposure,
    outages: Outages,
    conditions: dict[str, Floats],
) -> pa.Table:
    """Feed dispatch/alarms of a `group` of assets. `conditions` are rates by code, (k, days), of `load_conditions`."""
    rng = utility.rng("alarms", group)
    asset, signal, raised = _precursors(utility, rng, assets, history, exposure, conditions)
    real = ~outages.is_planned
    trips = int(real.sum())
    asset = np.concatenate([asset, outages.asset[real]])
    signal = np.concatenate([signal, np.full(trips, len(SIGNALS))])
    raised = np.concatenate([raised, outages.started[real] + rng.integers(0, 5, trips).astype("timedelta64[s]")])
    order = np.lexsort((asset, raised))
    return _rows(utility, group, rng, assets, asset[order], signal[order], raised[order])


def load_conditions(loading: Floats, oil_c: Floats, voltage_v: Floats) -> dict[str, Floats]:
    """(k, days) expected alarms of load, heat and voltage, from hourly values (k, hours)."""
    bad = {
        "OVERLOAD": loading > HEAVY_LOADING,
        "OIL_TEMPERATURE": oil_c > HOT_OIL_C,
        "VOLTAGE_LOW": voltage_v < LOW_VOLTAGE_V,
    }
    return {code: np.minimum(daily(hours.astype(float)).sum(axis=-1) / 2, 2.0) * 0.3 for code, hours in bad.items()}


def _precursors(
    utility: Utility,
    rng: np.random.Generator,
    assets: Assets,
    history: History,
    exposure: Exposure,
    conditions: dict[str, Floats],
) -> tuple[Ints, Ints, Dates]:
    """(m,) asset, place in SIGNALS, and when."""
    shape = history.failed.shape
    rates = np.zeros((len(SIGNALS), *shape))
    for place, signal in enumerate(SIGNALS):
        at_full = np.array([*signal.at_full_severity, 0.0])[history.defect]
        rates[place] = (assets.kind == signal.kind)[:, None] * (signal.false_rate + at_full * history.severity**2)
        if signal.kind == "transformer" and signal.code in conditions:
            rates[place, : len(conditions[signal.code])] += conditions[signal.code]
        if signal.code == "EARTH_FAULT_TRANSIENT":
            outside = exposure.failures.sum(axis=0)
            rates[place] += TRANSIENTS_PER_FAILURE * (assets.kind == signal.kind)[:, None] * outside
    count = rng.poisson(rates)
    signal_place, asset, day = (np.repeat(axis, count[np.nonzero(count)]) for axis in np.nonzero(count))
    return asset, signal_place, at_second(utility, rng, day, rng.integers(0, 24, len(day)))


def _rows(
    utility: Utility,
    group: int,
    rng: np.random.Generator,
    assets: Assets,
    asset: Ints,
    signal: Ints,
    raised: Dates,
) -> pa.Table:
    size = len(asset)
    known = [*SIGNALS, TRIP]
    stands = (CLEARED_HOURS * 3600 * rng.lognormal(0, 1.1, size)).astype("timedelta64[s]")
    cleared = raised + stands
    is_standing = (rng.random(size) < STANDING_SHARE) | (cleared >= utility.dates[-1] + 1)
    return pa.table(
        {
            "alarm_id": ids(rng, "A", group, size),
            "asset_kind": assets.kind[asset],
            "asset_id": assets.asset_id[asset],
            "raised_at": instants(raised),
            "cleared_at": instants(cleared, missing=is_standing),
            "alarm_code": np.array([item.code for item in known])[signal],
            "severity": np.array([item.severity for item in known])[signal],
            "message": np.array([item.message for item in known])[signal],
        }
    )
