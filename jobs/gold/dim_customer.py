"""gold.dim_customer: every customer, with its contract and what supplies it as of the last day with a curve."""

from powerlake.dimensions.customers import customers
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import as_of
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.dim_asset import DIM_ASSET
from powerlake.tables.gold.dim_customer import DIM_CUSTOMER
from powerlake.tables.silver.of_feed import silver_of

CUSTOMERS, *SILVER = (
    silver_of(FEEDS[path])
    for path in ("marketing/customers", "marketing/contracts", "marketing/tariffs", "metering/meters")
)
BESIDE = (*SILVER, DIM_ASSET)


def run(ctx: JobContext) -> RunReport:
    found = present(ctx, (CUSTOMERS, *BESIDE))
    if CUSTOMERS.name not in found:
        return ctx.report("left_out", note=f"nothing in {CUSTOMERS.name}")
    rows = customers(found[CUSTOMERS.name], *(found.get(table.name) for table in BESIDE), as_of=as_of(ctx))
    return ctx.report(counts={"customers": ctx.publish_frame(DIM_CUSTOMER, rows)})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
