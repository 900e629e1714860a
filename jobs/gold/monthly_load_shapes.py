"""gold.monthly_load_shapes: the mean day of each meter and month whose curves changed."""

from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.staging import combine
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.load_shapes import load_shapes_tasks, stage_load_shapes
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.silver.load_curves import LOAD_CURVES


def run(ctx: JobContext) -> RunReport:
    changed = {Shard.of(partition) for partition in ctx.changed_since(LOAD_CURVES, MONTHLY_LOAD_SHAPES)}
    changed |= {shard for shard in by_shard(ctx.files(LOAD_CURVES)) if ctx.window.touches(shard.month)}
    if not changed:
        return ctx.report("unchanged", note="no curve changed")
    staged = combine(ctx.spread(stage_load_shapes, load_shapes_tasks(ctx, changed)))
    ctx.publish(
        MONTHLY_LOAD_SHAPES,
        staged,
        replacing=ctx.lake.files(MONTHLY_LOAD_SHAPES, lambda partition: Shard.of(partition) in changed),
        watermarks={LOAD_CURVES.name: ctx.read_versions[LOAD_CURVES.name]},
    )
    return ctx.report(counts=staged.counts)


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
