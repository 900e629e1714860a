"""What solar roofs give, from the irradiance of their region."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.simulate.sun import clear_irradiance, sun_height, through_clouds
from powerlake.simulate.utility import REGIONS, Block, Floats, Utility
from powerlake.simulate.weather import weather

TILT_DEGREES = 35.0
PERFORMANCE_RATIO = 0.82
"""Of a year, for inverter, wires, dirt and mismatch (IEC 61724 gives its form; usual values are 0.75–0.85)."""
HEAT_LOSS_PER_C = 0.004
"""Power lost for each °C of the cells over 25 °C."""
CELL_HEATING_C = 30.0
"""Cells over the air under 1,000 W/m²."""
DIFFUSE_SHARE = 0.25
"""Of a clear sky's irradiance; under clouds it rises to all."""
_QUARTERS: Floats = (np.arange(96, dtype=np.float64) + 0.5) / 4


def solar_kw(utility: Utility, block: Block, peak_kw: Floats, roofs: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """(roofs, days, 96) mean power of roofs of `peak_kw` (roofs,) each; `roofs` numbers them for their own clouds."""
    region = REGIONS.index(block.region_code)
    sky = weather(utility)
    cloud = np.repeat(sky.cloud[region].reshape(-1, 24), 4, axis=1)
    air = np.repeat(sky.temperature_c[region].reshape(-1, 24), 4, axis=1)
    on_roof = _on_roof(utility, region, cloud)
    warm = 1 - HEAT_LOSS_PER_C * (air + CELL_HEATING_C * on_roof / 1000 - 25)
    per_kwp = on_roof / 1000 * warm * PERFORMANCE_RATIO
    flicker = utility.rng("solar", block.number).normal(0, 0.25, (len(roofs), *cloud.shape)).astype(np.float32)
    broken = (4 * cloud * (1 - cloud)).astype(np.float32)
    power = peak_kw[:, None, None].astype(np.float32) * per_kwp.astype(np.float32) * (1 + broken * flicker)
    return np.asarray(np.clip(power, 0, peak_kw[:, None, None]), dtype=np.float32)


def _on_roof(utility: Utility, region: int, cloud: Floats) -> Floats:
    """(days, 96) W/m² on the tilted plane: the direct part by the sun's height over it, the diffuse part as it is."""
    flat = sun_height(utility.dates, _QUARTERS, region)
    tilted = np.maximum(sun_height(utility.dates, _QUARTERS, region, tilt=TILT_DEGREES), 0)
    total = through_clouds(clear_irradiance(flat), cloud)
    diffuse = total * (DIFFUSE_SHARE + (1 - DIFFUSE_SHARE) * cloud)
    return np.asarray(diffuse + (total - diffuse) * np.minimum(tilted / np.maximum(flat, 0.05), 4.0))
