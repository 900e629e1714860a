"""silver.golden_customers: one row a person or firm, from all records of it."""

from powerlake.linkage.survivorship import golden_customers
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.feeds.marketing import CONTRACTS, CUSTOMERS
from powerlake.tables.silver.customer_links import CUSTOMER_LINKS
from powerlake.tables.silver.golden_customers import GOLDEN_CUSTOMERS
from powerlake.tables.silver.of_feed import silver_of

SOURCES = (silver_of(CUSTOMERS), CUSTOMER_LINKS, silver_of(CONTRACTS))


def run(ctx: JobContext) -> RunReport:
    if not ctx.has_news(GOLDEN_CUSTOMERS, SOURCES):
        return ctx.report("unchanged", note="neither a customer nor a contract changed")
    customers, links = ctx.read(silver_of(CUSTOMERS)), ctx.read(CUSTOMER_LINKS)
    contracts = present(ctx, [silver_of(CONTRACTS)]).get(silver_of(CONTRACTS).name)
    published = ctx.publish_frame(GOLDEN_CUSTOMERS, golden_customers(customers, links, contracts), SOURCES)
    return ctx.report(counts={"customers": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
