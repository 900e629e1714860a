"""silver.customer_links: the records of marketing that are one person or firm."""

from powerlake.linkage.spread import customer_links, fitted, pairs_of, population_of, records_of
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.tables.feeds.marketing import CUSTOMERS
from powerlake.tables.silver.customer_links import CUSTOMER_LINKS
from powerlake.tables.silver.of_feed import silver_of

SOURCES = (silver_of(CUSTOMERS),)


def run(ctx: JobContext) -> RunReport:
    if not ctx.has_news(CUSTOMER_LINKS, SOURCES):
        return ctx.report("unchanged", note="no customer changed")
    customers = ctx.read(silver_of(CUSTOMERS))
    records = records_of(customers)
    pairs = pairs_of(records).persist()
    model = fitted(pairs, population_of(records))
    published = ctx.publish_frame(CUSTOMER_LINKS, customer_links(customers, pairs, model), SOURCES)
    pairs.unpersist()
    return ctx.report(counts={"customer_records": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
