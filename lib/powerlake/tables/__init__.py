"""Every table, declared once. `TABLES` is the register; `table(name)` looks one up."""

from powerlake.errors import UnknownTable
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.bronze.of_feed import bronze_of
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.area_months import AREA_MONTHS
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_months import CUSTOMER_MONTHS
from powerlake.tables.gold.customer_profile import CUSTOMER_PROFILE
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.data_quality import DATA_QUALITY
from powerlake.tables.gold.dim_asset import DIM_ASSET
from powerlake.tables.gold.dim_customer import DIM_CUSTOMER
from powerlake.tables.gold.dim_date import DIM_DATE
from powerlake.tables.gold.dim_tariff import DIM_TARIFF
from powerlake.tables.gold.line_loss import LINE_LOSS
from powerlake.tables.gold.market_days import MARKET_DAYS
from powerlake.tables.gold.market_model import MARKET_MODEL
from powerlake.tables.gold.meter_months import METER_MONTHS
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.gold.topology_suspects import TOPOLOGY_SUSPECTS
from powerlake.tables.model import Table
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS
from powerlake.tables.ops.waiting_rows import WAITING_ROWS
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.conflicts import CONFLICTS
from powerlake.tables.silver.customer_links import CUSTOMER_LINKS
from powerlake.tables.silver.golden_customers import GOLDEN_CUSTOMERS
from powerlake.tables.silver.load_curves import LOAD_CURVES
from powerlake.tables.silver.of_feed import silver_of

_DECLARED = (
    LOAD_CURVES_RAW,
    *(bronze_of(feed) for feed in FEEDS.values()),
    LOAD_CURVES,
    *(silver_of(feed) for feed in FEEDS.values()),
    CUSTOMER_LINKS,
    GOLDEN_CUSTOMERS,
    CONFLICTS,
    DAILY_LOAD_FEATURES,
    MONTHLY_LOAD_SHAPES,
    MONTHLY_SHAPE_CODES,
    CUSTOMER_SEGMENTS,
    SEGMENT_PROFILES,
    DIM_DATE,
    DIM_TARIFF,
    DIM_ASSET,
    DIM_CUSTOMER,
    AREA_MONTHS,
    METER_MONTHS,
    LINE_LOSS,
    TOPOLOGY_SUSPECTS,
    CUSTOMER_DAYS,
    CUSTOMER_MONTHS,
    MARKET_DAYS,
    CUSTOMER_PROFILE,
    MARKET_MODEL,
    DATA_QUALITY,
    JOB_RUNS,
    LANDING_FILES,
    QUALITY_CHECKS,
    WAITING_ROWS,
)
_QUARANTINES = tuple(quarantine_of(table) for table in _DECLARED if table.layer != "ops")

TABLES: dict[str, Table] = {table.name: table for table in (*_DECLARED, *_QUARANTINES)}


def table(name: str) -> Table:
    """The declaration of `layer.table`. Raises UnknownTable."""
    try:
        return TABLES[name]
    except KeyError:
        raise UnknownTable(name, tuple(sorted(TABLES))) from None
