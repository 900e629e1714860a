"""A block's supply tree: which transformer and phase each customer hangs on, along what feeder, behind which switches.

The truth and the records of asset management differ for about one meter in a hundred. `topology_rows` tells both, for
the meters that stand at the customers' points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from powerlake.simulate.customers import draw_moves
from powerlake.simulate.equipment import (
    Feeder,
    Names,
    Switchgear,
    Transformers,
    draw_feeder,
    draw_switchgear,
    draw_transformers,
)
from powerlake.simulate.utility import KINDS, Block, Bools, Customers, Floats, Ints, Made, Utility

PHASES = ("A", "B", "C", "ABC")
"""Values of topology.phase; arrays hold the place in this tuple."""
THREE_PHASE = 3

TRANSFORMERS_PER_FEEDER = (4, 8)
"""Fewest and most; chosen for 250 customers."""
THREE_PHASE_FROM_KW = 8.0
"""Contracted power from which a customer is connected to three phases: 8 kW at 220 V is about 40 A."""
WRONG_RECORD_SHARE = 0.01
"""Meters recorded on a transformer that does not feed them; chosen."""
RECONFIGURATION_CHANCE = 0.6
"""Per feeder-year, that a part of one transformer's customers is laid over to another; chosen."""
RECONFIGURED_SHARE = (0.1, 0.4)
"""Share of the transformer's customers that is laid over; chosen."""
DAYS_PER_YEAR = 365.25

_AREA_CONCENTRATION = 4.0
_PEAK_PER_MEAN = {
    "residential": 2.6,
    "shop": 2.4,
    "office": 2.8,
    "industry": 1.9,
    "agriculture": 18.0,
    "public_lighting": 2.1,
}
"""Yearly peak of a group of customers of a kind ÷ its mean power, by which a planner sizes a transformer; chosen.

Farms' is that of pumps that run for some weeks of the year."""

_HEAT_PUMP_FACTOR = 1.8
"""By how much more a customer's peak stands above the mean with a heat pump; chosen."""


@dataclass(frozen=True)
class Network:
    """What feeds the customers of a block: arrays (n,) over customers, and the equipment."""

    block: Block
    transformer: Ints
    """Place among `transformers` of the one that truly feeds the customer at the start."""
    moved_to: Ints
    """The one that feeds the customer from `move_day`; the same where nothing moves."""
    move_day: Ints
    """Place in `Utility.dates` of the reconfiguration; `Utility.days` for never."""
    recorded: Ints
    """The one the records name at the start. A wrong record stays wrong; others follow the reconfiguration."""
    phase: Ints
    """Place in PHASES."""
    transformers: Transformers
    switchgear: Switchgear
    feeder: Feeder

    @cached_property
    def is_recorded_wrong(self) -> Bools:
        """(n,) whether the records name a transformer that does not feed the customer."""
        return np.asarray(self.recorded != self.transformer)

    def weights(self, day: int) -> Floats:
        """(transformers, 3, n) the share of each customer's power that each transformer's phases carry on `day`."""
        place = np.where(day >= self.move_day, self.moved_to, self.transformer)
        on = (place == np.arange(len(self.transformers))[:, None]).astype(float)
        share = np.where(self.phase == THREE_PHASE, 1 / 3, self.phase == np.arange(3)[:, None])
        return np.asarray(on[:, None, :] * share[None, :, :])


def draw_network(utility: Utility, block: Block, customers: Customers) -> Network:
    """The network of a block: transformers fit to their customers, most of them."""
    rng = utility.rng("network", block.number)
    count = min(int(rng.integers(TRANSFORMERS_PER_FEEDER[0], TRANSFORMERS_PER_FEEDER[1] + 1)), len(customers))
    transformer = _areas(rng, customers, count)
    moves = draw_moves(utility, block, customers.kind)
    transformer[moves.came] = transformer[moves.left]
    moved_to, move_day = _reconfiguration(rng, utility, transformer, count)
    area_kw = np.maximum(_planned_kw(customers, transformer, count), _planned_kw(customers, moved_to, count))
    feeder = draw_feeder(utility, block, float(area_kw.sum()))
    return Network(
        block=block,
        transformer=transformer,
        moved_to=moved_to,
        move_day=move_day,
        recorded=_records(rng, transformer, move_day < utility.days, count, utility.soil),
        phase=np.where(customers.contracted_kw >= THREE_PHASE_FROM_KW, THREE_PHASE, rng.integers(0, 3, len(customers))),
        transformers=draw_transformers(utility, block, area_kw, feeder),
        switchgear=draw_switchgear(utility, block),
        feeder=feeder,
    )


