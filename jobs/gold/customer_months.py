"""gold.customer_months: what each customer took in each month that changed."""

from powerlake.marketing.customer_use import customer_months
from powerlake.pipeline.changed import months_to_make
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.customer_days import CUSTOMER_DAYS
from powerlake.tables.gold.customer_months import CUSTOMER_MONTHS


def run(ctx: JobContext) -> RunReport:
    months = months_to_make(ctx, CUSTOMER_MONTHS, [CUSTOMER_DAYS])
    if not months:
        return ctx.report("unchanged", note="no customer's day changed")
    rows = customer_months(ctx.read_months(CUSTOMER_DAYS, months))
    published = ctx.publish_months(CUSTOMER_MONTHS, rows, months, (CUSTOMER_DAYS,))
    return ctx.report(counts={"months_made": len(months), "customer_months_published": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
