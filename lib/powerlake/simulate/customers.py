"""Who the customers of a block are: kind, size, what they own, how they answer to prices, when they come and go.

Numbers without a source are chosen. A home uses about 2,500 kWh a year at the median, of the order of urban homes in
China's statistics; firms are spread over orders of magnitude.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from powerlake.simulate import offers
from powerlake.simulate.outdoors import PUMP_LOAD_FACTOR
from powerlake.simulate.utility import KINDS, Block, Bools, Customers, Floats, Ints, Utility

KIND_SHARES = (0.80, 0.09, 0.04, 0.03, 0.03, 0.01)
"""In the order of KINDS."""
HOME, SHOP, OFFICE, INDUSTRY, FARM, LIGHTS = range(len(KINDS))
MEDIAN_KW = np.array([0.28, 1.8, 6.0, 45.0, 2.0, 3.0])
"""Mean power over the year at the median, by kind."""
SPREAD = np.array([0.45, 0.8, 0.9, 1.0, 0.9, 0.5])
"""Standard deviation of its logarithm."""
LOAD_FACTORS = np.array([0.06, 0.25, 0.3, 0.45, 0.2, 0.45])
"""Mean over contracted power, by kind."""
MEDIAN_AREA_M2 = np.array([0.0, 90.0, 700.0, 3500.0, 0.0, 0.0])
"""Floor area of firms at the median; that of homes follows the persons, farms and lights have none."""
PUMP_SHARE = 0.55
"""Of the farms."""
SIZES_KW = np.array([6, 8, 10, 16, 20, 30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250])
"""Contracted powers on offer, after the usual ratings of supply transformers; beyond the last, multiples of it."""
SECTORS: dict[int, tuple[str, ...]] = {
    HOME: ("",),
    SHOP: ("F", "H", "O"),
    OFFICE: ("I", "J", "L", "P", "Q", "S"),
    INDUSTRY: ("C", "C", "C", "B", "D", "E"),
    FARM: ("A",),
    LIGHTS: ("N",),
}
"""Section letters of GB/T 4754 by kind, each as likely as it is often."""
HIGH_ENERGY_SHARE = 0.3
"""Of the firms of industry in sections B to D."""
HIGH_ENERGY_TIMES = 6.0
"""As much as other industry at the median."""
LARGEST_KW = 2_000.0
"""Mean power beyond which a firm has a line of its own and is not on a feeder."""
PV_SHARES = np.array([0.06, 0.04, 0.10, 0.15, 0.06, 0.0])
EV_SHARES = np.array([0.08, 0.03, 0.10, 0.0, 0.0, 0.0])
HEAT_PUMP_SHARES = np.array([0.07, 0.04, 0.08, 0.0, 0.05, 0.0])
EV_KW = 0.22
"""Mean power of charging a car: about 13,000 km a year at 15 kWh/100 km."""
HEAT_PUMP_KW = 0.45
"""Mean power over the year of heating a home in a cold winter with a heat pump."""
UNMOVED_SHARE = 0.35
"""Customers whose use does not answer to prices at all."""
MEDIAN_ELASTICITY = -0.08
"""Of the others; trials of time-of-use prices find −0.02 to −0.2 (Faruqui & Sergici 2010, secondary)."""
SWITCH_SHARE = 0.06
"""Customers who change the tariff in a year of their own accord."""
MOVE_SHARE = np.array([0.09, 0.10, 0.05, 0.01, 0.0, 0.0])
"""Customers of a kind who move out in a year; most have a successor among the others of the kind."""
VACANT_DAYS = 45
"""Within which a successor comes."""
ENGLISH_SHARE = 0.06


@dataclass(frozen=True)
class Moves:
    """Supply days (n,), and the pairs of places of who left and who came after."""

    from_day: Ints
    to_day: Ints
    left: Ints
    came: Ints


def draw_pumps(utility: Utility, block: Block) -> Bools:
    """(n,) farms that are irrigation pumps, the others sheds and greenhouses; without meaning for other customers."""
    return np.asarray(utility.rng("pumps", block.number).random(block.size) < PUMP_SHARE)


def draw_customers(utility: Utility, block: Block) -> Customers:
    """The customers of a block."""
    random = utility.rng("customers", block.number)
    n = block.size
    kind = random.choice(len(KINDS), n, p=KIND_SHARES)
    sector = np.array([SECTORS[place][draw % len(SECTORS[place])] for place, draw in _pairs(kind, random)])
    is_high_energy = np.isin(sector, ["B", "C", "D"]) & (random.random(n) < HIGH_ENERGY_SHARE)
    persons = np.where(kind == HOME, random.choice(np.arange(1, 7), n, p=[0.2, 0.29, 0.28, 0.14, 0.06, 0.03]), 0)
    area = _floor_area(kind, persons, random)
    has_ev, has_heat_pump, has_pv = (
        random.random(n) < shares[kind] * np.where(kind == HOME, np.clip(area / 90, 0.3, 2.0), 1.0)
        for shares in (EV_SHARES, HEAT_PUMP_SHARES, PV_SHARES)
    )
    mean_kw = _mean_kw(kind, persons, area, is_high_energy, random)
    mean_kw = mean_kw + (kind == HOME) * (EV_KW * has_ev + HEAT_PUMP_KW * (area / 90) * has_heat_pump)
    is_pump = (kind == FARM) & draw_pumps(utility, block)
    factor = np.where(is_pump, PUMP_LOAD_FACTOR, LOAD_FACTORS[kind])
    contracted = _contracted(mean_kw / factor + 4 * has_ev)
    tariff, switch_day, switched = _tariffs(utility, kind, contracted, has_ev | has_heat_pump, random)
    moves = draw_moves(utility, block, kind)
    return Customers(
        number=block.first + np.arange(n),
        kind=kind,
        sector_code=tuple(sector.tolist()),
        is_high_energy=is_high_energy,
        contracted_kw=contracted,
        mean_kw=mean_kw,
        household_size=persons,
        floor_area_m2=np.round(area, 1),
        has_pv=has_pv,
        pv_kwp=np.where(has_pv, np.round(np.where(kind == HOME, random.uniform(3, 10, n), 0.4 * contracted), 1), 0.0),
        has_ev=has_ev,
        has_heat_pump=has_heat_pump,
        elasticity=_elasticity(kind, has_ev, random),
        tariff=tariff,
        tariff_switch_day=switch_day,
        switched_tariff=switched,
        from_day=moves.from_day,
        to_day=moves.to_day,
        language=tuple(np.where(random.random(n) < ENGLISH_SHARE, "en", "zh").tolist()),
    )


def draw_moves(utility: Utility, block: Block, kind: Ints) -> Moves:
    """Who moves out when, and who of the same kind takes the place: both are customers there for a part of the time.

    Which customers these are is drawn, so that numbers do not tell newcomers.
    """
    random = utility.rng("moves", block.number)
    n, days = block.size, utility.days
    from_day, to_day = np.zeros(n, np.int64), np.full(n, days)
    leaves = random.random(n) < MOVE_SHARE[kind] * days / 365
    left = random.permutation(np.flatnonzero(leaves))
    to_day[left] = (days * random.uniform(0.1, 0.9, len(left))).astype(np.int64)
    stay = random.permutation(np.flatnonzero(~leaves))
    pairs = [
        (out, come)
        for place in np.unique(kind)
        for out, come in zip(left[kind[left] == place], stay[kind[stay] == place], strict=False)
    ]
    out, come = np.array(pairs, np.int64).reshape(-1, 2).T
    from_day[come] = to_day[out] + random.integers(0, min(VACANT_DAYS, 1 + days // 20), len(come))
    return Moves(from_day, to_day, out, come)


def _pairs(kind: Ints, random: np.random.Generator) -> list[tuple[int, int]]:
    return list(zip(kind.tolist(), random.integers(0, 60, len(kind)).tolist(), strict=True))


def _floor_area(kind: Ints, persons: Ints, random: np.random.Generator) -> Floats:
    home = (38 + 19 * persons) * random.lognormal(0, 0.28, len(kind))
    firm = MEDIAN_AREA_M2[kind] * random.lognormal(0, 0.7, len(kind))
    return np.where(kind == HOME, home, firm)


def _mean_kw(kind: Ints, persons: Ints, area: Floats, is_high_energy: Bools, random: np.random.Generator) -> Floats:
    """(n,) kW: homes by persons and area, firms by area where they have one, and chance."""
    chance = random.lognormal(0, SPREAD[kind])
    home = (np.maximum(persons, 1) / 2.5) ** 0.45 * (np.maximum(area, 1) / 85) ** 0.25
    firm = (np.maximum(area, 1) / np.maximum(MEDIAN_AREA_M2[kind], 1)) ** 0.5
    size = np.where(kind == HOME, home, np.where(area > 0, firm, 1.0))
    mean_kw = MEDIAN_KW[kind] * size * chance * np.where(is_high_energy, HIGH_ENERGY_TIMES, 1.0)
    return np.minimum(mean_kw, LARGEST_KW)


def _contracted(needed_kw: Floats) -> Floats:
    """(n,) the smallest power on offer that covers what is needed."""
    largest = float(SIZES_KW[-1])
    fit = SIZES_KW[np.minimum(np.searchsorted(SIZES_KW, needed_kw), len(SIZES_KW) - 1)]
    return np.where(needed_kw > largest, np.ceil(needed_kw / largest) * largest, fit)


def _tariffs(
    utility: Utility, kind: Ints, contracted_kw: Floats, has_large_load: Bools, random: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Tariff at the start, day of a change (−1 for none) and tariff from then on, arrays (n,).

    Changes hold from the first of a month, as contracts ask. Firms above 100 kW must take time-of-use, those of
    industry above 315 kW the two-part tariff (the limit of 大工业).
    """
    n = len(kind)
    home = np.where(random.random(n) < 0.12, offers.HOME_FLAT, offers.HOME_STEP)
    home = np.where(random.random(n) < np.where(has_large_load, 0.45, 0.10), offers.HOME_TIME_OF_USE, home)
    by_time = (contracted_kw > 100) | (random.random(n) < 0.3)
    firm = np.where(by_time, offers.FIRM_TIME_OF_USE, offers.FIRM_FLAT)
    firm = np.where((kind == INDUSTRY) & (contracted_kw >= 315), offers.TWO_PART, firm)
    tariff = np.select([kind == HOME, kind == FARM, kind == LIGHTS], [home, offers.FARM, offers.LIGHTING], firm)
    other = np.full(len(offers.TARIFFS), -1)
    other[[offers.HOME_FLAT, offers.HOME_STEP, offers.FIRM_FLAT]] = (
        offers.HOME_STEP,
        offers.HOME_TIME_OF_USE,
        offers.FIRM_TIME_OF_USE,
    )
    other[offers.HOME_TIME_OF_USE] = offers.HOME_STEP
    firsts = np.flatnonzero(utility.dates == utility.dates.astype("datetime64[M]"))
    firsts = firsts[firsts > 0]
    switches = (random.random(n) < SWITCH_SHARE * utility.days / 365) & (other[tariff] >= 0) & (len(firsts) > 0)
    day = random.choice(firsts, n) if len(firsts) else np.zeros(n, np.int64)
    return tariff, np.where(switches, day, -1), np.where(switches, other[tariff], tariff)


def _elasticity(kind: Ints, has_ev: Bools, random: np.random.Generator) -> Floats:
    """(n,) 0 for those whom prices leave cold; those with a car can move most."""
    answers = (random.random(len(kind)) >= UNMOVED_SHARE) & (kind != LIGHTS)
    size = MEDIAN_ELASTICITY * random.lognormal(0, 0.6, len(kind)) * np.where(has_ev, 2.0, 1.0)
    return np.where(answers, np.maximum(size, -0.6), 0.0)
