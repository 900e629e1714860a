"""The silver tables of service: the rows that came to bronze since, typed, one a key, tied to what they point at."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.feed_conforming import conform_department


def run(ctx: JobContext) -> RunReport:
    return conform_department(ctx, "service")


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
