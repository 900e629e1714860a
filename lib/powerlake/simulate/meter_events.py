"""What meters report of themselves, the feed metering/meter_events: much noise, and some of what befell them.

Most thieves cause no event and most events have an honest cause, so an event is a hint, no proof. Rates are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.simulate.meter_faults import MeterFaults
from powerlake.simulate.meters import Fleet
from powerlake.simulate.points import Points
from powerlake.simulate.theft import Theft
from powerlake.simulate.utility import Block, Bools, Ints, Utility

A_YEAR = {
    "cover_open": 0.03,
    "terminal_cover_open": 0.05,
    "magnetic_field": 0.015,
    "power_off": 1.2,
    "reverse_energy": 0.02,
    "phase_loss": 0.15,
    "voltage_unbalance": 0.2,
    "current_unbalance": 0.3,
    "clock_wrong": 0.05,
    "battery_low": 0.04,
    "memory_error": 0.01,
    "communication_lost": 0.8,
}
"""Events of a meter in a year without theft or fault; a power_on follows each power_off."""
THREE_PHASES_ONLY = ("phase_loss", "voltage_unbalance", "current_unbalance")
OF_THEFT = {
    "scaled": ("current_unbalance", "terminal_cover_open", "cover_open"),
    "off_hours": ("magnetic_field", "power_off", "terminal_cover_open"),
    "clipped": ("terminal_cover_open", "cover_open"),
    "subtracted": ("terminal_cover_open", "reverse_energy"),
}
"""Form → events that its beginning may cause."""
ELSE = ("cover_open", "memory_error")
"""Those of other forms, and of meters that do not know the event."""
THEFT_SHARE = 0.35
"""Spells of theft whose beginning causes an event."""
OF_FAULT = {
    "stuck": ("memory_error", "battery_low"),
    "slow": ("current_unbalance",),
    "dead": ("memory_error", "power_off"),
    "clock_shift": ("clock_wrong", "battery_low"),
    "lost_phase": ("phase_loss", "current_unbalance", "voltage_unbalance"),
    "spikes": ("memory_error",),
    "silent": ("communication_lost", "battery_low"),
}
FAULT_SHARE = 0.5
"""Faults that cause events, one to four while they last."""
MOMENT = 3
"""Days before and after the beginning of a theft in which its event lies."""
DETAIL_SHARE = 0.3
_DETAILS = ("seq {}", "terminal t{}", "count {}", "")


@dataclass(frozen=True)
class _Events:
    """Parallel arrays: place of the point in the block, seconds since the first midnight, code."""

    point: Ints
    second: Ints
    code: npt.NDArray[np.str_]


def event_rows(
    utility: Utility,
    block: Block,
    fleet: Fleet,
    points: Points,
    has_three_phases: Bools,
    theft: Theft,
    faults: MeterFaults,
) -> pa.Table:
    """Feed metering/meter_events, numbered as they came."""
    random = utility.rng("meter_events", block.number)
    happened = _joined(
        [
            _usual(utility, has_three_phases, random),
            _of_theft(theft, points, has_three_phases, random),
            _of_faults(faults, has_three_phases, random),
        ]
    )
    happened = _joined([happened, _power_on(happened, random)])
    order = np.lexsort((happened.point, happened.second))
    point, second, code = (column[order] for column in vars(happened).values())
    there = (second >= 0) & (second < utility.days * 86_400)
    point, second, code = point[there], second[there], code[there]
    meter = fleet.at(point, second // 86_400)
    stands = (fleet.point[meter] == point) & (fleet.from_day[meter] * 86_400 <= second)
    at = np.datetime64(utility.first_date, "s") + second
    table = pa.table(
        {
            "event_id": [f"E{block.number:05d}{number:06d}" for number in range(len(meter))],
            "meter_id": fleet.meter_id[meter],
            "occurred_at": at,
            "event_code": pa.array(code, pa.string()),
            "detail": pa.array(_details(len(meter), random), pa.string()),
        }
    )
    return table.filter(pa.array(stands))


def _power_on(events: _Events, random: np.random.Generator) -> _Events:
    """The return of supply after each power_off."""
    off = np.flatnonzero(events.code == "power_off")
    again = events.second[off] + 60 + random.exponential(5400, len(off)).astype(np.int64)
    return _Events(events.point[off], again, np.repeat("power_on", len(off)))


def _usual(utility: Utility, has_three_phases: Bools, random: np.random.Generator) -> _Events:
    n, parts = len(has_three_phases), []
    liveliness = random.lognormal(-0.3, 0.8, n)
    for code, rate in A_YEAR.items():
        can = has_three_phases if code in THREE_PHASES_ONLY else np.ones(n, bool)
        count = random.poisson(rate * utility.days / 365 * liveliness * can)
        point = np.repeat(np.arange(n), count)
        second = random.integers(0, utility.days * 86_400, len(point))
        parts.append(_Events(point, second, np.repeat(code, len(point))))
    return _joined(parts)


def _of_theft(theft: Theft, points: Points, has_three_phases: Bools, random: np.random.Generator) -> _Events:
    """For a part of the spells one event about the day they begin."""
    those = np.flatnonzero((random.random(len(theft.customer)) < THEFT_SHARE) & (theft.from_day > 0))
    point = points.of_customer[theft.customer]
    codes = [_code(OF_THEFT.get(theft.form[k], ELSE), has_three_phases[point[k]], random) for k in those]
    day = theft.from_day[those] + random.uniform(-MOMENT, MOMENT, len(those))
    return _Events(point[those], (day * 86_400).astype(np.int64), np.array(codes, str))


def _of_faults(faults: MeterFaults, has_three_phases: Bools, random: np.random.Generator) -> _Events:
    """For a part of the faults one to four events while they last."""
    tells = random.random(len(faults.point)) < FAULT_SHARE
    those = np.repeat(np.arange(len(tells)), np.where(tells, random.integers(1, 5, len(tells)), 0))
    codes = [_code(OF_FAULT[faults.form[k]], has_three_phases[faults.point[k]], random) for k in those]
    day = faults.from_day[those] + random.random(len(those)) * (faults.to_day - faults.from_day)[those]
    return _Events(faults.point[those], (day * 86_400).astype(np.int64), np.array(codes, str))


def _code(codes: tuple[str, ...], has_three_phases: bool, random: np.random.Generator) -> str:
    """One of the codes that a meter of so many phases knows."""
    known = [code for code in codes if has_three_phases or code not in THREE_PHASES_ONLY] or list(ELSE)
    return known[random.integers(len(known))]


def _details(count: int, random: np.random.Generator) -> list[str | None]:
    told, form = random.random(count) < DETAIL_SHARE, random.integers(0, len(_DETAILS), count)
    number = random.integers(1, 999, count)
    return [
        _DETAILS[which].format(value) or None if is_told else None
        for is_told, which, value in zip(told, form, number, strict=True)
    ]


def _joined(parts: list[_Events]) -> _Events:
    return _Events(
        np.concatenate([part.point for part in parts]),
        np.concatenate([part.second for part in parts]),
        np.concatenate([part.code for part in parts]),
    )
