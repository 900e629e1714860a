"""The `topology` suite on a folder that `powerlake simulate` made: which meters hang elsewhere than recorded."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import functions as F

from powerlake.errors import ConfigurationError
from powerlake.grid.installations import as_installed
from powerlake.grid.links import on_the_day, spans
from powerlake.grid.supply import hourly_supply
from powerlake.grid.topology_suspects import Comparison, topology_suspects
from powerlake.models.evaluate_topology import evaluate_topology
from powerlake.models.suites.grid_frames import frames
from powerlake.models.suites.simulated_feeds import curve_rows, feed_rows, truth_rows
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings

FEEDS = ("assets/topology", "dispatch/feeder_load", "metering/meters")


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("balances are compared, nothing is learned", remedy="leave out --test")
    wrong = truth_rows(train, "topology_errors").to_pandas()
    settings = load_settings(find_project())
    return evaluate_topology(found_suspects(train, settings, curve_rows(train, settings)), wrong, seed)


def found_suspects(folder: Path, settings: Settings, silver: pa.Table) -> pd.DataFrame:
    """gold.topology_suspects of the folder, less the run; `silver` are rows of `curve_rows`."""
    curves = silver.select(["meter_id", "date", "kwh"])
    last = pc.max(curves["date"]).as_py()
    compared = Comparison(last - timedelta(days=settings.grid.topology_days - 1), last, settings.grid.suspect_evidence)
    tables = {path.partition("/")[2]: feed_rows(folder, path, settings) for path in FEEDS}
    tables["curves"] = curves.filter(pc.greater_equal(curves["date"], pa.scalar(compared.first)))
    with frames(settings, tables) as found:
        up = spans(found["topology"], "transformer", "feeder")
        hung = (
            found["curves"]
            .transform(as_installed, found["meters"])
            .transform(on_the_day, spans(found["topology"], "meter", "transformer"), "meter")
            .transform(on_the_day, up, "transformer")
        )
        supply = found["feeder_load"].transform(hourly_supply, settings.utility_clock)
        within = supply.where(F.col("date").between(compared.first, compared.last))
        rows: pa.Table = topology_suspects(hung, within.transform(on_the_day, up, "transformer"), compared).toArrow()
    suspects: pd.DataFrame = rows.to_pandas()
    return suspects
