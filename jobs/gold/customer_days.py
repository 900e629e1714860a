"""gold.customer_days: what each customer took on each day, of the months in which that may have changed."""

from powerlake.marketing.customer_use import customer_days
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.customer_frames import SUPPLY, supply_months
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES


def run(ctx: JobContext) -> RunReport:
    months = supply_months(ctx)
    if not months:
        return ctx.report("unchanged", note="neither a day nor who is supplied changed")
    rows = customer_days(ctx.read_months(DAILY_LOAD_FEATURES, months), present(ctx, SUPPLY))
    published = ctx.publish_months(CUSTOMER_DAYS, rows, months, (DAILY_LOAD_FEATURES, *SUPPLY))
    return ctx.report(counts={"months_made": len(months), "days_published": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
