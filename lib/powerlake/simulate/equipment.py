"""Transformers, switches and the line of a feeder: what is on their plates, how old they are, in what condition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from powerlake.simulate.utility import Block, Bools, Dates, Floats, Ints, Utility

RATED_KVA = np.array(
    [30, 50, 80, 100, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300],
    dtype=float,
)
"""Preferred ratings, the R10 series (IEC 60076-1, GB/T 17468)."""
POWER_FACTOR = 0.93
"""By which planners turn kW into kVA; chosen."""
PLANNED_LOADING = (0.5, 1.5)
"""Peak ÷ rated power a transformer is bought for; the upper end is what growth made of it. Chosen."""
PLACES = ("indoor", "outdoor", "pole")
DRY_SHARE_INDOOR = 0.6
OLDEST_YEARS = 35.0
NORMAL_LIFE_YEARS = {"transformer": 40.0, "switchgear": 32.0, "feeder": 45.0}
"""Age at which health comes to 5.5 on average. Transformers below the 60 years of CNAIM, for outdoor life; chosen."""
NEW_HEALTH, WORST_HEALTH = 0.5, 10.0
"""Ends of the health score of a running asset (CNAIM v2.1)."""
HEALTH_SPREAD = 0.35
"""Standard deviation of the logarithm of true health around what age says; chosen."""
SWITCH_KINDS = ("circuit_breaker", "ring_main_unit", "ring_main_unit", "recloser", "disconnector")
SWITCH_RATED_A = 630.0
FEEDER_KV = 10.0

MAKERS = np.array(["Beichen", "Hualin", "Tiegang", "Songhua", "Yongsheng"])
_DAYS_PER_YEAR = 365.25

Names = npt.NDArray[np.str_]


@dataclass(frozen=True)
class Transformers:
    """Distribution transformers of a block, arrays (k,)."""

    transformer_id: tuple[str, ...]
    rated_kva: Floats
    position_km: Floats
    """Distance from the substation along the feeder."""
    place: Ints
    """Place in PLACES."""
    is_dry: Bools
    commissioned: Dates
    health: Floats
    """True condition at the start, 0.5 new to 10 worst."""
    maker: Ints

    def __len__(self) -> int:
        return len(self.transformer_id)

    @cached_property
    def no_load_kw(self) -> Floats:
        """(k,) loss while energised: 0.2 kW at 100 kVA, growing as of the S11 series (GB 20052)."""
        return np.asarray(0.2 * (self.rated_kva / 100) ** 0.76)

    @cached_property
    def load_loss_kw(self) -> Floats:
        """(k,) copper loss at rated current: 1.5 kW at 100 kVA, growing as of the S11 series (GB 20052)."""
        return np.asarray(1.5 * (self.rated_kva / 100) ** 0.82)


@dataclass(frozen=True)
class Switchgear:
    """Breaker, ring main units, recloser and disconnector of a feeder, arrays (s,)."""

    switchgear_id: tuple[str, ...]
    kind: tuple[str, ...]
    commissioned: Dates
    health: Floats
    operations: Ints
    maker: Ints

    def __len__(self) -> int:
        return len(self.switchgear_id)


@dataclass(frozen=True)
class Feeder:
    """The line of a block."""

    length_km: float
    overhead_share: float
    vegetation_share: float
    """Share of the length that runs among trees; at most the overhead share."""
    rated_a: float
    commissioned: np.datetime64
    health: float

    @property
    def ohm_per_km(self) -> tuple[float, float]:
        """Resistance and reactance: overhead line of 120 mm² aluminium, or cable of 240 mm² (makers' tables)."""
        return 0.125 + 0.145 * self.overhead_share, 0.09 + 0.26 * self.overhead_share


def draw_transformers(utility: Utility, block: Block, area_kw: Floats, feeder: Feeder) -> Transformers:
    """Transformers for areas with a planned peak of `area_kw` (k,)."""
    rng = utility.rng("transformers", block.number)
    count = len(area_kw)
    commissioned, age = commissioning(rng, utility, count)
    place = rng.choice(3, size=count, p=[0.3, 0.4, 0.3])
    return Transformers(
        transformer_id=tuple(f"T{block.number:05d}{place:02d}" for place in range(count)),
        rated_kva=fit_rating(area_kw / POWER_FACTOR / rng.uniform(*PLANNED_LOADING, count)),
        position_km=feeder.length_km * rng.uniform(0.1, 1.0, count),
        place=place,
        is_dry=(place == 0) & (rng.random(count) < DRY_SHARE_INDOOR),
        commissioned=commissioned,
        health=draw_health(rng, age, NORMAL_LIFE_YEARS["transformer"]),
        maker=rng.integers(0, len(MAKERS), count),
    )


def draw_switchgear(utility: Utility, block: Block) -> Switchgear:
    """The switches of a feeder."""
    rng = utility.rng("switchgear", block.number)
    count = len(SWITCH_KINDS)
    commissioned, age = commissioning(rng, utility, count)
    return Switchgear(
        switchgear_id=tuple(f"G{block.number:05d}{place:02d}" for place in range(count)),
        kind=SWITCH_KINDS,
        commissioned=commissioned,
        health=draw_health(rng, age, NORMAL_LIFE_YEARS["switchgear"]),
        operations=rng.poisson(8.0 * age + 4),
        maker=rng.integers(0, len(MAKERS), count),
    )


def draw_feeder(utility: Utility, block: Block, peak_kw: float) -> Feeder:
    """The line of a block whose customers' planned peak is `peak_kw`."""
    rng = utility.rng("feeder", block.number)
    commissioned, age = commissioning(rng, utility, 1)
    overhead = float(rng.beta(1.6, 1.1))
    rated_a = max(200.0, float(np.ceil(peak_kw / POWER_FACTOR / (np.sqrt(3) * FEEDER_KV) / 100) * 100))
    return Feeder(
        length_km=float(np.round(rng.lognormal(np.log(6.0), 0.5), 2)),
        overhead_share=round(overhead, 2),
        vegetation_share=round(overhead * float(rng.beta(1.5, 3.0)), 2),
        rated_a=rated_a,
        commissioned=commissioned[0],
        health=float(draw_health(rng, age, NORMAL_LIFE_YEARS["feeder"])[0]),
    )


def fit_rating(kva: Floats) -> Floats:
    """The least preferred rating that is not below `kva`."""
    return np.asarray(RATED_KVA[np.minimum(np.searchsorted(RATED_KVA, kva), len(RATED_KVA) - 1)])


def commissioning(rng: np.random.Generator, utility: Utility, count: int) -> tuple[Dates, Floats]:
    """(count,) dates of going into service before the start, and ages in years at the start."""
    age_days = (rng.beta(1.2, 1.5, count) * OLDEST_YEARS * _DAYS_PER_YEAR).astype(np.int64) + 30
    return np.datetime64(utility.first_date, "D") - age_days, age_days / _DAYS_PER_YEAR


def draw_health(rng: np.random.Generator, age_years: Floats, normal_life_years: float) -> Floats:
    """True health: 0.5·exp(β₁·age) with β₁ = ln(5.5/0.5) / normal life (CNAIM v2.1), and what age does not say."""
    expected = NEW_HEALTH * np.exp(np.log(5.5 / NEW_HEALTH) / normal_life_years * age_years)
    return np.asarray(np.clip(expected * rng.lognormal(0, HEALTH_SPREAD, len(age_years)), NEW_HEALTH, WORST_HEALTH))
