"""gold.dim_tariff: the prices of every tariff, with the hours, months and dates they hold."""

from powerlake.dimensions.tariffs import tariffs
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.feeds import FEEDS
from powerlake.tables.gold.dim_tariff import DIM_TARIFF
from powerlake.tables.silver.of_feed import silver_of

TARIFFS = silver_of(FEEDS["marketing/tariffs"])


def run(ctx: JobContext) -> RunReport:
    found = present(ctx, [TARIFFS])
    if not found:
        return ctx.report("left_out", note=f"nothing in {TARIFFS.name}")
    prices = tariffs(found[TARIFFS.name])
    return ctx.report(counts={"prices": ctx.publish_frame(DIM_TARIFF, prices)})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
