"""Charging of electric cars at home or at work: a session on some days, from coming home or from the valley's start."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from powerlake.simulate.customers import EV_KW, HOME
from powerlake.simulate.utility import REGIONS, Block, Customers, Ints, Utility
from powerlake.simulate.weather import weather

CHARGER_KW = (3.5, 7.0)
"""Powers of chargers at homes in China."""
LARGE_CHARGER_SHARE = 0.7
SESSION_SHARE = (0.25, 0.65)
"""Range over drivers of the probability that a day has a session."""
ARRIVAL_HOUR = {True: (19.0, 1.6), False: (9.0, 1.0)}
"""Mean and standard deviation of the hour a session starts: at homes, and at work."""
VALLEY_HOUR = 23.25
TIMER_SHARE = 0.35
"""Homes that set the charger to the valley."""
COLD_EXTRA = 0.45
"""More energy for a km at −15 °C than at 20 °C; of the order of published fleet data."""
_QUARTERS_OF_TWO_DAYS = np.arange(192) / 4


def charging_kw(utility: Utility, block: Block, customers: Customers, rows: Ints) -> npt.NDArray[np.float32]:
    """(rows, days, 96) mean power of the cars of the customers at places `rows`."""
    rng = utility.rng("vehicles", block.number)
    count, days = len(rows), utility.days
    is_home = customers.kind[rows] == HOME
    power = np.where(rng.random(count) < LARGE_CHARGER_SHARE, CHARGER_KW[1], CHARGER_KW[0])
    often = rng.uniform(*SESSION_SHARE, count)
    is_timed = is_home & (rng.random(count) < TIMER_SHARE)
    happens = rng.random((count, days)) < often[:, None]
    air = weather(utility).daily_mean_c[REGIONS.index(block.region_code)]
    cold = 1 + COLD_EXTRA * np.clip((20 - air) / 35, 0, 1)
    kwh = EV_KW * 24 / (often * (1 + 0.4 * COLD_EXTRA))[:, None] * cold * rng.gamma(5, 0.2, (count, days))
    mean, sd = (np.where(is_home, ARRIVAL_HOUR[True][place], ARRIVAL_HOUR[False][place]) for place in (0, 1))
    own = mean + rng.normal(0, 0.8, count)
    start = own[:, None] + sd[:, None] * rng.normal(size=(count, days))
    start = np.where(is_timed[:, None], VALLEY_HOUR + rng.uniform(0, 0.2, (count, 1)), np.clip(start, 0, 23.9))
    hours = np.minimum(kwh * happens / power[:, None], 22.0)
    return _spread(start, hours, power)


def _spread(
    start: npt.NDArray[np.float64], hours: npt.NDArray[np.float64], power: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """(cars, days, 96) of sessions (cars, days) that may last into the next day."""
    ends = (start + hours)[..., None]
    share = np.clip(np.minimum(ends - _QUARTERS_OF_TWO_DAYS, _QUARTERS_OF_TWO_DAYS + 0.25 - start[..., None]) * 4, 0, 1)
    inside = np.minimum(share, np.clip(4 * hours, 0, 1)[..., None]).astype(np.float32)
    kw = inside[..., :96].copy()
    kw[:, 1:] += inside[:, :-1, 96:]
    return np.asarray(np.minimum(kw, 1) * power[:, None, None].astype(np.float32))
