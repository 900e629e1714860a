"""Substations and their power transformers, which the first block of each substation makes.

A substation has two transformers of which one can carry it alone (n − 1), so their failures interrupt nobody. They
also carry lines of other customers: their load is more than that of the blocks, and is modelled by hour and weather.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.ageing import ageing_acceleration, hot_spot_c, top_oil_c
from powerlake.simulate.equipment import NORMAL_LIFE_YEARS, Names, commissioning, draw_health
from powerlake.simulate.equipment_rows import with_renewals
from powerlake.simulate.faults import live
from powerlake.simulate.hazards import CAUSES, Assets, Exposure, daily
from powerlake.simulate.lives import Lives
from powerlake.simulate.network import Network
from powerlake.simulate.oil import oil_samples, sample_days
from powerlake.simulate.outages import draw_outages
from powerlake.simulate.sun import LATITUDES, LONGITUDES
from powerlake.simulate.telemetry import load_rows
from powerlake.simulate.utility import BLOCKS_PER_SUBSTATION, REGIONS, Block, Dates, Floats, Made, Utility
from powerlake.simulate.weather import weather

TRANSFORMERS = 2
SUBSTATION_GROUPS = 50_000
"""Added to a substation's number where blocks and substations are numbered together; more than blocks there are."""
HIGH_KV, LOW_KV = 66.0, 10.5
"""66 kV is the distribution voltage of Northeast China."""
RATINGS_MVA = (20.0, 31.5, 40.0, 50.0)
POWER_TRANSFORMER_DEFECTS = 1.2e-3
"""New defects a day of a transformer up to health 4; more than life has, so that a small utility shows some."""
SAMPLED_EVERY_DAYS = 91
"""DL/T 722 asks for three to six months at these voltages."""
SUBSTATION_POWER_FACTOR = 0.95
_NAMES = ("Xinglong", "Heping", "Dongling", "Beihe", "Taoxian", "Changqing", "Yongfeng", "Qianjin")


def is_first_block(block: Block) -> bool:
    """Whether the block makes its substation's rows too."""
    return block.number % BLOCKS_PER_SUBSTATION == 0


def transformer_names(block: Block) -> Names:
    """(2,) numbers of the substation's power transformers."""
    return np.array([f"TS{block.substation:04d}{place}" for place in range(TRANSFORMERS)])


def draw_substation(utility: Utility, network: Network) -> tuple[Made, Lives]:
    """Feeds assets/substations, transformers, oil_samples and dispatch/feeder_load; the lives of its transformers.

    `network` is that of the substation's first block.
    """
    block = network.block
    rng = utility.rng("substation", block.substation)
    region = REGIONS.index(block.region_code)
    commissioned, age = commissioning(rng, utility, TRANSFORMERS)
    rated_mva = float(rng.choice(RATINGS_MVA))
    loading = _loading(utility, rng, region)
    oil = top_oil_c(loading, weather(utility).temperature_c[region])
    names = transformer_names(block)
    assets = Assets(
        np.full(TRANSFORMERS, "transformer"), names, draw_health(rng, age, NORMAL_LIFE_YEARS["transformer"])
    )
    lives = _lives(utility, rng, network, assets, loading, oil)
    place = np.arange(TRANSFORMERS)
    drawn = sample_days(rng, lives.history, place, SAMPLED_EVERY_DAYS)
    register = _transformers(rng, names, rated_mva, commissioned)
    feeds = {
        "assets/substations": _substation(rng, block, rated_mva, commissioned.min(), region),
        "assets/transformers": with_renewals(utility, register, lives.history, place),
        "assets/oil_samples": oil_samples(utility, rng, lives.group, lives.history, place, names, drawn),
        "dispatch/feeder_load": _load(utility, rng, names, loading * rated_mva * 1000, oil),
    }
    return Made(feeds), lives


