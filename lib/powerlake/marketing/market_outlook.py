"""What the months of the market say together: growth, the link with the economy, and the year to come.

Months of a mean day are compared, so that a leap day or a gap is no growth. Cells are regions × sectors: a few
hundred, so all of them are worked on in one place, a loop over cells included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from powerlake.marketing.economy_link import EconomyLink, economy_link
from powerlake.marketing.seasonal_forecast import HORIZON, Forecasts, forecasts

Doubles = npt.NDArray[np.float64]
Months = npt.NDArray[np.datetime64]

MIN_DAYS = 25
"""Days of a month that must be known for its mean day to be compared with another month's."""
NUMBERS = ("energy_kwh", "normal_kwh", "revenue_cny", "output_index", "days", "customers")
"""Columns taken as they are given, each null where a month has none."""
OUTLOOK = pa.schema(
    [
        ("region_code", pa.string()),
        ("sector_code", pa.string()),
        ("month_date", pa.date32()),
        *((name, pa.float64()) for name in NUMBERS),
        ("growth", pa.float64()),
        ("normal_growth", pa.float64()),
        ("economy_correlations", pa.list_(pa.float64())),
        ("economy_low_95", pa.list_(pa.float64())),
        ("economy_high_95", pa.list_(pa.float64())),
        ("economy_pairs", pa.list_(pa.int64())),
        ("economy_changes", pa.string()),
        ("economy_lag_months", pa.int64()),
        ("forecast_kwh", pa.float64()),
        *((f"{end}_{level}_kwh", pa.float64()) for level in (80, 95) for end in ("low", "high")),
        ("forecast_method", pa.string()),
        ("forecast_skill", pa.float64()),
        ("forecast_tested", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Market:
    """Measures (cells, months) of all cells over the same unbroken months."""

    cells: list[tuple[str, str]]
    months: Months
    numbers: dict[str, Doubles]

    def daily(self, measure: str) -> Doubles:
        """(cells, months) mean day of an energy; NaN where too few days are known."""
        days = self.numbers["days"]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(days >= MIN_DAYS, self.numbers[measure] / days, np.nan)


def outlook(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows of OUTLOOK, for batches of region_code, sector_code, month_date and NUMBERS that are all of the market."""
    held = list(batches)
    if held and sum(batch.num_rows for batch in held):
        yield from market_outlook(pa.Table.from_batches(held)).to_batches()


def market_outlook(rows: pa.Table) -> pa.Table:
    """The rows given, and HORIZON further months of each cell that is known to its end, with what they say together.

    What is said of a cell as a whole stands in each of its rows.
    """
    market = market_of(rows)
    raw, normal = market.daily("energy_kwh"), market.daily("normal_kwh")
    growths = growth(raw), growth(normal)
    # Where the weather is unknown the use itself is what there is to go by.
    series = np.where(np.isnan(normal).all(axis=1, keepdims=True), raw, normal)
    last = np.flatnonzero(~np.isnan(series).all(axis=0))
    end = int(last[-1]) + 1 if len(last) else 0
    ahead = forecasts(series[:, :end])
    parts = [
        _rows_of_cell(
            market,
            place,
            (growths[0][place], growths[1][place]),
            economy_link(series[place], market.numbers["output_index"][place]),
            ahead,
            end,
        )
        for place in range(len(market.cells))
    ]
    return pa.concat_tables(parts) if parts else OUTLOOK.empty_table()


def market_of(rows: pa.Table) -> Market:
    """The rows as matrices, over every month from the first to the last and HORIZON more."""
    month = rows["month_date"].to_numpy().astype("datetime64[M]")
    months = np.arange(month.min(), month.max() + 1 + HORIZON)
    keys = list(zip(rows["region_code"].to_pylist(), rows["sector_code"].to_pylist(), strict=True))
    cells = sorted(set(keys))
    place_of = {cell: place for place, cell in enumerate(cells)}
    cell = np.array([place_of[key] for key in keys])
    numbers = {}
    for name in NUMBERS:
        numbers[name] = np.full((len(cells), len(months)), np.nan)
        numbers[name][cell, (month - months[0]).astype(np.int64)] = rows[name].to_numpy().astype(np.float64)
    return Market(cells, months, numbers)


def growth(daily: Doubles) -> Doubles:
    """(cells, months) change to the same month of the year before, as a share; NaN where either is unknown."""
    found: Doubles = np.full(daily.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = daily[:, 12:] / daily[:, :-12] - 1
    found[:, 12:] = np.where(np.isfinite(change), change, np.nan)
    return found


def _rows_of_cell(
    market: Market,
    place: int,
    growths: tuple[Doubles, Doubles],
    link: EconomyLink,
    ahead: Forecasts,
    end: int,
) -> pa.Table:
    """Rows of OUTLOOK of a cell; `end` is the place of the first month to be forecast."""
    given = {name: values[place] for name, values in market.numbers.items()}
    coming = {"forecast_kwh": ahead.use[place]}
    for level, low, high in zip((80, 95), ahead.low[place], ahead.high[place], strict=True):
        coming |= {f"low_{level}_kwh": low, f"high_{level}_kwh": high}
    length = ((market.months + 1).astype("datetime64[D]") - market.months.astype("datetime64[D]")).astype(np.float64)
    numbers = {**given, "growth": growths[0], "normal_growth": growths[1]}
    numbers |= {name: _from(end, values, len(length)) * length for name, values in coming.items()}
    is_said = ~np.isnan(np.stack([given["energy_kwh"], given["revenue_cny"], numbers["forecast_kwh"]])).all(axis=0)
    count = int(is_said.sum())
    of_cell = {
        "region_code": market.cells[place][0],
        "sector_code": market.cells[place][1],
        "economy_correlations": _known(link.correlations),
        "economy_low_95": _known(link.low),
        "economy_high_95": _known(link.high),
        "economy_pairs": link.pairs.tolist(),
        "economy_changes": link.changes,
        "economy_lag_months": link.best_lag,
        "forecast_method": ahead.method[place],
        "forecast_skill": None if np.isnan(ahead.skill[place]) else float(ahead.skill[place]),
        "forecast_tested": int(ahead.tested[place]),
    }
    columns: dict[str, pa.Array] = {
        "month_date": pa.array(market.months[is_said].astype("datetime64[D]")),
        **{name: pa.array(values[is_said], from_pandas=True) for name, values in numbers.items()},
        **{name: pa.array([value] * count, OUTLOOK.field(name).type) for name, value in of_cell.items()},
    }
    return pa.table([columns[name] for name in OUTLOOK.names], schema=OUTLOOK)


def _known(values: Doubles) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in values]


def _from(start: int, values: Doubles, months: int) -> Doubles:
    """(months,) `values` from place `start` on, NaN elsewhere."""
    placed: Doubles = np.full(months, np.nan)
    placed[start : start + len(values)] = values
    return placed
