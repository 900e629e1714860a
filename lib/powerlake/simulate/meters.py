"""The meters of a block: what stands at each point from when to when, and the feed metering/meters.

A meter is changed at midnight, its successor starts near zero. Most changes come by plan and some mend a fault, so a
change says little about the one that was taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.simulate.meter_faults import MeterFaults
from powerlake.simulate.points import Points
from powerlake.simulate.utility import KINDS, Block, Bools, Customers, Floats, Ints, Utility

CHANGED_SHARE = 0.02
"""Meters changed by plan in a year (type tests run out)."""
SUCCESSORS_FROM = 50_000_000
"""Numbers of meters that stand in for an earlier one start here; a utility has fewer customers."""
DIRECT_UP_TO_KW = 60.0
"""Contracted power above which current transformers are needed: about 100 A at 3 × 220 V."""
MULTIPLIERS = np.array([10, 15, 20, 30, 40, 60, 80, 100, 160, 200, 300, 400, 600])
"""Ratios of current transformers in use (of 5 A)."""
INTERVAL_MINUTES = {"residential": 30, "public_lighting": 60}
"""Of the load curve, by kind; 15 for other kinds."""
MAKERS = (("Heli", "HL-34"), ("Beichen", "DDZY-71"), ("Beichen", "DTZY-72"), ("Lanqi", "LQ-200"), ("Sunway", "SW3"))
"""Invented makers and types; which stands where is drawn."""


@dataclass(frozen=True)
class Fleet:
    """Meters, parallel arrays (m,): one or two at each point, the first ones first. `point` is its place in the block.

    Days are places in `Utility.dates`: the first at the point (below 0 before the start) and the day after the last,
    `Utility.days` while the meter stands. `first_kwh` is what the register showed at the start of the simulation or
    at installation.
    """

    meter_id: npt.NDArray[np.str_]
    point: Ints
    from_day: Ints
    to_day: Ints
    multiplier: Ints
    digits: Ints
    interval_minutes: Ints
    first_kwh: Floats

    def __len__(self) -> int:
        return len(self.meter_id)

    @property
    def shown_from(self) -> Ints:
        """First day of the simulation on which the meter stands."""
        return np.asarray(np.maximum(self.from_day, 0))

    def at(self, point: Ints, day: Ints) -> Ints:
        """Places of the meters that stand at points on days; there is one at most on any day."""
        stands = (self.point == point[:, None]) & (self.from_day <= day[:, None]) & (day[:, None] < self.to_day)
        return np.asarray(np.argmax(stands, axis=1))


def draw_fleet(
    utility: Utility, block: Block, customers: Customers, points: Points, has_three_phases: Bools, faults: MeterFaults
) -> Fleet:
    """The meters at the points, in the order of their numbers."""
    random = utility.rng("meters", block.number)
    n = len(customers)
    changed = _change_days(utility, points, faults, random)
    first, second = np.flatnonzero(points.exists), np.flatnonzero(points.exists & (changed < utility.days))
    point = np.concatenate([first, second])
    is_second = np.arange(len(point)) >= len(first)
    multiplier = _multipliers(customers.contracted_kw, has_three_phases)
    digits = np.where(multiplier > 1, 6, random.choice([4, 5, 6], n, p=[0.15, 0.55, 0.3]))
    age = random.integers(200, 12 * 365, n)
    come_days = np.where(points.from_day > 0, points.from_day, -age)
    counted = age * 24 * customers.mean_kw * random.uniform(0.7, 1.3, n) / multiplier
    is_new = is_second | (points.from_day > 0)[point]
    return Fleet(
        meter_id=np.array([f"M{value:08d}" for value in customers.number[point] + is_second * SUCCESSORS_FROM]),
        point=point,
        from_day=np.where(is_second, changed[point], come_days[point]),
        to_day=np.where(is_second, utility.days, changed[point]),
        multiplier=multiplier[point],
        digits=digits[point],
        interval_minutes=np.array([INTERVAL_MINUTES.get(kind, 15) for kind in KINDS])[customers.kind][point],
        first_kwh=np.where(is_new, random.uniform(0, 3, len(point)), (counted % 10.0**digits)[point]),
    )


def _change_days(utility: Utility, points: Points, faults: MeterFaults, random: np.random.Generator) -> Ints:
    """(n,) day the first meter is changed; `days` for never."""
    n = len(points.exists)
    by_plan = random.random(n) < CHANGED_SHARE * utility.days / 365
    room = np.maximum(utility.days - points.from_day - 2, 1)
    day = np.where(by_plan, points.from_day + 1 + (random.random(n) * room).astype(np.int64), utility.days)
    mended = faults.is_mended_by_change
    day[faults.point[mended]] = faults.to_day[mended]
    return np.asarray(np.minimum(day, utility.days))


def _multipliers(contracted_kw: Floats, has_three_phases: Bools) -> Ints:
    """(n,) the smallest current transformer that carries the contracted power; 1 without."""
    ratio = contracted_kw / (np.sqrt(3) * 0.38 * 0.9 * 5)
    fit = MULTIPLIERS[np.minimum(np.searchsorted(MULTIPLIERS, ratio), len(MULTIPLIERS) - 1)]
    return np.where(has_three_phases & (contracted_kw > DIRECT_UP_TO_KW), fit, 1)


def meter_rows(utility: Utility, block: Block, customers: Customers, has_three_phases: Bools, fleet: Fleet) -> pa.Table:
    """Feed metering/meters."""
    random = utility.rng("meter_plates", block.number)
    maker, model = (np.array(names) for names in zip(*MAKERS, strict=True))
    drawn = random.integers(0, len(MAKERS), len(fleet))
    three = np.where(has_three_phases[fleet.point], "three_phase", "single_phase")
    return pa.table(
        {
            "meter_id": fleet.meter_id,
            "point_id": np.array(customers.point_id)[fleet.point],
            "installed_date": utility.dates[0] + fleet.from_day,
            "removed_date": pa.array(utility.dates[0] + fleet.to_day, mask=fleet.to_day >= utility.days),
            "serial_number": [f"{value:012d}" for value in random.integers(0, 10**12, len(fleet))],
            "meter_kind": np.where(fleet.multiplier > 1, "transformer_operated", three),
            "multiplier": fleet.multiplier,
            "register_digits": fleet.digits,
            "interval_minutes": fleet.interval_minutes,
            "manufacturer": maker[drawn],
            "model": model[drawn],
        }
    )
