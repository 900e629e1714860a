"""Days and months of the market's cells of a simulated folder, by the production kernels but for Spark's joins."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.marketing.customer_use import LEAST_KNOWN_SHARE
from powerlake.marketing.market_months import CELL, HOMES, normal_days_of_region
from powerlake.marketing.market_outlook import MIN_DAYS, NUMBERS, Market, market_of
from powerlake.models.suites.simulated_feeds import curve_rows, feature_rows, feed_rows
from powerlake.project import find_project
from powerlake.settings import load_settings
from powerlake.simulate.run import SUMMARY
from powerlake.simulate.utility import REGIONS, Utility
from powerlake.simulate.weather import weather


def utility_of(folder: Path) -> Utility:
    """What was asked for. Raises ConfigurationError for a folder that `powerlake simulate` did not make."""
    if not (folder / SUMMARY).is_file():
        raise ConfigurationError(f"{folder} has no {SUMMARY}", remedy="name a folder that `powerlake simulate` made")
    facts = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    first = date.fromisoformat(facts["first_date"])
    return Utility(facts["customers"], facts["days"], facts["seed"], first, facts.get("is_clean", False))


def cell_days(folder: Path) -> pd.DataFrame:
    """CELL, date, energy_kwh, customers: as gold.market_days has them."""
    settings = load_settings(find_project())
    features = feature_rows(curve_rows(folder, settings), settings)
    days = features.select(["meter_id", "date", "energy_kwh", "known_share"]).to_pandas()
    days = days[days["known_share"] >= LEAST_KNOWN_SHARE]
    days["date"] = pd.to_datetime(days["date"])
    days["kwh"] = days["energy_kwh"] / days["known_share"]
    meters, contracts, people = (
        feed_rows(folder, path, settings).to_pandas()
        for path in ("metering/meters", "marketing/contracts", "marketing/customers")
    )
    joined = days.merge(_supplies(meters, contracts), on="meter_id").query("`from` <= date <= to")
    joined = joined.merge(people[["customer_id", "region_code", "sector_code"]], on="customer_id")
    joined["sector_code"] = joined["sector_code"].fillna(HOMES)
    joined["kwh"] *= joined["multiplier"]
    by_cell = joined.groupby([*CELL, "date"])
    found: pd.DataFrame = by_cell.agg(energy_kwh=("kwh", "sum"), customers=("customer_id", "nunique")).reset_index()
    return found


def _supplies(meters: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """meter_id, multiplier, customer_id, from, to (both within): a row a contract's time at a meter."""
    joined = meters.merge(contracts, on="point_id", how="inner")
    begin, installed, end, removed = (
        pd.to_datetime(joined[name]) for name in ("start_date", "installed_date", "end_date", "removed_date")
    )
    ever = pd.Timestamp.max.normalize()
    last = np.minimum(end.fillna(ever), removed.fillna(ever) - pd.Timedelta(days=1))
    return pd.DataFrame(
        {
            "meter_id": joined["meter_id"],
            "multiplier": joined["multiplier"].fillna(1.0),
            "customer_id": joined["customer_id"],
            "from": np.maximum(begin, installed),
            "to": last,
        }
    )


def with_normal(days: pd.DataFrame, utility: Utility) -> pd.DataFrame:
    """The days with normal_kwh beside, by the production kernel, region by region."""
    temperature = pd.DataFrame(weather(utility).daily_mean_c.T, index=pd.to_datetime(utility.dates), columns=REGIONS)
    parts = []
    for region, rows in days.groupby("region_code"):
        warm = rows.assign(temperature_c=temperature[region].loc[rows["date"]].to_numpy())
        table = pa.Table.from_pandas(warm, preserve_index=False)
        table = table.set_column(table.column_names.index("date"), "date", table["date"].cast(pa.date32()))
        parts.append(rows.assign(normal_kwh=normal_days_of_region(table)["normal_kwh"].to_numpy()))
    return pd.concat(parts)


def normal_market(days: pd.DataFrame, utility: Utility) -> Market:
    """The market of rows of `cell_days`, with its use in normal weather."""
    return market_of(months_of(with_normal(days, utility)))


def months_of(days: pd.DataFrame) -> pa.Table:
    """Rows as `market_outlook` takes them."""
    month = days["date"].dt.to_period("M").dt.to_timestamp()
    by_month = days.assign(month_date=month).groupby([*CELL, "month_date"])
    months = by_month.agg(
        energy_kwh=("energy_kwh", "sum"),
        normal_kwh=("normal_kwh", lambda values: values.mean() * len(values) if values.count() >= MIN_DAYS else np.nan),
        days=("energy_kwh", "size"),
        customers=("customers", "mean"),
    ).reset_index()
    months[["revenue_cny", "output_index"]] = np.nan
    return pa.Table.from_pandas(months[[*CELL, "month_date", *NUMBERS]], preserve_index=False)