def topology_rows(
    utility: Utility, network: Network, customer: Ints, meter_id: list[str], from_day: Ints, to_day: Ints
) -> Made:
    """Feed assets/topology of meters, and truth `topology_errors`.

    Arrays (m,) over meters, not customers, for a replaced meter has a successor at the same point. `customer` is the
    place in the block of who is there, `from_day` the first day at the point as a place in `Utility.dates` (less than
    0 before the start), `to_day` the day after the last; `Utility.days` while the meter stands. A meter that a
    reconfiguration lays over has a row before and one after.

    topology_errors: meter_id, recorded_transformer_id, true_transformer_id, from_date (first day of the wrong link).
    """
    moves = network.move_day[customer]
    is_split = (moves > from_day) & (moves < to_day)
    is_late = moves <= from_day
    recorded = np.where(is_late, network.moved_to[customer], network.recorded[customer])
    recorded = np.where(network.is_recorded_wrong[customer], network.recorded[customer], recorded)
    rows = np.concatenate([np.arange(len(customer)), np.flatnonzero(is_split)])
    parent = np.concatenate([recorded, network.moved_to[customer][is_split]])
    start = np.concatenate([from_day, moves[is_split]])
    end = np.concatenate([np.where(is_split, moves, to_day), to_day[is_split]])
    order = np.lexsort((start, rows))
    meters, transformer_id = np.asarray(meter_id), np.asarray(network.transformers.transformer_id)
    links = link_rows(
        utility,
        ("meter", meters[rows[order]]),
        ("transformer", transformer_id[parent[order]]),
        np.asarray(PHASES)[network.phase[customer][rows[order]]],
        start[order],
        end[order],
    )
    wrong = np.flatnonzero(network.is_recorded_wrong[customer])
    errors = pa.table(
        {
            "meter_id": pa.array(meters[wrong]),
            "recorded_transformer_id": pa.array(transformer_id[network.recorded[customer[wrong]]]),
            "true_transformer_id": pa.array(transformer_id[network.transformer[customer[wrong]]]),
            "from_date": pa.array(utility.dates[0] + from_day[wrong]),
        }
    )
    return Made({"assets/topology": links}, {"topology_errors": errors})


def link_rows(
    utility: Utility,
    children: tuple[str, Names],
    parents: tuple[str, Names],
    phase: Names,
    start: Ints,
    end: Ints,
) -> pa.Table:
    """Rows of assets/topology: (m,) links of one kind of child and of parent. `end` is the day after the last."""
    size = len(start)
    last = utility.dates[0] + (end - 1)
    return pa.table(
        {
            "child_kind": pa.repeat(pa.scalar(children[0]), size),
            "child_id": pa.array(children[1], pa.string()),
            "parent_kind": pa.repeat(pa.scalar(parents[0]), size),
            "parent_id": pa.array(parents[1], pa.string()),
            "phase": pa.array(phase, pa.string()),
            "valid_from_date": pa.array(utility.dates[0] + start),
            "valid_to_date": pa.array(last, mask=end >= utility.days),
        }
    )


def _areas(rng: np.random.Generator, customers: Customers, count: int) -> Ints:
    """(n,) the transformer of each customer: areas of unequal size, none empty."""
    share = rng.dirichlet(np.full(count, _AREA_CONCENTRATION))
    area = rng.choice(count, size=len(customers), p=share)
    area[rng.permutation(len(customers))[:count]] = np.arange(count)
    return area.astype(np.int64)


def _planned_kw(customers: Customers, transformer: Ints, count: int) -> Floats:
    """(transformers,) the peak a planner reckons with: of few customers nearly the sum of their own peaks."""
    per_mean = np.array([_PEAK_PER_MEAN[kind] for kind in KINDS])[customers.kind]
    peak_kw = customers.mean_kw * per_mean * np.where(customers.has_heat_pump, _HEAT_PUMP_FACTOR, 1.0)
    fed = np.bincount(transformer, minlength=count)
    group_kw = np.bincount(transformer, weights=peak_kw, minlength=count)
    return np.asarray(group_kw * (1 + 1 / np.sqrt(np.maximum(fed, 1))), float)


def _reconfiguration(rng: np.random.Generator, utility: Utility, transformer: Ints, count: int) -> tuple[Ints, Ints]:
    """(n,) the transformer after the reconfiguration, and its day; at most one a block."""
    chance, day = rng.random(), int(rng.integers(1, max(2, utility.days)))
    origin, other, share = rng.integers(count), rng.integers(count), rng.uniform(*RECONFIGURED_SHARE)
    happens = chance < RECONFIGURATION_CHANCE * utility.days / DAYS_PER_YEAR and origin != other
    moves = (transformer == origin) & (rng.random(len(transformer)) < share) & happens
    return np.where(moves, other, transformer), np.where(moves, day, utility.days)


def _records(rng: np.random.Generator, transformer: Ints, is_moved: Bools, count: int, soil: float) -> Ints:
    """(n,) the transformer the records name: another one for a few of those nobody touched."""
    wrong = (rng.random(len(transformer)) < soil * WRONG_RECORD_SHARE) & ~is_moved
    other = (transformer + rng.integers(1, max(2, count), len(transformer))) % count
    return np.where(wrong, other, transformer)
