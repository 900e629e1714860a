"""The one Spark session.

On a laptop the settings come from conf/local.yaml (each with its reason there). Under spark-submit, the submitter's
and the cluster's settings rule: only what powerlake cannot do without, and nobody has set, is added.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from powerlake.errors import EnvironmentProblem
from powerlake.lake.jars import cache_dir, jar_paths

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REQUIRED = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}
"""What the code relies on, whoever starts the session."""

OLDEST_JAVA = 17


def class_archive() -> Path:
    """The JVM's class-data archive: made once by scripts/setup, it halves the start of the session."""
    return cache_dir() / "jvm" / "delta-4.4.0.jsa"


def open_session(settings: Mapping[str, str], archive_to: Path | None = None) -> SparkSession:
    """The session, started or joined. With `archive_to` the JVM writes its class archive there when it ends.

    Raises EnvironmentProblem where Java or the JARs are missing.
    """
    from pyspark.conf import SparkConf  # noqa: PLC0415 - `powerlake --help` must not wait for Spark
    from pyspark.sql import SparkSession  # noqa: PLC0415

    if "PYSPARK_GATEWAY_PORT" in os.environ:
        submitted = SparkConf()
        missing = {key: value for key, value in REQUIRED.items() if not submitted.contains(key)}
        return _built(SparkSession.builder.appName("powerlake"), missing)
    check_java()
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    session = _built(SparkSession.builder.appName("powerlake"), _local(settings, archive_to))
    session.sparkContext.setLogLevel("ERROR")
    return session


def _local(settings: Mapping[str, str], archive_to: Path | None) -> dict[str, str]:
    jars = ":".join(str(path) for path in jar_paths())
    flags = [settings.get("spark.driver.extraJavaOptions", ""), f"-Dlog4j2.configurationFile={_log4j()}"]
    if archive_to:
        flags.append(f"-XX:ArchiveClassesAtExit={archive_to}")
    elif class_archive().is_file():
        flags.append(f"-XX:SharedArchiveFile={class_archive()} -Xlog:cds=off -Xlog:cds+dynamic=off")
    return {
        **REQUIRED,
        **settings,
        "spark.driver.extraClassPath": jars,
        "spark.driver.extraJavaOptions": " ".join(flags),
    }


def _log4j() -> Path:
    return Path(__file__).with_name("log4j2.properties")


def _built(builder: SparkSession.Builder, settings: Mapping[str, str]) -> SparkSession:
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def check_java() -> None:
    """Raises EnvironmentProblem, in one line, where Java is missing or too old."""
    import re  # noqa: PLC0415
    import shutil  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    remedy = "install a JDK, for example `apt-get install openjdk-17-jre-headless`, or set JAVA_HOME"
    if not java or not Path(java).is_file():
        raise EnvironmentProblem(f"Java {OLDEST_JAVA} or newer is needed and none was found", remedy=remedy)
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', text)
    if not found or int(found.group(1)) < OLDEST_JAVA:
        version = found.group(1) if found else "of an unknown version"
        raise EnvironmentProblem(f"Java {OLDEST_JAVA} or newer is needed, {java} is {version}", remedy=remedy)
