"""gold.daily_load_features: the features of every day whose curve changed."""

from powerlake.lake.shard import Shard, by_shard
from powerlake.lake.staging import combine
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.features import features_tasks, stage_features
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.silver.load_curves import LOAD_CURVES


def run(ctx: JobContext) -> RunReport:
    changed = {Shard.of(partition) for partition in ctx.changed_since(LOAD_CURVES, DAILY_LOAD_FEATURES)}
    changed |= {shard for shard in by_shard(ctx.files(LOAD_CURVES)) if ctx.window.touches(shard.month)}
    if not changed:
        return ctx.report("unchanged", note="no curve changed")
    staged = combine(ctx.spread(stage_features, features_tasks(ctx, changed)))
    ctx.publish(
        DAILY_LOAD_FEATURES,
        staged,
        replacing=ctx.lake.files(DAILY_LOAD_FEATURES, lambda partition: Shard.of(partition) in changed),
        watermarks={LOAD_CURVES.name: ctx.read_versions[LOAD_CURVES.name]},
    )
    return ctx.report(counts=staged.counts)


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
