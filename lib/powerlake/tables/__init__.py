"""Every table, declared once. `TABLES` is the register; `table(name)` looks one up."""

from powerlake.errors import UnknownTable
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.model import Table
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

_DECLARED = (
    LOAD_CURVES_RAW,
    *(bronze_of(feed) for feed in FEEDS.values()),
    LOAD_CURVES,
    DAILY_LOAD_FEATURES,
    CUSTOMER_SEGMENTS,
    SEGMENT_PROFILES,
    JOB_RUNS,
    LANDING_FILES,
)
_QUARANTINES = tuple(quarantine_of(table) for table in _DECLARED if table.layer != "ops")

TABLES: dict[str, Table] = {table.name: table for table in (*_DECLARED, *_QUARANTINES)}


def table(name: str) -> Table:
    """The declaration of `layer.table`. Raises UnknownTable."""
    try:
        return TABLES[name]
    except KeyError:
        raise UnknownTable(name, tuple(sorted(TABLES))) from None
