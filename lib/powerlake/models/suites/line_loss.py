"""The `line-loss` suite on a folder that `powerlake simulate` made: production's losses beside the true ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.grid.line_loss import line_loss
from powerlake.grid.links import spans
from powerlake.grid.registers import monthly_advances
from powerlake.grid.sold import meter_months
from powerlake.grid.supply import area_months, hourly_supply
from powerlake.models.evaluate_line_loss import evaluate_line_loss
from powerlake.models.suites.grid_frames import frames
from powerlake.models.suites.simulated_feeds import curve_rows, feature_rows, feed_rows, truth_rows
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings

FEEDS = (
    "assets/topology",
    "assets/transformers",
    "dispatch/feeder_load",
    "metering/meters",
    "metering/register_reads",
)


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("losses are reckoned, not learned", remedy="leave out --test")
    rows = reckoned(train, load_settings(find_project())).merge(true_losses(train), on=["transformer_id", "month"])
    errors = truth_rows(train, "topology_errors").to_pandas()
    touched = {*errors["recorded_transformer_id"], *errors["true_transformer_id"]}
    return evaluate_line_loss(rows.assign(is_recorded_right=~rows["transformer_id"].isin(touched)), seed)


def reckoned(folder: Path, settings: Settings) -> pd.DataFrame:
    """gold.line_loss of the folder, less the run."""
    tables = {path.partition("/")[2]: feed_rows(folder, path, settings) for path in FEEDS}
    tables["days"] = feature_rows(curve_rows(folder, settings), settings)
    with frames(settings, tables) as found:
        areas = found["feeder_load"].transform(hourly_supply, settings.utility_clock).transform(area_months).cache()
        advances = monthly_advances(found["register_reads"], found["meters"], settings.utility_clock)
        links = spans(found["topology"], "meter", "transformer")
        sold = meter_months(areas, links, found["days"], advances, found["meters"])
        rows: pa.Table = line_loss(areas, sold, found["transformers"], settings.grid).toArrow()
    losses: pd.DataFrame = rows.to_pandas()
    return losses


def true_losses(folder: Path) -> pd.DataFrame:
    """transformer_id, month, true_loss_kwh (technical, and stolen behind the transformer), technical_loss_kwh.

    What a spell of theft took is spread evenly over its days, and put where the meter truly hangs.
    """
    true = truth_rows(folder, "losses").to_pandas()
    true["month"] = pd.to_datetime(true["month"]).dt.strftime("%Y-%m")
    stolen = _stolen(folder)
    both = true.merge(stolen, on=["transformer_id", "month"], how="left")
    both["true_loss_kwh"] = both["technical_loss_kwh"] + both["stolen_kwh"].fillna(0)
    columns = ["transformer_id", "month", "true_loss_kwh", "technical_loss_kwh"]
    losses: pd.DataFrame = both[columns].rename(columns={"technical_loss_kwh": "true_technical_kwh"})
    return losses


def _stolen(folder: Path) -> pd.DataFrame:
    """transformer_id, month, stolen_kwh."""
    theft = truth_rows(folder, "theft").to_pandas()
    settings = load_settings(find_project())
    links = feed_rows(folder, "assets/topology", settings).to_pandas()
    links = links[links["child_kind"] == "meter"].rename(
        columns={"child_id": "meter_id", "parent_id": "transformer_id"}
    )
    errors = truth_rows(folder, "topology_errors").to_pandas().set_index("meter_id")["true_transformer_id"]
    first, last = pd.to_datetime(theft["from_date"]), pd.to_datetime(theft["to_date"])
    count = (last - first).dt.days + 1
    days = theft.loc[np.repeat(theft.index, count), ["meter_id"]].reset_index(drop=True)
    days["date"] = np.concatenate([pd.date_range(begin, end) for begin, end in zip(first, last, strict=True)])
    days["stolen_kwh"] = np.repeat((theft["stolen_kwh"] / count).to_numpy(), count)
    hung = days.merge(links, on="meter_id")
    ends = pd.to_datetime(hung["valid_to_date"]).fillna(pd.Timestamp.max)
    hung = hung[(pd.to_datetime(hung["valid_from_date"]) <= hung["date"]) & (hung["date"] <= ends)]
    hung["transformer_id"] = hung["meter_id"].map(errors).fillna(hung["transformer_id"])
    hung["month"] = hung["date"].dt.strftime("%Y-%m")
    stolen: pd.DataFrame = hung.groupby(["transformer_id", "month"], as_index=False)["stolen_kwh"].sum()
    return stolen
