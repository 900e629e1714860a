"""gold.dim_asset: every thing of the grid, with what feeds it as of the last day with a curve."""

from powerlake.dimensions.assets import assets
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import ASSETS, TOPOLOGY, as_of, asset_frames
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.dim_asset import DIM_ASSET


def run(ctx: JobContext) -> RunReport:
    feeds = asset_frames(ctx)
    if not feeds:
        return ctx.report("left_out", note=f"nothing in {', '.join(table.name for table in ASSETS.values())}")
    rows = assets(feeds, present(ctx, [TOPOLOGY]).get(TOPOLOGY.name), as_of(ctx))
    return ctx.report(counts={"assets": ctx.publish_frame(DIM_ASSET, rows)})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
