"""The synthetic utility as a whole: how large it is, its days, its blocks, and where randomness comes from.

A block is a feeder with the customers on it, and what happens in it depends on nothing in other blocks. So a task a
block makes a utility of any size, and the same seed gives the same files however many tasks run at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Dates = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FIRST_DATE = date(2024, 1, 1)
"""Of a utility of which nothing else is said."""
BLOCK_CUSTOMERS = 250
"""Customers on a feeder."""
BLOCKS_PER_SUBSTATION = 6
TIME_ZONE = "Asia/Shanghai"
"""No clock changes; the adapters bring those."""
REGIONS = ("R01", "R02", "R03", "R04")
"""Substations are dealt to them in turn."""
KINDS = ("residential", "shop", "office", "industry", "agriculture", "public_lighting")
"""Values of customers.customer_kind; arrays hold the place in this tuple."""


@dataclass(frozen=True)
class Utility:
    """A utility of `customers` customers over `days` local days from `first_date`, drawn from `seed`.

    One that `is_clean` has no dirt, no gap, no thief, no faulty meter, no wrong record and no conflict: whatever is
    found in it is a false alarm.
    """

    customers: int
    days: int
    seed: int
    first_date: date = FIRST_DATE
    is_clean: bool = False

    @cached_property
    def dates(self) -> Dates:
        """(days,) every local date."""
        return np.datetime64(self.first_date, "D") + np.arange(self.days)

    @property
    def soil(self) -> float:
        """By which the shares of all that goes wrong are multiplied: 0 or 1."""
        return 0.0 if self.is_clean else 1.0

    @property
    def last_date(self) -> date:
        return self.first_date + timedelta(days=self.days - 1)

    @property
    def blocks(self) -> tuple[Block, ...]:
        count = -(-self.customers // BLOCK_CUSTOMERS)
        return tuple(
            Block(number, number * BLOCK_CUSTOMERS, min(BLOCK_CUSTOMERS, self.customers - number * BLOCK_CUSTOMERS))
            for number in range(count)
        )

    def rng(self, purpose: str, *numbers: int) -> np.random.Generator:
        """Random numbers of one purpose (and block, day or other number), whatever was drawn before for others."""
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode()), *numbers])


@dataclass(frozen=True)
class Block:
    """A feeder and its customers: those numbered `first` to `first + size − 1` in the utility."""

    number: int
    first: int
    size: int

    @property
    def feeder_id(self) -> str:
        return f"F{self.number:05d}"

    @property
    def substation(self) -> int:
        return self.number // BLOCKS_PER_SUBSTATION

    @property
    def substation_id(self) -> str:
        return f"S{self.substation:04d}"

    @property
    def region_code(self) -> str:
        return REGIONS[self.substation % len(REGIONS)]


@dataclass(frozen=True)
class Customers:
    """The customers of a block, arrays (n,). Days are places in `Utility.dates`."""

    number: Ints
    kind: Ints
    """Place in KINDS."""
    sector_code: tuple[str, ...]
    """Section letter of GB/T 4754, empty for homes; B to E and C of industry use much energy."""
    is_high_energy: Bools
    """Smelters, cement, chemicals and the like, at work day and night."""
    contracted_kw: Floats
    mean_kw: Floats
    """Mean power over the year that the customer's use is to have, before solar."""
    household_size: Ints
    floor_area_m2: Floats
    has_pv: Bools
    pv_kwp: Floats
    has_ev: Bools
    has_heat_pump: Bools
    elasticity: Floats
    """True short-run price elasticity of the use that can be moved, at most 0."""
    tariff: Ints
    """Place in `offers.TARIFFS` of the tariff at the start."""
    tariff_switch_day: Ints
    """Day from which the customer has `switched_tariff`; −1 for never."""
    switched_tariff: Ints
    from_day: Ints
    """First day of supply; 0 for those who were there before."""
    to_day: Ints
    """Day after the last of supply; `days` for those who stay."""
    language: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.number)

    @cached_property
    def customer_id(self) -> list[str]:
        return [f"C{number:08d}" for number in self.number]

    @cached_property
    def point_id(self) -> list[str]:
        return [f"P{number:08d}" for number in self.number]


@dataclass(frozen=True)
class Use:
    """True electricity of a block's customers, arrays (n, days, 96) of kWh in a quarter of an hour, float32."""

    taken: npt.NDArray[np.float32]
    """From the grid, after what an own solar roof covers; 0 outside the customer's days of supply."""
    fed_in: npt.NDArray[np.float32]
    """Into the grid."""


@dataclass(frozen=True)
class Made:
    """What a part of the simulation made of a block: rows of feeds by `department/feed`, and rows of truth by name.

    Columns of a feed are those of its contract; numbers, dates and instants (local, without zone) are typed and
    become text when they are written.
    """

    feeds: Mapping[str, pa.Table] = field(default_factory=dict)
    truth: Mapping[str, pa.Table] = field(default_factory=dict)
