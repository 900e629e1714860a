"""The `line-loss` suite on a folder that `powerlake simulate` made: production's losses beside the true ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.grid.line_loss import line_loss
from powerlake.grid.links import spans
from powerlake.grid.registers import monthly_advances
from powerlake.grid.sold import meter_months
from powerlake.grid.supply import area_months, hourly_supply
from powerlake.grid.topology_suspects import SUSPECTS
from powerlake.models.evaluate_line_loss import evaluate_line_loss
from powerlake.models.suites.grid_frames import frames
from powerlake.models.suites.simulated_feeds import curve_rows, feature_rows, feed_rows, truth_rows
from powerlake.models.suites.topology import found_suspects
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
    return evaluate_line_loss(with_truth(reckoned(train, load_settings(find_project())), train), seed)


def reckoned(folder: Path, settings: Settings) -> pd.DataFrame:
    """gold.line_loss of the folder, less the run, after gold.topology_suspects."""
    silver = curve_rows(folder, settings)
    suspects = found_suspects(folder, settings, silver)
    tables = {path.partition("/")[2]: feed_rows(folder, path, settings) for path in FEEDS}
    tables["days"] = feature_rows(silver, settings)
    tables["suspects"] = pa.Table.from_pandas(suspects, SUSPECTS, preserve_index=False)
    with frames(settings, tables) as found:
        areas = found["feeder_load"].transform(hourly_supply, settings.utility_clock).transform(area_months).cache()
        advances = monthly_advances(found["register_reads"], found["meters"], settings.utility_clock)
        links = spans(found["topology"], "meter", "transformer")
        sold = meter_months(areas, links, found["days"], advances, found["meters"]).cache()
        rows: pa.Table = line_loss(areas, sold, found["transformers"], settings.grid, found["suspects"]).toArrow()
        sold.unpersist()
        areas.unpersist()
    losses: pd.DataFrame = rows.to_pandas()
    return losses


def with_truth(rows: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The rows with what is really so beside.

    true_technical_kwh, stolen_kwh, miscounted_kwh, and true_loss_kwh, which is all three; is_recorded_right, whether
    no meter is wrongly recorded in the area or out of it.
    """
    lost, uncounted = (truth_rows(folder, name).to_pandas() for name in ("losses", "uncounted"))
    true = lost.merge(uncounted, on=["transformer_id", "month"])
    true["month"] = pd.to_datetime(true["month"]).dt.strftime("%Y-%m")
    true["true_technical_kwh"] = true["technical_loss_kwh"]
    true["true_loss_kwh"] = true[["technical_loss_kwh", "stolen_kwh", "miscounted_kwh"]].sum(axis=1)
    names = ["transformer_id", "month", "true_technical_kwh", "true_loss_kwh", "stolen_kwh", "miscounted_kwh"]
    both = rows.merge(true[names], on=["transformer_id", "month"])
    errors = truth_rows(folder, "topology_errors").to_pandas()
    touched = {*errors["recorded_transformer_id"], *errors["true_transformer_id"]}
    judged: pd.DataFrame = both.assign(is_recorded_right=~both["transformer_id"].isin(touched))
    return judged
