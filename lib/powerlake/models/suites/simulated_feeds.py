"""Feeds of a folder that `powerlake simulate` made, typed as silver has them, and its truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from powerlake.conformed.cells import cells_of
from powerlake.errors import ConfigurationError
from powerlake.landing.feed_rows import read_feed
from powerlake.loadcurve.daily_features import daily_features
from powerlake.loadcurve.days import lengths
from powerlake.models.suites.segments import silver_curves
from powerlake.settings import Settings
from powerlake.tables.feeds import FEEDS

REMEDY = "name a folder that `powerlake simulate` made"
LAYOUT = "wide"
"""Whose clock the simulated curves are by."""


def feed_rows(folder: Path, path: str, settings: Settings) -> pa.Table:
    """The first row of each key of a feed, the typed columns that silver has of it. Raises ConfigurationError."""
    feed = FEEDS[path]
    files = sorted((folder / "landing" / path).glob("*"))
    if not files:
        raise ConfigurationError(f"{folder} has no {path}", remedy=REMEDY)
    rows = pa.concat_tables([part.rows for file in files for part in read_feed(file, feed)])
    columns: dict[str, pa.Array] = {}
    for item in feed.fields:
        if not item.is_direct:
            aliases = settings.code_aliases.get(f"{feed.name}.{item.name}", {})
            columns |= cells_of(item, rows[item.name].combine_chunks(), settings.utility_clock, aliases).columns
    typed = pa.table(columns)
    place = typed.append_column("", pa.array(np.arange(len(typed))))
    firsts = place.group_by(list(feed.key), use_threads=False).aggregate([("", "min")])
    return typed.take(firsts["_min"])


def truth_rows(folder: Path, name: str) -> pa.Table:
    """What is really so. Raises ConfigurationError where the folder has no such truth."""
    files = sorted((folder / "truth" / name).glob("*.parquet"))
    if not files:
        raise ConfigurationError(f"{folder} has no truth of {name}", remedy=REMEDY)
    return pa.concat_tables([pq.read_table(file) for file in files], promote_options="permissive")


def curve_rows(folder: Path, settings: Settings) -> pa.Table:
    """meter_id, date, kwh and what `daily_features` needs, of silver.load_curves; each month validated by itself."""
    months = sorted((folder / "landing" / "metering" / "load_curves").glob("*"))
    if not months:
        raise ConfigurationError(f"{folder} has no metering/load_curves", remedy=REMEDY)
    curves = pa.concat_tables([silver_curves(month, settings)[0] for month in months]).combine_chunks()
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
