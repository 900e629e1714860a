"""gold.dim_date: every local date of each region, with working days and holidays."""

from powerlake.dimensions.dates import dates
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.dim_date import DIM_DATE
from powerlake.tables.silver.of_feed import silver_of

CALENDAR = silver_of(FEEDS["external/calendar"])


def run(ctx: JobContext) -> RunReport:
    found = present(ctx, [CALENDAR])
    if not found:
        return ctx.report("left_out", note=f"nothing in {CALENDAR.name}")
    return ctx.report(counts={"dates": ctx.publish_frame(DIM_DATE, dates(found[CALENDAR.name]))})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
