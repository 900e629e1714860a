"""The economy of the regions by sector and month, and what authorities order: what firms' use follows."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pyarrow as pa

from powerlake.simulate.tariffs import price_change_date
from powerlake.simulate.utility import REGIONS, Floats, Ints, Made, Utility

SECTORS = tuple("ABCDEFGHIJKLMNOPQRS")
"""Section letters of GB/T 4754."""
GROWTH_A_YEAR = 0.045
CYCLE_SD = (0.05, 0.02)
"""Standard deviation of a sector's cycle, and of a region's own part in it, in shares of the level (chosen)."""
CYCLE_MEMORY = 0.9
"""Correlation of neighbouring months."""
MARGIN_MONTHS = 2
"""Months before the first date that are published too: a lag of two months is usual."""


def months(utility: Utility) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """Months of the economy's figures: from MARGIN_MONTHS before the first date's to the last date's."""
    first, last = (np.datetime64(day, "M") for day in (utility.first_date, utility.last_date))
    return np.arange(first - MARGIN_MONTHS, last + 1)


@lru_cache(maxsize=4)
def output_index(utility: Utility) -> Floats:
    """(regions, sectors, months) output to that of a normal month; do not write into it."""
    rng, count = utility.rng("economy"), len(months(utility))
    sector = _cycles(rng.normal(size=(1, len(SECTORS), count)))
    own = _cycles(rng.normal(size=(len(REGIONS), len(SECTORS), count)))
    trend = GROWTH_A_YEAR / 12 * np.arange(count)
    index = np.exp(trend + CYCLE_SD[0] * sector + CYCLE_SD[1] * own)
    index.setflags(write=False)
    return index


def level_of(utility: Utility, region: int, sectors: Ints) -> Floats:
    """(n, days) output index of firms of SECTORS places `sectors` (n,) on each day."""
    month = (utility.dates.astype("datetime64[M]") - months(utility)[0]).astype(np.int64)
    return np.asarray(output_index(utility)[region][sectors][:, month])


def economy_commons(utility: Utility) -> Made:
    """Feeds external/economy, a row a region, sector and month, and external/policy_events."""
    index, month = output_index(utility), months(utility)
    regions, sectors, count = index.shape
    rows = {
        "region_code": np.repeat(REGIONS, sectors * count),
        "sector_code": np.tile(np.repeat(SECTORS, count), regions),
        "indicator": np.full(index.size, "output_index"),
        "month_date": pa.array(np.tile(month.astype("datetime64[D]"), regions * sectors)),
        "value": np.round(100 * index.ravel(), 1),
    }
    return Made(feeds={"external/economy": pa.table(rows), "external/policy_events": _policy(utility)})


def _cycles(noise: Floats) -> Floats:
    """First-order autoregressions of unit variance along the months."""
    values = noise.copy()
    for month in range(1, values.shape[-1]):
        values[..., month] = CYCLE_MEMORY * values[..., month - 1] + np.sqrt(1 - CYCLE_MEMORY**2) * noise[..., month]
    return values


def _policy(utility: Utility) -> pa.Table:
    """Events by the season: what is in every year's papers; titles as authorities write them."""
    years = range(utility.first_date.year, utility.last_date.year + 1)
    events: list[tuple[str, str, date, date | None, str]] = [
        (REGIONS[place % len(REGIONS)], kind, date(year, month, day), date(year, *until), title)
        for year in years
        for place, (kind, month, day, until, title) in enumerate(
            (
                ("subsidy", 3, 1, (12, 31), "关于分布式光伏发电补贴的通知"),
                ("emission_limit", 11, 1, (11, 20), "秋冬季重污染天气应急减排措施"),
                ("orderly_consumption", 7, 15, (8, 20), "迎峰度夏有序用电方案"),
            ),
            start=utility.seed + year,
        )
    ]
    events.append((REGIONS[0], "price_reform", price_change_date(utility), None, "关于调整目录电价的通知"))
    inside = [event for event in events if utility.first_date <= event[2] <= utility.last_date]
    names = ("region_code", "event_kind", "from_date", "to_date", "title")
    columns = {name: [event[place] for event in inside] for place, name in enumerate(names)}
    schema = pa.schema([(name, pa.date32() if name.endswith("date") else pa.string()) for name in names])
    table = pa.table(columns, schema=schema)
    numbers = [f"PE{event[2]:%Y%m%d}{place:02d}" for place, event in enumerate(inside)]
    table = table.add_column(0, "event_id", pa.array(numbers, pa.string()))
    return table.append_column("source", pa.array(["发展和改革委员会"] * len(inside), pa.string()))
