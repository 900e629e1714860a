"""gold.line_loss: what each transformer area loses a month, marked where it stands out."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import OF_LOSS, losses, missing
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.line_loss import LINE_LOSS


def run(ctx: JobContext) -> RunReport:
    if absent := missing(ctx, OF_LOSS):
        return ctx.report("left_out", note=f"nothing in {absent}")
    return ctx.report(counts={"area_months": ctx.publish_frame(LINE_LOSS, losses(ctx))})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
