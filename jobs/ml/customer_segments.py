"""gold.monthly_shape_codes and gold.customer_segments and gold.segment_profiles: segments by the champion model."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.segment_run import SegmentRun
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES


def run(ctx: JobContext) -> RunReport:
    work = SegmentRun.of(ctx)
    if work is None:
        return ctx.report("unchanged", note="no complete day yet")
    model = work.champion()
    shards_coded = work.code(model)
    customers, profiles = work.score(model)
    ctx.publish(CUSTOMER_SEGMENTS, customers, replacing=ctx.lake.files(CUSTOMER_SEGMENTS))
    ctx.publish(SEGMENT_PROFILES, profiles, replacing=ctx.lake.files(SEGMENT_PROFILES))
    return ctx.report(
        counts={
            "customers": customers.rows(CUSTOMER_SEGMENTS),
            "profiles": profiles.rows(SEGMENT_PROFILES),
            "shards_coded": shards_coded,
            "curve_files": len(work.opened),
        }
    )


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
