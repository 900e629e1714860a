"""Smart Grid, Smart City: half-hourly readings of Australian households, as load curves, customers and meters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from powerlake.landing.adapters.columns import local_times, numbers, same
from powerlake.landing.adapters.model import Adapter, Piece
from powerlake.landing.adapters.source import files_of, read

CLOCK = "Etc/GMT-10"
"""Standard time of Sydney, all year: docs/decisions/0003-sgsc-time-labels.md."""
INTERVAL = np.timedelta64(30, "m")
REGION = "AU-NSW"
PATTERN = "interval_readings_*.csv*"
COLUMNS = ("customer_id", "reading_datetime", "general_supply_kwh", "controlled_load_kwh", "gross_generation_kwh")


def pieces(folder: Path) -> Iterator[Piece]:
    """Load curves, a file a file; then the customers and their meters.

    Readings stay in the set's own columns, which the layout `sgsc` is for: it says what their labels mean, that a
    reading is general supply plus controlled load, and that summer is in January. The meter is named as the customer.
    That one is a customer since, and the meter stands since, the first reading is all the set tells; whoever generated
    has a solar roof.
    """
    known = []
    for file in files_of(folder, PATTERN):
        readings = read(file, *COLUMNS)
        starts = local_times(readings["reading_datetime"]) - INTERVAL
        yield Piece("metering/load_curves", f"{file.name.split('.')[0]}.csv.gz", readings.select(COLUMNS[:4]))
        known.append(_seen(readings, pa.array(starts.astype("datetime64[D]"))))
    yield from _customers(pa.concat_tables(known))


def _seen(readings: pa.Table, dates: pa.Array) -> pa.Table:
    """One row a household: first date and highest generation of an interval."""
    generation = numbers(readings["gross_generation_kwh"])
    return _by_household(readings["customer_id"], dates, generation)


def _by_household(household: pa.ChunkedArray, dates: pa.ChunkedArray, generation: pa.ChunkedArray) -> pa.Table:
    rows = pa.table({"household": household, "date": dates, "generation": generation})
    found = rows.group_by("household").aggregate([("date", "min"), ("generation", "max")])
    return found.rename_columns(["household", "date", "generation"]).sort_by("household")


def _customers(known: pa.Table) -> Iterator[Piece]:
    households = _by_household(known["household"], known["date"], known["generation"])
    count = len(households)
    customers = {
        "customer_id": households["household"],
        "customer_kind": same("residential", count),
        "region_code": same(REGION, count),
        "opened_date": households["date"],
        "has_pv": pc.greater(pc.fill_null(households["generation"], 0), 0),
    }
    meters = {
        "meter_id": households["household"],
        "point_id": households["household"],
        "installed_date": households["date"],
        "interval_minutes": same("30", count),
    }
    yield Piece("marketing/customers", "sgsc_customers.csv", pa.table(customers))
    yield Piece("metering/meters", "sgsc_meters.csv", pa.table(meters))


SGSC_HOUSEHOLDS = Adapter("sgsc_households", "half-hourly readings of Australian households", (PATTERN,), pieces, CLOCK)
