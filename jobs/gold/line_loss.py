"""gold.line_loss: what each transformer area loses a month, marked where it stands out."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import OF_LOSS, REGISTER_READS, loss_months, losses, missing, with_those_after
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.line_loss import LINE_LOSS


def run(ctx: JobContext) -> RunReport:
    if absent := missing(ctx, OF_LOSS):
        return ctx.report("left_out", note=f"nothing in {absent}")
    months = loss_months(ctx)
    if not months:
        return ctx.report("unchanged", note="neither supply, use nor connections changed")
    reached = with_those_after(months, ctx.settings.grid.history_months)
    published = ctx.publish_months(LINE_LOSS, losses(ctx, months), reached, (*OF_LOSS, REGISTER_READS))
    return ctx.report(counts={"months_made": len(months), "area_months_published": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
