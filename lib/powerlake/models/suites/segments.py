"""The `segments` suite on load-curve files: landing reader, silver kernel, then the evaluation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from powerlake.customers.month_shapes import INPUT_COLUMNS
from powerlake.errors import ConfigurationError
from powerlake.landing.discover import sha256_of
from powerlake.landing.load_curves import read_load_curves
from powerlake.landing.refusals import Delivery
from powerlake.loadcurve.silver_shard import BRONZE_COLUMNS, silver_shard
from powerlake.models.evaluate_segments import evaluate_segments
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings

PATTERNS = ("*.csv", "*.csv.gz", "*.parquet")


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for a folder without a readable load-curve file."""
    settings = load_settings(find_project())
    curves, southern = silver_curves(train, settings)
    return evaluate_segments(
        curves, None if test is None else silver_curves(test, settings)[0], seed, southern_hemisphere=southern
    )


def silver_curves(folder: Path, settings: Settings) -> tuple[pa.Table, bool]:
    """Rows of silver.load_curves made of the folder's files, and whether the meters are in the south."""
    files = sorted(path for pattern in PATTERNS for path in folder.glob(pattern))
    now = datetime.now(UTC)
    parts = [
        part.rows.select(BRONZE_COLUMNS)
        for path in files
        for part in read_load_curves(path, Delivery(path.name, sha256_of(path), 1, now, "evaluate", 1))
        if len(part.rows)
    ]
    if not parts:
        raise ConfigurationError(f"{folder} has no load-curve file that can be read", remedy="see docs/feeds")
    bronze = pa.concat_tables(parts)
    clocks = {name: layout.clock for name, layout in settings.layouts.items()}
    shard = silver_shard(bronze, None, rules=settings.vee, clocks=clocks, run_id="evaluate", at=now)
    layouts = shard.curves["layout"].value_counts().to_pylist()
    commonest = max(layouts, key=lambda item: item["counts"])["values"]
    return shard.curves.select(INPUT_COLUMNS), settings.layouts[commonest].southern_hemisphere
