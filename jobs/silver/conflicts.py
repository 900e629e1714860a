"""silver.conflicts: where a customer's records, or departments, say different things."""

from powerlake.linkage.conflicts import FINDERS, conflicts
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.inputs import present
from powerlake.pipeline.job import RunReport
from powerlake.tables import table
from powerlake.tables.silver.conflicts import CONFLICTS


def run(ctx: JobContext) -> RunReport:
    sources = [table(name) for name in sorted({name for needs in FINDERS for name in needs})]
    if not ctx.has_news(CONFLICTS, sources):
        return ctx.report("unchanged", note="nothing that is compared has changed")
    there = present(ctx, sources)
    found = conflicts(there)
    if found is None:
        absent = ", ".join(source.name for source in sources if source.name not in there)
        return ctx.report("left_out", note=f"without {absent} there is nothing to compare")
    return ctx.report(counts={"conflicts": ctx.publish_frame(CONFLICTS, found, sources)})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
