"""gold.data_quality: every rule of every feed and table, by the day it was judged."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.data_quality import judge_quality


def run(ctx: JobContext) -> RunReport:
    return judge_quality(ctx)


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
