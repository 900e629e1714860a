"""silver.load_curves: the days that new bronze rows touch, validated and estimated."""

from powerlake.lake.shard import Shard
from powerlake.lake.staging import combine
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.curves import check_nothing_lost, curves_tasks, stage_curves
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.silver.load_curves import LOAD_CURVES


def run(ctx: JobContext) -> RunReport:
    results = ctx.spread(stage_curves, curves_tasks(ctx))
    staged = combine(result.staged for result in results)
    if not staged.files:
        return ctx.report("unchanged", note="no new rows in bronze")
    check_nothing_lost(ctx, staged.counts["received"])
    replaced = {shard for result in results for shard in result.replaced}
    ctx.publish(
        LOAD_CURVES,
        staged,
        replacing=ctx.lake.files(LOAD_CURVES, lambda partition: Shard.of(partition) in replaced),
        watermarks={LOAD_CURVES_RAW.name: ctx.read_versions[LOAD_CURVES_RAW.name]},
    )
    return ctx.report(counts=staged.counts)


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
