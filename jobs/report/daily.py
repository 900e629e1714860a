"""report.daily: the page that shows the gold tables, their quality and the runs."""

from powerlake.lake.reader import Reader
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.report.page import write_page


def run(ctx: JobContext) -> RunReport:
    page = write_page(ctx.lake.home, Reader(ctx.lake.home).query, ctx.window.end)
    return ctx.report(note=str(page))


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
