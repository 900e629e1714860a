"""gold.customer_segments and gold.segment_profiles: each customer's load-shape segment, by the champion model."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.segment_run import SegmentRun
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES


def run(ctx: JobContext) -> RunReport:
    work = SegmentRun.of(ctx)
    if work is None:
        return ctx.report("unchanged", note="no curve yet")
    shapes = work.find_shapes()
    model = work.champion(shapes)
    customers, profiles = work.score(shapes, model)
    ctx.publish(CUSTOMER_SEGMENTS, customers, replacing=ctx.lake.files(CUSTOMER_SEGMENTS))
    ctx.publish(SEGMENT_PROFILES, profiles, replacing=ctx.lake.files(SEGMENT_PROFILES))
    work.clean_up()
    return ctx.report(
        counts={"customers": customers.rows(CUSTOMER_SEGMENTS), "profiles": profiles.rows(SEGMENT_PROFILES)}
    )


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
