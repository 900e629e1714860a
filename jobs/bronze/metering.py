"""The bronze tables of metering: every file of its feeds that has not been taken in before."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.feed_intake import take_in


def run(ctx: JobContext) -> RunReport:
    return take_in(ctx, "metering")


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
