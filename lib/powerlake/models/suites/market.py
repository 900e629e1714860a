"""The `market` suite on a folder that `powerlake simulate` made: the production kernels on its load curves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from powerlake.errors import ConfigurationError
from powerlake.marketing.customer_use import LEAST_KNOWN_SHARE
from powerlake.marketing.market_months import CELL, HOMES, normal_days_of_region
from powerlake.marketing.market_outlook import MIN_DAYS, NUMBERS, growth, market_of
from powerlake.models.evaluate_market import Growths, evaluate_market
from powerlake.simulate.customers import draw_customers
from powerlake.simulate.economy import SECTORS, level_of
from powerlake.simulate.run import SUMMARY
from powerlake.simulate.utility import KINDS, REGIONS, Utility
from powerlake.simulate.weather import weather

FOLLOWS = np.array([0.0, 0.3, 0.3, 1.0, 0.3, 0.0])
"""Power of the economy's level that customers of each of KINDS follow, as `simulate.businesses` has them."""
assert len(FOLLOWS) == len(KINDS)

Doubles = npt.NDArray[np.float64]


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("nothing is fitted on other customers than those judged", remedy="leave out --test")
    if not (train / SUMMARY).is_file():
        raise ConfigurationError(f"{train} has no {SUMMARY}", remedy="name a folder that `powerlake simulate` made")
    return evaluate_market(growths_of(train), seed)


def growths_of(folder: Path) -> Growths:
    """Planted, normal and raw growth of each cell's month that has all three."""
    facts = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    utility = Utility(facts["customers"], facts["days"], facts["seed"], date.fromisoformat(facts["first_date"]))
    who, planted = _planted(utility)
    days = _cell_days(_meter_days(folder), _points(folder), who)
    market = market_of(_months(_with_normal(days, utility)))
    months = len(planted[next(iter(planted))])
    truth = np.stack([planted[cell] for cell in market.cells])
    found = [growth(market.daily(name))[:, :months] for name in ("normal_kwh", "energy_kwh")]
    wanted = growth(truth)
    row, month = np.nonzero(np.isfinite(wanted) & np.isfinite(found[0]) & np.isfinite(found[1]))
    return Growths(row, wanted[row, month], found[0][row, month], found[1][row, month], truth[row, month])


def _planted(utility: Utility) -> tuple[pd.DataFrame, dict[tuple[str, str], Doubles]]:
    """Customers with their point and cell, and by cell (months,) the planted power of a mean day."""
    month = (utility.dates.astype("datetime64[M]") - utility.dates[0].astype("datetime64[M]")).astype(np.int64)
    who: list[pd.DataFrame] = []
    planted: dict[tuple[str, str], Doubles] = {}
    for block in utility.blocks:
        customers = draw_customers(utility, block)
        region = REGIONS.index(block.region_code)
        sector = np.array([code or HOMES for code in customers.sector_code])
        day = np.arange(utility.days)
        is_here = (day >= customers.from_day[:, None]) & (day < customers.to_day[:, None])
        place = np.array([SECTORS.index(code) if code != HOMES else 0 for code in sector], dtype=np.int64)
        level = level_of(utility, region, place) ** FOLLOWS[customers.kind][:, None]
        power = customers.mean_kw[:, None] * level * is_here
        for code in np.unique(sector):
            daily = np.bincount(month, power[sector == code].sum(axis=0)) / np.bincount(month)
            key = (block.region_code, str(code))
            planted[key] = planted.get(key, np.zeros(len(daily))) + daily
        who.append(
            pd.DataFrame(
                {"customer_id": customers.customer_id, "region_code": block.region_code, "sector_code": sector}
            )
        )
    return pd.concat(who), planted


def _points(folder: Path) -> pd.DataFrame:
    """meter_id, multiplier, customer_id, from, to: as marketing and metering deliver them."""
    meters, contracts = _rows(folder, "metering/meters"), _rows(folder, "marketing/contracts")
    joined = meters.drop_duplicates(["meter_id", "installed_date"]).merge(
        contracts.drop_duplicates(["contract_id", "start_date"]), on="point_id", how="inner"
    )
    start, end = (_dates(joined[name]) for name in ("start_date", "end_date"))
    return pd.DataFrame(
        {
            "meter_id": joined["meter_id"],
            "multiplier": pd.to_numeric(joined["multiplier"], errors="coerce").fillna(1.0),
            "customer_id": joined["customer_id"],
            "from": start,
            "to": end.fillna(pd.Timestamp.max.normalize()),
        }
    )


