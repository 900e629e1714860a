"""Where a bench runs: the town, its files, the lake, the one Spark session, the pool of the floor."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from multiprocessing.pool import Pool
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from benchlib import files
from benchlib.generator import Town
from powerlake.lake.session import open_session
from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport, load_job
from powerlake.project import Project
from powerlake.settings import Settings, load_settings
from powerlake.tables.silver.load_curves import LOAD_CURVES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Task = TypeVar("Task")
Result = TypeVar("Result")

CORES = 2
"""Cores every contestant may use."""
ROOT = Path(__file__).parents[2]


@dataclass
class Site:
    """`folder` keeps the made files, so that a second bench of the same town starts at once."""

    town: Town
    folder: Path
    opened: list[float] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        settings = load_settings(Project(ROOT), "local")
        spark = {**settings.spark, "spark.master": f"local[{CORES}]", "spark.driver.memory": "2g"}
        return settings.model_copy(update={"spark": spark, "bucket_count": files.BUCKETS})

    @cached_property
    def session(self) -> SparkSession:
        return open_session(self.settings.spark)

    @cached_property
    def lake(self) -> Lake:
        """A lake whose silver.load_curves is the town."""
        home = self.folder / "lake"
        lake = Lake(home, lambda: self.session)
        if not (home / "ready").is_file():
            shutil.rmtree(home, ignore_errors=True)
            files.write_silver(self.town, lake)
            (home / "ready").touch()
        return lake

    @property
    def silver_glob(self) -> str:
        """The same files for DuckDB and Polars."""
        return str(self.lake.path(LOAD_CURVES) / "*" / "*" / "*.parquet")

    def silver_by_bucket(self) -> list[tuple[str, ...]]:
        """The silver files of each bucket, month after month: a task each."""
        by_bucket: dict[str, list[str]] = {}
        for file in self.lake.files(LOAD_CURVES):
            by_bucket.setdefault(file.partition["bucket"], []).append(file.path)
        return [tuple(paths) for _, paths in sorted(by_bucket.items())]

    def silver_files(self) -> list[str]:
        return [file.path for file in self.lake.files(LOAD_CURVES)]

    def spark(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """The tasks on Spark, through the call that jobs use."""
        from powerlake.lake.bulk import run_tasks  # noqa: PLC0415

        return run_tasks(self.session, work, tasks)

    @cached_property
    def pool(self) -> Pool:
        """As many processes as cores, each with single-threaded BLAS: the floor that uses the whole machine."""
        before = os.environ.get("OMP_NUM_THREADS")
        os.environ["OMP_NUM_THREADS"] = "1"
        pool = multiprocessing.get_context("spawn").Pool(CORES)
        os.environ.pop("OMP_NUM_THREADS") if before is None else os.environ.update(OMP_NUM_THREADS=before)
        return pool

    def duckdb(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        connection.execute(f"set threads = {CORES}; set preserve_insertion_order = false")
        return connection

    def scratch(self, name: str) -> Path:
        """An empty folder for what a contestant writes."""
        path = self.folder / "scratch" / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(parents=True)
        return path

    def landing(self, layout: str, first_days: int | None = None) -> Path:
        """A folder of landing files in a layout of `files.write_landing`."""
        folder = self.folder / f"{layout}-{first_days or self.town.days}"
        if not (folder / "ready").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            files.write_landing(self.town, folder, layout, first_days)
            (folder / "ready").touch()
        return folder

    def run_job(self, job: str, lake: Lake, *, forced: bool = False) -> RunReport:
        """Run a job of jobs/ on a lake, as the runner does."""
        run_id = f"bench-{datetime.now(UTC):%H%M%S%f}"
        context = JobContext(lake, self.settings, run_id, is_forced=forced)
        report: RunReport = load_job(job, ROOT / "jobs").run(context)
        return report

    def close(self) -> None:
        if "pool" in self.__dict__:
            self.pool.terminate()
        if "session" in self.__dict__:
            self.session.stop()
        shutil.rmtree(self.folder / "scratch", ignore_errors=True)
