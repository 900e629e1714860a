"""gold.line_loss: what each transformer area loses a month, marked where it stands out."""

from powerlake.pipeline.context import JobContext
from powerlake.pipeline.grid_frames import AREA_MONTHS, OF_LOSS, losses, missing
from powerlake.pipeline.job import RunReport
from powerlake.tables.gold.line_loss import LINE_LOSS


def run(ctx: JobContext) -> RunReport:
    if absent := missing(ctx, OF_LOSS):
        return ctx.report("left_out", note=f"nothing in {absent}")
    months = {file.partition["month"] for table in (AREA_MONTHS, LINE_LOSS) for file in ctx.files(table)}
    published = ctx.publish_months(LINE_LOSS, losses(ctx), months, OF_LOSS)
    return ctx.report(counts={"area_months_published": published})


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