def _rows(folder: Path, feed: str) -> pd.DataFrame:
    """All rows of a feed's CSV files as text."""
    parts = []
    for path in sorted((folder / "landing" / feed).rglob("*.csv*")):
        try:
            parts.append(pd.read_csv(path, dtype=str))
        except UnicodeDecodeError:
            parts.append(pd.read_csv(path, dtype=str, encoding="gb18030"))
    return pd.concat(parts)


def _dates(texts: pd.Series) -> pd.Series:
    """Days, whatever form the file has them in; NaT where it has none."""
    return pd.to_datetime(texts.str.replace(r"\D", "", regex=True).str[:8], format="%Y%m%d", errors="coerce")


def _meter_days(folder: Path) -> pd.DataFrame:
    """meter_id, date, kwh before the multiplier, of wide load-curve rows with enough known points."""
    parts = []
    for path in sorted((folder / "landing/metering/load_curves").glob("*/curves_*")):
        if "_again" in path.name:
            continue
        table = pq.read_table(path) if path.suffix == ".parquet" else arrow_csv.read_csv(path)
        points = [name for name in table.column_names if name[0] == "P" and name[1:].isdigit()]
        values = np.column_stack([table[name].to_numpy().astype(float) for name in points])
        known = (~np.isnan(values)).mean(axis=1)
        kwh = np.nansum(values, axis=1) / np.where(known > 0, known, np.nan)
        dates = pd.to_datetime(pd.Series(table["date"].to_pandas()).astype(str))
        rows = pd.DataFrame({"meter_id": table["meter_id"].to_pandas().astype(str), "date": dates, "kwh": kwh})
        parts.append(rows[known >= LEAST_KNOWN_SHARE])
    days = pd.concat(parts).drop_duplicates(["meter_id", "date"])
    assert isinstance(days, pd.DataFrame)
    return days


def _cell_days(meter_days: pd.DataFrame, points: pd.DataFrame, who: pd.DataFrame) -> pd.DataFrame:
    """CELL, date, kwh, customers."""
    joined: pd.DataFrame = (
        meter_days.merge(points, on="meter_id").query("`from` <= date <= to").merge(who, on="customer_id")
    )
    joined["kwh"] *= joined["multiplier"]
    by_cell = joined.groupby([*CELL, "date"])
    days: pd.DataFrame = by_cell.agg(kwh=("kwh", "sum"), customers=("customer_id", "nunique")).reset_index()
    return days


def _with_normal(days: pd.DataFrame, utility: Utility) -> pd.DataFrame:
    """The days with normal_kwh beside, by the production kernel, region by region."""
    temperature = pd.DataFrame(weather(utility).daily_mean_c.T, index=pd.to_datetime(utility.dates), columns=REGIONS)
    parts = []
    for region, rows in days.groupby("region_code"):
        warm = rows.assign(temperature_c=temperature[region].loc[rows["date"]].to_numpy())
        table = pa.Table.from_pandas(warm, preserve_index=False)
        table = table.set_column(table.column_names.index("date"), "date", table["date"].cast(pa.date32()))
        parts.append(rows.assign(normal_kwh=normal_days_of_region(table)["normal_kwh"].to_numpy()))
    return pd.concat(parts)


def _months(days: pd.DataFrame) -> pa.Table:
    """Rows as `market_outlook` takes them."""
    month = days["date"].dt.to_period("M").dt.to_timestamp()
    by_month = days.assign(month_date=month).groupby([*CELL, "month_date"])
    months = by_month.agg(
        energy_kwh=("kwh", "sum"),
        normal_kwh=("normal_kwh", lambda values: values.mean() * len(values) if values.count() >= MIN_DAYS else np.nan),
        days=("kwh", "size"),
        customers=("customers", "mean"),
    ).reset_index()
    months[["revenue_cny", "output_index"]] = np.nan
    return pa.Table.from_pandas(months[[*CELL, "month_date", *NUMBERS]], preserve_index=False)
