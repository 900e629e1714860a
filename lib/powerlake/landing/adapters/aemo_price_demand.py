"""Price and demand of the Australian market regions every five minutes, as prices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from powerlake.landing.adapters.columns import instants, local_times, numbers, same
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import files_of, read

OFFSET = "+10:00"
"""The market runs on Australian Eastern Standard Time all year."""
INTERVAL = np.timedelta64(5, "m")
PATTERN = "*price_demand*.csv"


def pieces(folder: Path) -> Iterator[Piece]:
    """Prices, a file a file: AUD/MWh become AUD/kWh, MW become kW, and the label, the interval's end, its start."""
    for file in files_of(folder, PATTERN):
        market = read(file, "REGION", "SETTLEMENTDATE", "TOTALDEMAND", "RRP")
        starts = local_times(market["SETTLEMENTDATE"], "slashes") - INTERVAL
        prices = {
            "area_id": market["REGION"],
            "starts_at": instants(starts, OFFSET),
            "interval_minutes": same("5", len(market)),
            "price_per_kwh": numbers(market["RRP"], 1e-3),
            "currency": same("AUD", len(market)),
            "demand_kw": numbers(market["TOTALDEMAND"], 1e3, 3),
        }
        yield Piece("external/prices", file.name, pa.table(prices))


AEMO_PRICE_DEMAND = Adapter(
    "aemo_price_demand", "Australian market prices and demand, 5 minutes", (PATTERN,), pieces, "Australia/Brisbane"
)
