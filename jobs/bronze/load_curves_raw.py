"""bronze.load_curves_raw: every load-curve file in landing that has not been taken in before."""

from powerlake.lake.staging import combine, stage_rows
from powerlake.landing.discover import discover
from powerlake.landing.ledger import Ledger
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport
from powerlake.shards.curves import BATCH
from powerlake.shards.ingest import IngestTask, ingest_file
from powerlake.shards.ledger_rows import counted, ledger_rows, refused_paths
from powerlake.tables.bronze.load_curves_raw import LOAD_CURVES_RAW
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of

DEPARTMENT, FEED = "metering", "load_curves"


def run(ctx: JobContext) -> RunReport:
    ledger = Ledger.of(ctx.lake.rows(LANDING_FILES).to_pylist(), f"{DEPARTMENT}/{FEED}")
    found = ledger.sort(discover(ctx.lake.landing, DEPARTMENT, FEED, ledger.known))
    if not found:
        return ctx.report("unchanged", note="no new file in landing")
    stamp = ctx.stamp(ledger.next_batch)
    tasks = [IngestTask.of(file, ctx.lake.home, stamp, ctx.settings.bucket_count) for file in found.new]
    ingested = ctx.spread(ingest_file, tasks)
    paths = stage_rows(quarantine_of(LOAD_CURVES_RAW), ctx.lake.home, refused_paths(found, stamp), stamp)
    files = ledger_rows(found, ingested, f"{DEPARTMENT}/{FEED}", stamp)
    staged = combine([*(result.staged for result in ingested), paths])
    ctx.publish(
        LOAD_CURVES_RAW,
        staged,
        watermarks={BATCH: stamp.batch} if staged.rows(LOAD_CURVES_RAW) else None,
        alongside=[(LANDING_FILES, stage_rows(LANDING_FILES, ctx.lake.home, files, stamp))],
    )
    return ctx.report(counts=counted(files))


if __name__ == "__main__":
    from powerlake.cli.alone import main

    main(__file__)
