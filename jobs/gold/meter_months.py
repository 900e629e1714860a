"""gold.area_months and gold.meter_months: supply of areas and sales through meters, of the months that changed."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import OF_SALES, REGISTER_READS, areas_of, loss_months, missing, sold_by_meters
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.area_months import AREA_MONTHS
from powerlake.tables.gold.meter_months import METER_MONTHS


def run(ctx: JobContext) -> RunReport:
    if absent := missing(ctx, OF_SALES):
        return ctx.report("left_out", note=f"nothing in {absent}")
    months = loss_months(ctx)
    if not months:
        return ctx.report("unchanged", note="neither supply, use nor connections changed")
    sources = (*OF_SALES, REGISTER_READS)
    areas = ctx.publish_months(AREA_MONTHS, areas_of(ctx, months), months, sources)
    meters = ctx.publish_months(METER_MONTHS, sold_by_meters(ctx, months), months, sources)
    return ctx.report(counts={"months_made": len(months), "areas_published": areas, "meters_published": meters})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
