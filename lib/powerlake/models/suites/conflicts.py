"""The `conflicts` suite on a folder that `powerlake simulate` made: where its departments say different things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.linkage.conflicts import conflicts
from powerlake.linkage.spread import customer_links, fitted, pairs_of, population_of, records_of
from powerlake.linkage.survivorship import golden_customers
from powerlake.models.evaluate_conflicts import evaluate_conflicts
from powerlake.models.suites.conformed_feeds import Conformed, conformed_feeds
from powerlake.models.suites.grid_frames import frames
from powerlake.models.suites.simulated_feeds import truth_rows
from powerlake.project import find_project
from powerlake.settings import Settings, load_settings
from powerlake.tables.feeds.survivorship import Conflict

COMPARED = {
    Conflict.RECORDS_DIFFER: "marketing/customers",
    Conflict.CONTRACTED_POWER: "marketing/customers",
    Conflict.SUPPLY_AFTER_CLOSING: "marketing/contracts",
    Conflict.UNKNOWN_TARIFF: "marketing/contracts",
    Conflict.BILLED_BY_OTHER_TARIFF: "marketing/bills",
    Conflict.METER_OUTSIDE_TOPOLOGY: "metering/meters",
}
"""Feed whose rows are in question, by kind."""
FEEDS = (*dict.fromkeys(COMPARED.values()), "marketing/tariffs", "assets/topology")


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("departments are compared, nothing is learned", remedy="leave out --test")
    planted = truth_rows(train, "conflicts").to_pandas()
    settings = load_settings(find_project())
    feeds = conformed_feeds(train, settings, FEEDS)
    return evaluate_conflicts(found_conflicts(feeds, settings), planted, entities(feeds), seed)


def entities(feeds: dict[str, Conformed]) -> dict[Conflict, int]:
    """Rows in question by kind of conflict."""
    return {kind: len(feeds[path].silver) for kind, path in COMPARED.items()}


def found_conflicts(feeds: dict[str, Conformed], settings: Settings) -> pd.DataFrame:
    """Rows of silver.conflicts of the feeds, less the run."""
    tables = {f"silver.{path.partition('/')[2]}": feeds[path].silver.drop_columns(["key"]) for path in FEEDS}
    with frames(settings, tables) as found:
        people = found["silver.customers"]
        records = records_of(people)
        pairs = pairs_of(records).persist()
        links = customer_links(people, pairs, fitted(pairs, population_of(records))).persist()
        golden = golden_customers(people, links, found["silver.contracts"])
        made = conflicts({**found, "silver.customer_links": links, "silver.golden_customers": golden})
        assert made is not None
        rows: pa.Table = made.toArrow()
        links.unpersist()
        pairs.unpersist()
    told: pd.DataFrame = rows.to_pandas()
    return told
