"""What each asset of a block is exposed to day by day: gales, lightning, ice, trees, diggers, animals, its own load.

Rates are of failures a day for an asset in fair condition; they are set so that a feeder with all on it fails three to
six times a year, as rural 10 kV feeders in China do by published reliability figures (order of magnitude; chosen).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from powerlake.simulate.ageing import ageing_acceleration, hot_spot_c
from powerlake.simulate.equipment import PLACES, Names
from powerlake.simulate.network import Network
from powerlake.simulate.utility import REGIONS, Block, Floats, Ints, Utility
from powerlake.simulate.weather import Weather, weather

CAUSES = ("lightning", "wind", "ice", "vegetation", "ageing", "overload", "digging", "animal")
"""Why an asset fails; values of outages.cause_code."""
AGEING = CAUSES.index("ageing")
CALM_GUST_M_S = 12.0
"""Gusts below do no harm."""
WIND_PER_KM = 1e-2
"""A day, per km of overhead line, at gusts of twice the calm ones."""
LIGHTNING_PER_KM_HOUR = 3e-3
LIGHTNING_PER_TRANSFORMER_HOUR = 4e-4
"""Of a transformer in the open air."""
ICE_PER_KM_HOUR = 1.0e-3
VEGETATION_PER_KM = 8e-3
"""A day in the height of the growing season, per km among trees, at the gusts of a windy day."""
DIGGING_PER_KM = 3e-4
"""A day out of frost, per km of cable."""
ANIMAL_PER_KM, ANIMAL_PER_ASSET = 1.5e-4, 2e-5
OVERLOAD_AT_LIMIT = 4e-3
"""A day of which the top hour reaches OVERLOAD_LIMIT."""
OVERLOAD_LIMIT = 1.3
DEFECT_PER_DAY = {"transformer": 6e-4, "switchgear": 6e-4, "feeder": 1.5e-3}
"""New defects of an asset up to health 4; CNAIM's cubic multiplies it."""


@dataclass(frozen=True)
class Assets:
    """The assets of a block that can fail, arrays (a,): its transformers, then its switches, then the line."""

    kind: Names
    asset_id: Names
    health: Floats
    """True condition at the start, 0.5 new to 10 worst."""

    def __len__(self) -> int:
        return len(self.kind)

    def places(self, kind: str) -> Ints:
        """Where in the arrays the assets of a kind are."""
        return np.flatnonzero(self.kind == kind)


@dataclass(frozen=True)
class Exposure:
    """Rates by day."""

    failures: Floats
    """(causes, a, days) failures a day that come from outside or from load."""
    defects: Floats
    """(a, days) new defects a day."""
    wear: Floats
    """(a, days) how much faster than in mild use a defect grows."""


def assets_of(block: Block, network: Network) -> Assets:
    """The assets of a block."""
    made, switches, line = network.transformers, network.switchgear, network.feeder
    return Assets(
        kind=np.array(["transformer"] * len(made) + ["switchgear"] * len(switches) + ["feeder"]),
        asset_id=np.array([*made.transformer_id, *switches.switchgear_id, block.feeder_id]),
        health=np.concatenate([made.health, switches.health, [line.health]]),
    )


def exposure(utility: Utility, block: Block, network: Network, loading: Floats, oil_c: Floats) -> Exposure:
    """What the assets of `assets_of` are exposed to. `loading` and `oil_c` are hourly, (transformers, hours)."""
    sky, region = weather(utility), REGIONS.index(block.region_code)
    count, switches = len(network.transformers), len(network.switchgear)
    failures = np.zeros((len(CAUSES), count + switches + 1, utility.days))
    failures[:, -1] = _line_failures(utility, sky, region, network)
    failures[:, :count] = _transformer_failures(sky, region, network, loading)
    failures[CAUSES.index("animal"), count:-1] = ANIMAL_PER_ASSET
    stress = daily(ageing_acceleration(hot_spot_c(loading, oil_c))).mean(axis=-1)
    damp = np.broadcast_to(daily(sky.humidity_pct[region]).mean(axis=-1) / 65, (switches, utility.days))
    wear = np.concatenate([1 + np.minimum(stress, 5) / 2, damp, np.ones((1, utility.days))])
    kinds = assets_of(block, network).kind
    base = np.array([DEFECT_PER_DAY[kind] for kind in kinds])[:, None]
    return Exposure(failures, base * wear, wear)


def daily(values: Floats) -> Floats:
    """(…, days, 24) of (…, hours)."""
    return np.asarray(values.reshape(*values.shape[:-1], -1, 24))


def gust_stress(sky: Weather, region: int) -> Floats:
    """(hours,) square of the gust above the calm ones, in calm gusts."""
    return np.asarray((np.maximum(sky.gust_m_s[region] - CALM_GUST_M_S, 0) / CALM_GUST_M_S) ** 2)


def growing_season(utility: Utility) -> Floats:
    """(days,) 0 in winter to 1 in July: leaves and shoots."""
    day_of_year = (utility.dates - utility.dates.astype("datetime64[Y]")).astype(np.int64)
    return np.asarray(np.maximum(0.0, np.cos(2 * np.pi * (day_of_year - 200) / 365.25)))


def _line_failures(utility: Utility, sky: Weather, region: int, network: Network) -> Floats:
    """(causes, days) of the line."""
    line = network.feeder
    overhead, cable = line.length_km * line.overhead_share, line.length_km * (1 - line.overhead_share)
    trees = line.length_km * line.vegetation_share
    gust = daily(sky.gust_m_s[region]).max(axis=-1)
    is_thawed = daily(sky.temperature_c[region]).mean(axis=-1) > 2
    rates = {
        "lightning": LIGHTNING_PER_KM_HOUR * overhead * daily(sky.lightning[region].astype(float)).sum(axis=-1),
        "wind": WIND_PER_KM * overhead * daily(gust_stress(sky, region)).max(axis=-1),
        "ice": ICE_PER_KM_HOUR * overhead * daily(sky.ice[region].astype(float)).sum(axis=-1),
        "vegetation": VEGETATION_PER_KM * trees * growing_season(utility) * (gust / CALM_GUST_M_S) ** 2,
        "digging": DIGGING_PER_KM * cable * is_thawed,
        "animal": np.full(utility.days, ANIMAL_PER_KM * overhead),
    }
    return np.stack([rates.get(cause, np.zeros(utility.days)) for cause in CAUSES])


def _transformer_failures(sky: Weather, region: int, network: Network, loading: Floats) -> Floats:
    """(causes, k, days) of the transformers."""
    in_open_air = (network.transformers.place != PLACES.index("indoor")).astype(float)[:, None]
    top = daily(loading).max(axis=-1)
    rates = np.zeros((len(CAUSES), *top.shape))
    thunder = daily(sky.lightning[region].astype(float)).sum(axis=-1)
    rates[CAUSES.index("lightning")] = LIGHTNING_PER_TRANSFORMER_HOUR * in_open_air * thunder
    rates[CAUSES.index("overload")] = OVERLOAD_AT_LIMIT * np.clip((top - 0.9) / (OVERLOAD_LIMIT - 0.9), 0, 2) ** 2
    rates[CAUSES.index("animal")] = ANIMAL_PER_ASSET * in_open_air
    return rates
