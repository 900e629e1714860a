"""What a machine needs once: Delta's JARs and the JVM's class archive. Run by scripts/setup."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from powerlake.errors import PowerlakeError
from powerlake.lake.jars import resolve
from powerlake.lake.session import check_java, class_archive, open_session
from powerlake.lake.store import Lake
from powerlake.tables.ops.job_runs import JOB_RUNS

WARM_SETTINGS = {
    "spark.master": "local[2]",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.databricks.delta.snapshotPartitions": "1",
}


def main() -> int:
    """Resolve and warm; one line on stderr and exit code 3 where something is missing."""
    try:
        check_java()
        resolve()
    except PowerlakeError as e:
        print(f"error: {e}", file=sys.stderr)
        return e.exit_code
    if not class_archive().is_file():
        make_class_archive()
    return 0


def make_class_archive() -> None:
    """Run the commonest Spark and Delta calls in a process of their own, whose JVM archives the classes it loaded.

    The archive only saves time, so a machine that cannot make it goes without.
    """
    target = class_archive()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", __name__, str(part)], capture_output=True, check=False)
    if part.is_file():
        part.replace(target)


def _warm(archive: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        lake = Lake(Path(home), lambda: open_session(WARM_SETTINGS, archive_to=archive))
        lake.ensure(JOB_RUNS)
        rows = lake.read(JOB_RUNS)
        rows.write.format("delta").mode("append").save(str(lake.path(JOB_RUNS)))
        rows.groupBy("job").count().mapInArrow(lambda batches: batches, "job string, count long").collect()
        lake.session.stop()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _warm(Path(sys.argv[1]))
    else:
        sys.exit(main())
