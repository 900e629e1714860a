"""gold.market_model: what is sold by region, sector and month, how it grows, and the year to come."""

from powerlake.marketing.market_model import INPUTS, market_model
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.customer_frames import latest_date
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.market_model import MARKET_MODEL

SOLD = {"gold.market_days", "silver.bills"}
"""What tells of sales: either is enough."""


def run(ctx: JobContext) -> RunReport:
    found = present(ctx, INPUTS)
    if not SOLD & found.keys():
        return ctx.report("left_out", note=f"nothing in {', '.join(sorted(SOLD))}")
    as_of = ctx.window.end or latest_date(ctx, INPUTS)
    assert as_of is not None
    return ctx.report(counts={"rows": ctx.publish_frame(MARKET_MODEL, market_model(found, as_of))})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
