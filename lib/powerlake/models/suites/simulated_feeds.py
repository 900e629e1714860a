"""Feeds of a folder that `powerlake simulate` made, typed as silver has them, and its truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.customers.month_shapes import INPUT_COLUMNS
from powerlake.errors import ConfigurationError
from powerlake.loadcurve.daily_features import daily_features
from powerlake.loadcurve.days import lengths
from powerlake.models.suites.conformed_curves import conformed_curves
from powerlake.models.suites.conformed_feeds import conformed_feed
from powerlake.settings import Settings

REMEDY = "name a folder that `powerlake simulate` made"
LAYOUT = "wide"
"""Whose clock the simulated curves are by."""


def feed_rows(folder: Path, path: str, settings: Settings) -> pa.Table:
    """Rows of a feed as they stand in silver after all was delivered. Raises ConfigurationError."""
    return conformed_feed(folder, path, settings).silver.drop_columns(["key"])


def truth_rows(folder: Path, name: str) -> pa.Table:
    """What is really so. Raises ConfigurationError where the folder has no such truth."""
    files = sorted((folder / "truth" / name).glob("*.parquet"))
    if not files:
        raise ConfigurationError(f"{folder} has no truth of {name}", remedy=REMEDY)
    return pa.concat_tables([pq.read_table(file) for file in files], promote_options="permissive")


@dataclass(frozen=True)
class _Asked:
    """A folder's curves under some settings, told apart by their digest."""

    folder: Path
    digest: str
    settings: Settings = field(compare=False)


def curve_rows(folder: Path, settings: Settings) -> pa.Table:
    """meter_id, date, kwh and what `daily_features` needs, of silver.load_curves. Raises ConfigurationError.

    Those last asked for are kept, for several suites ask for the same.
    """
    return _curve_rows(_Asked(folder, settings.digest(), settings))


@lru_cache(maxsize=1)
def _curve_rows(asked: _Asked) -> pa.Table:
    parts = [part.curves.select(INPUT_COLUMNS) for part in conformed_curves(asked.folder, asked.settings)]
    curves = pa.concat_tables(parts).combine_chunks()
    named = {
        "points": pa.array(lengths(curves["kwh"]).astype(np.int16)),
        "month": pc.strftime(curves["date"], "%Y-%m"),
        "bucket": pa.array(np.zeros(len(curves), np.int32)),
    }
    for name, column in named.items():
        curves = curves.append_column(name, column)
    return curves


def feature_rows(curves: pa.Table, settings: Settings) -> pa.Table:
    """Rows of gold.daily_load_features of those curves."""
    clock = settings.layouts[LAYOUT].clock.clock
    return daily_features(curves, clock=clock, southern_hemisphere=False, run_id="evaluate")
