"""Readings that never came in: lone points, days of one meter, days of a whole concentrator.

What is lost depends on how well a meter is reached by radio, which is drawn beside everything else. Rates are chosen
so that about one value in a hundred is missing, as in the public sets of household readings.
"""

from __future__ import annotations

import numpy as np

from powerlake.simulate.meters import Fleet
from powerlake.simulate.utility import Block, Bools, Ints, Utility

POINT_SHARE = 0.002
"""Values lost one by one, at the median meter."""
DAY_SHARE = 0.004
"""Days lost, at the median meter."""
REACH_SD = 0.7
"""Of the logarithm of a meter's share of losses about the median."""
CONCENTRATOR_A_YEAR = 3
"""Failures of a concentrator, which serves a transformer's customers; each takes one to three days."""


def draw_gaps(utility: Utility, block: Block, transformer: Ints, fleet: Fleet) -> Bools:
    """(n, days, 96) where nothing came in from a point, whole intervals of its meter; all of it where none stands.

    `transformer` (n,) is that of each point.
    """
    random = utility.rng("gaps", block.number)
    n, days = len(transformer), utility.days
    reach = random.lognormal(0, REACH_SD, n)
    lost = np.ones((n, days, 96), bool)
    for minutes in np.unique(fleet.interval_minutes):
        those = np.unique(fleet.point[fleet.interval_minutes == minutes])
        points = 1440 // int(minutes)
        drawn = (
            random.random((len(those), days, points), np.float32)
            < (utility.soil * POINT_SHARE * reach[those])[:, None, None]
        )
        lost[those] = np.repeat(drawn, 96 // points, axis=2)
    by_day = random.random((n, days)) < (utility.soil * DAY_SHARE * reach)[:, None]
    for _ in range(random.poisson(utility.soil * CONCENTRATOR_A_YEAR * days / 365)):
        first, length = int(random.integers(days)), int(random.integers(1, 4))
        by_day[transformer == random.choice(transformer), first : first + length] = True
    return lost | (by_day | (np.arange(days) < _first_days(fleet, n)[:, None]))[:, :, None]


def _first_days(fleet: Fleet, points: int) -> Ints:
    """(points,) the day from which a meter stands there."""
    first = np.zeros(points, np.int64)
    first[fleet.point[::-1]] = fleet.shown_from[::-1]  # written last, the first meter of a point counts
    return first
