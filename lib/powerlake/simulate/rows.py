"""Numbers and times of rows that events leave: they say nothing of what the event was."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from powerlake.simulate.utility import Bools, Dates, Floats, Ints, Utility


def ids(rng: np.random.Generator, prefix: str, group: int, count: int) -> list[str]:
    """`count` different numbers of a block (or another group), in no order and from a range that tells no count."""
    return [f"{prefix}{group:05d}{number:06d}" for number in rng.choice(1_000_000, count, replace=False)]


def at_second(utility: Utility, rng: np.random.Generator, day: Ints, hour: Ints) -> Dates:
    """(m,) instants at a random second of the hours."""
    seconds = hour * 3600 + rng.integers(0, 3600, len(day))
    return np.asarray(utility.dates[0] + day.astype("timedelta64[D]") + seconds.astype("timedelta64[s]"))


def instants(moments: Dates, missing: Bools | None = None) -> pa.Array:
    """Local instants for a feed."""
    return pa.array(moments.astype("datetime64[us]"), mask=missing)


def rounded(values: Floats, digits: int) -> pa.Array:
    """Numbers as a department writes them; NaN is a missing value."""
    return pa.array(np.round(values.astype(float), digits), from_pandas=True)
