"""gold.topology_suspects: meters that may hang on another transformer than the records say."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import OF_TOPOLOGY, missing, suspects, suspects_due
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.topology_suspects import TOPOLOGY_SUSPECTS


def run(ctx: JobContext) -> RunReport:
    if absent := missing(ctx, OF_TOPOLOGY):
        return ctx.report("left_out", note=f"nothing in {absent}")
    if not suspects_due(ctx):
        return ctx.report("unchanged", note="too few new days since the balances were last compared")
    return ctx.report(counts={"meters": ctx.publish_frame(TOPOLOGY_SUSPECTS, suspects(ctx))})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