def _lives(
    utility: Utility, rng: np.random.Generator, network: Network, assets: Assets, loading: Floats, oil_c: Floats
) -> Lives:
    block = network.block
    group = SUBSTATION_GROUPS + block.substation
    exposed = _exposure(utility, loading, oil_c)
    history = live(utility, rng, assets, exposed)
    nobody = np.zeros((len(assets), 2, len(network.transformers)), bool)
    load, region = loading.mean(axis=0), REGIONS.index(block.region_code)
    return Lives(group, assets, exposed, history, draw_outages(utility, region, group, assets, history, nobody, load))


def _loading(utility: Utility, rng: np.random.Generator, region: int) -> Floats:
    """(2, hours) load ÷ rating: more in the evening, in frost and in heat; under 0.65 for n − 1."""
    air = weather(utility).temperature_c[region]
    hour = np.tile(np.arange(24), utility.days)
    clock = 0.75 + 0.15 * np.exp(-(((hour - 19) / 3) ** 2)) + 0.1 * np.exp(-(((hour - 10) / 3) ** 2))
    climate = 1 + 0.012 * np.maximum(5 - air, 0) + 0.02 * np.maximum(air - 24, 0)
    level = rng.uniform(0.25, 0.42)
    unsteady = rng.lognormal(0, 0.03, (TRANSFORMERS, len(air)))
    return np.asarray(np.minimum(level * clock * climate * unsteady, 0.95))


def _exposure(utility: Utility, loading: Floats, oil_c: Floats) -> Exposure:
    stress = daily(ageing_acceleration(hot_spot_c(loading, oil_c))).mean(axis=-1)
    wear = 1 + np.minimum(stress, 5) / 2
    nothing = np.zeros((len(CAUSES), TRANSFORMERS, utility.days))
    return Exposure(nothing, POWER_TRANSFORMER_DEFECTS * wear, wear)


def _substation(
    rng: np.random.Generator, block: Block, rated_mva: float, commissioned: np.datetime64, region: int
) -> pa.Table:
    return pa.table(
        {
            "substation_id": [block.substation_id],
            "name": [f"{rng.choice(_NAMES)} {block.substation + 1}"],
            "region_code": [block.region_code],
            "voltage_kv": [HIGH_KV],
            "capacity_mva": [TRANSFORMERS * rated_mva],
            "commissioned_date": pa.array(np.array([commissioned])),
            "latitude": [round(LATITUDES[region] + float(rng.normal(0, 0.08)), 4)],
            "longitude": [round(LONGITUDES[region] + float(rng.normal(0, 0.1)), 4)],
        }
    )


def _transformers(rng: np.random.Generator, names: Names, rated_mva: float, commissioned: Dates) -> pa.Table:
    return pa.table(
        {
            "transformer_id": names,
            "feeder_id": pa.nulls(TRANSFORMERS, pa.string()),
            "transformer_kind": ["power"] * TRANSFORMERS,
            "rated_kva": np.full(TRANSFORMERS, rated_mva * 1000),
            "cooling": ["ONAN" if rated_mva < 40 else "ONAF"] * TRANSFORMERS,
            "manufacturer": [str(rng.choice(("Songhua", "Beichen")))] * TRANSFORMERS,
            "model": [f"SZ11-{rated_mva * 1000:.0f}/66"] * TRANSFORMERS,
            "manufactured_date": pa.array(commissioned - 200),
            "commissioned_date": pa.array(commissioned),
            "location_kind": ["outdoor"] * TRANSFORMERS,
            "is_coastal": np.zeros(TRANSFORMERS, bool),
        }
    )


def _load(utility: Utility, rng: np.random.Generator, names: Names, apparent_kva: Floats, oil_c: Floats) -> pa.Table:
    active = apparent_kva * SUBSTATION_POWER_FACTOR
    reactive = apparent_kva * np.sqrt(1 - SUBSTATION_POWER_FACTOR**2)
    volts = HIGH_KV * (1 + rng.normal(0, 0.008, apparent_kva.shape))
    return pa.concat_tables(
        load_rows(utility, "transformer", "high", str(name), active[place], reactive[place], volts[place], oil_c[place])
        for place, name in enumerate(names)
    )
