"""Oil samples: gases given off in ageing and in each kind of defect, and the laboratory's other tests.

The levels at full severity are chosen so that IEC 60599's ratios name the defect; below, the background blurs it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.equipment import Names
from powerlake.simulate.faults import DEFECTS, History
from powerlake.simulate.rows import at_second, ids, instants, rounded
from powerlake.simulate.utility import Bools, Floats, Ints, Utility

GASES = ("hydrogen", "methane", "ethane", "ethylene", "acetylene", "carbon_monoxide", "carbon_dioxide")
BACKGROUND_PPM = np.array([14.0, 7.0, 7.0, 5.0, 0.15, 260.0, 2600.0])
"""Of a transformer of health 4, well below the typical values of IEC 60599."""
AT_FULL_SEVERITY_PPM = np.array(
    [
        [900.0, 45.0, 30.0, 2.0, 0.2, 80.0, 300.0],  # partial discharge: CH₄/H₂ below 0.1
        [450.0, 150.0, 25.0, 170.0, 200.0, 150.0, 400.0],  # arcing: C₂H₂/C₂H₄ 0.6 to 2.5
        [180.0, 520.0, 160.0, 900.0, 9.0, 350.0, 3000.0],  # thermal above 700 °C: C₂H₄/C₂H₆ above 4
        [10.0, 5.0, 4.0, 4.0, 0.2, 10.0, 50.0],  # mechanical: hardly any
        [0.0] * 7,  # none
    ]
)
OWN_SPREAD, LABORATORY_SPREAD = 0.35, 0.08
"""Logarithmic: between transformers, and of one measurement (IEC 60567 asks for better than 15 %)."""
SUSPECTED_FROM = 0.3
"""Severity from which gases catch the eye, give or take SUSPICION_NOISE; then the next samples follow soon."""
SUSPICION_NOISE = 0.12
FOLLOWING_DAYS = (21, 42, 63)
UNMEASURED_SHARE = {"furan_ppm": 0.4, "interfacial_tension_mn_m": 0.15, "power_factor_pct": 0.1}


def sample_days(rng: np.random.Generator, history: History, place: Ints, every_days: int) -> Bools:
    """(m, days) when the transformers at `place` in the history are sampled: by turns, and again after a bad sample."""
    days = history.severity.shape[1]
    phase = rng.integers(0, every_days, (len(place), 1))
    is_due = (np.arange(days) + phase) % every_days == 0
    seen = history.severity[place] + rng.normal(0, SUSPICION_NOISE, is_due.shape) > SUSPECTED_FROM
    suspected = is_due & seen
    for delay in FOLLOWING_DAYS:
        is_due[:, delay:] |= suspected[:, : max(days - delay, 0)]
    return np.asarray(is_due)


def oil_samples(
    utility: Utility, rng: np.random.Generator, group: int, history: History, place: Ints, names: Names, drawn: Bools
) -> pa.Table:
    """Feed assets/oil_samples: of the transformers `names` at `place` in the history, on the days `drawn` (m, days)."""
    unit, day = np.nonzero(drawn)
    order = np.lexsort((unit, day))
    unit, day = unit[order], day[order]
    health = history.health[place[unit], day]
    gases = _gases(rng, len(place), unit, health, history.defect[place[unit], day], history.severity[place[unit], day])
    size = len(unit)
    columns: dict[str, pa.Array | list[str] | Names] = {
        "sample_id": ids(rng, "L", group, size),
        "transformer_id": names[unit],
        "sampled_at": instants(at_second(utility, rng, day, rng.integers(8, 17, size))),
    }
    columns |= {f"{gas}_ppm": rounded(gases[:, place], 2) for place, gas in enumerate(GASES)}
    return pa.table(columns | _oil(rng, health))


def _gases(rng: np.random.Generator, units: int, unit: Ints, health: Floats, defect: Ints, severity: Floats) -> Floats:
    """(s, gases) ppm."""
    own = rng.lognormal(0, OWN_SPREAD, (units, len(GASES)))[unit]
    background = BACKGROUND_PPM * own * (0.4 + 0.15 * health)[:, None]
    grown = AT_FULL_SEVERITY_PPM[np.where(defect < 0, len(DEFECTS), defect)] * severity[:, None] ** 1.5
    return np.asarray((background + grown) * rng.lognormal(0, LABORATORY_SPREAD, background.shape))


def _oil(rng: np.random.Generator, health: Floats) -> dict[str, pa.Array]:
    """What else the laboratory finds, by condition; some tests are not made every time."""
    size = len(health)
    values = {
        "oxygen_ppm": (18_000 * rng.lognormal(0, 0.2, size), 0),
        "nitrogen_ppm": (58_000 * rng.lognormal(0, 0.08, size), 0),
        "water_ppm": ((6 + 2.2 * health) * rng.lognormal(0, 0.2, size), 1),
        "acidity_mg_koh_g": ((0.01 + 0.018 * health) * rng.lognormal(0, 0.2, size), 3),
        "interfacial_tension_mn_m": ((46 - 2.6 * health) * rng.lognormal(0, 0.05, size), 1),
        "breakdown_kv": ((68 - 3.5 * health) * rng.lognormal(0, 0.1, size), 1),
        "power_factor_pct": ((0.05 + 0.07 * health) * rng.lognormal(0, 0.25, size), 3),
        "furan_ppm": (0.012 * np.exp(0.5 * health) * rng.lognormal(0, 0.35, size), 3),
    }
    made = {}
    for name, (numbers, digits) in values.items():
        is_left_out = rng.random(size) < UNMEASURED_SHARE.get(name, 0.0)
        made[name] = rounded(np.where(is_left_out, np.nan, numbers), digits)
    return made
