"""How a transformer's oil and winding warm and how fast its paper ages; how condition makes failure likelier."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from powerlake.simulate.utility import Floats

TOP_OIL_RISE_K = 50.0
"""Rise of the top oil over the air at rated load; below the 60 K of GB/T 1094.2."""
HOT_SPOT_RISE_K = 23.0
"""Rise of the hot spot over the top oil at rated load (IEC 60076-7, distribution transformers)."""
LOSS_RATIO = 5.0
"""R of IEEE C57.91: load loss ÷ no-load loss at rated load."""
OIL_EXPONENT, WINDING_EXPONENT = 0.8, 0.8
"""n and m of IEEE C57.91 for ONAN."""
OIL_TIME_CONSTANT_H = 3.0
"""IEC 60076-7 for distribution transformers."""
REFERENCE_HOT_SPOT_K = 383.0
"""Hot spot of normal ageing at 65 °C rise, 110 °C, in kelvin."""
CONDITION_SLOPE = 1.087
"""C of the probability of failure in CNAIM v2.1."""
LEAST_HEALTH = 4.0
"""Below this health the probability of failure does not fall (CNAIM v2.1)."""


def top_oil_c(loading: Floats, air_c: Floats, step_h: float = 1.0) -> Floats:
    """(…, t) top-oil temperature in °C at loadings K (…, t) in air of (t,), by the exponential of IEEE C57.91."""
    ultimate = TOP_OIL_RISE_K * ((loading**2 * LOSS_RATIO + 1) / (LOSS_RATIO + 1)) ** OIL_EXPONENT
    memory = np.exp(-step_h / OIL_TIME_CONSTANT_H)
    start = memory * ultimate[..., :1]
    rise, _ = lfilter([1 - memory], [1.0, -memory], ultimate, axis=-1, zi=start)
    return np.asarray(air_c + rise)


def hot_spot_c(loading: Floats, oil_c: Floats) -> Floats:
    """Temperature of the winding's hottest spot, °C."""
    return np.asarray(oil_c + HOT_SPOT_RISE_K * loading ** (2 * WINDING_EXPONENT))


def ageing_acceleration(spot_c: Floats) -> Floats:
    """F_AA of IEEE C57.91: years of normal life used a year at that hot spot; 1 at 110 °C."""
    return np.asarray(np.exp(15000 / REFERENCE_HOT_SPOT_K - 15000 / (spot_c + 273)))


def failure_shape(health: Floats) -> Floats:
    """How many times likelier than a sound one an asset of that health is to fail: CNAIM's cubic, 1 up to health 4."""
    return _cubic(np.maximum(health, LEAST_HEALTH)) / float(_cubic(np.array(LEAST_HEALTH)))


def _cubic(health: Floats) -> Floats:
    bad = CONDITION_SLOPE * health
    return np.asarray(1 + bad + bad**2 / 2 + bad**3 / 6)
