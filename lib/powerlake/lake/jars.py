"""Delta's JARs: resolved once into a cache, then put on the class path at every start.

`spark.jars.packages` would ask Ivy at each start (8 s). Of the 33 artefacts Ivy brings, these eight are needed; the
others repeat, or are older than, what Spark has (docs/decisions/0002-session.md).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from powerlake.errors import EnvironmentProblem

COORDINATE = "io.delta:delta-spark_4.2_2.13:4.4.0"
NEEDED = (
    "io.delta_delta-spark_4.2_2.13-4.4.0.jar",
    "io.delta_delta-storage-4.4.0.jar",
    "io.delta_delta-kernel-api-4.4.0.jar",
    "io.delta_delta-kernel-defaults-4.4.0.jar",
    "io.delta_delta-kernel-unitycatalog-4.4.0.jar",
    "io.unitycatalog_unitycatalog-client-0.6.0.jar",
    "io.unitycatalog_unitycatalog-hadoop-0.6.0.jar",
    "com.fasterxml.jackson.datatype_jackson-datatype-jdk8-2.13.5.jar",
)


def cache_dir() -> Path:
    """Where powerlake keeps what it downloads or builds once: POWERLAKE_CACHE, else the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("POWERLAKE_CACHE") or Path(base) / "powerlake")


def jar_paths() -> list[Path]:
    """The cached JARs. Raises EnvironmentProblem where they have not been resolved."""
    folder = cache_dir() / "jars" / COORDINATE.rsplit(":", 1)[1]
    paths = [folder / name for name in NEEDED]
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise EnvironmentProblem(
            f"Delta's JARs are not in {folder}", remedy="run scripts/setup once, with the network", missing=missing
        )
    return paths


def resolve() -> list[Path]:
    """Fetch the JARs by Spark's own Ivy, unless they are cached. Raises EnvironmentProblem without the network."""
    try:
        return jar_paths()
    except EnvironmentProblem:
        _fetch()
    return jar_paths()


def _fetch() -> None:
    folder = cache_dir() / "jars" / COORDINATE.rsplit(":", 1)[1]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-c",
            "from pyspark.sql import SparkSession as S; import sys; "
            "S.builder.master('local[1]').config('spark.ui.enabled', 'false')"
            ".config('spark.jars.packages', sys.argv[1]).config('spark.jars.ivy', sys.argv[2]).getOrCreate().stop()",
            COORDINATE,
            scratch,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = {path.name: path for path in Path(scratch, "jars").glob("*.jar")}
        if not set(NEEDED) <= set(found):
            reason = "the disk is full" if "No space left" in done.stderr else "no connection to Maven Central"
            raise EnvironmentProblem(
                f"Delta's JARs ({COORDINATE}) could not be fetched: {reason}",
                remedy="mend that (proxy and certificates too), then run scripts/setup again",
            )
        for name in NEEDED:
            shutil.copy2(found[name], folder / f"{name}.part")
            (folder / f"{name}.part").replace(folder / name)
