"""gold.market_days: what each region and sector took on each day, of the months in which that may have changed."""

from powerlake.marketing.market_months import market_cells, market_days
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.customer_frames import IN_CELL, market_months
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.market_days import MARKET_DAYS


def run(ctx: JobContext) -> RunReport:
    months = market_months(ctx)
    if not months:
        return ctx.report("unchanged", note="neither a day nor a customer's region or sector changed")
    rows = market_days(ctx.read_months(CUSTOMER_DAYS, months), market_cells(ctx.read(IN_CELL.table)))
    published = ctx.publish_months(MARKET_DAYS, rows, months, (CUSTOMER_DAYS, IN_CELL.table))
    return ctx.report(counts={"months_made": len(months), "cell_days_published": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
