"""gold.customer_profile: every customer across the departments, as of the last day with data."""

from powerlake.marketing.profile import INPUTS, customer_profiles
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.customer_frames import latest_date, profiles_to_carry
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.customer_profile import CUSTOMER_PROFILE


def run(ctx: JobContext) -> RunReport:
    found = present(ctx, INPUTS)
    if "silver.customers" not in found:
        return ctx.report("left_out", note="nothing in silver.customers")
    as_of = ctx.window.end or latest_date(ctx, INPUTS) or ctx.started_at.date()
    profiles = customer_profiles(found, as_of, ctx.settings.utility_clock, profiles_to_carry(ctx, as_of))
    return ctx.report(counts={"customers": ctx.publish_frame(CUSTOMER_PROFILE, profiles)})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
