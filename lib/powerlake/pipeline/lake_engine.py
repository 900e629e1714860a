"""The runner's engine on a lake: executes job files, knows what is up to date, and keeps ops.job_runs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

import powerlake
from powerlake.lake.publication import Overtaken, append, publish, recover, replace
from powerlake.lake.staging import Stamp, stage_rows
from powerlake.lake.store import Lake
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.engine import Currency
from powerlake.pipeline.job import RunReport, Window, load_job
from powerlake.pipeline.spec import LANDING, JobSpec
from powerlake.pipeline.state import JobState
from powerlake.quality.judged import Check, check_rows
from powerlake.settings import Settings
from powerlake.tables import table as table_named
from powerlake.tables.derive import arrow_schema
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS
from powerlake.tables.ops.waiting_rows import WAITING_ROWS

_SUCCESS = ["done", "unchanged"]
_LEDGERS = (QUALITY_CHECKS, JOB_RUNS)
"""What the engine itself adds to at the end of each job."""

_PACKED = (*_LEDGERS, LANDING_FILES, WAITING_ROWS)
LEDGER_FILES = 200
"""Files of a ledger from which on they are made one: a job adds a small one, and each takes 1.5 ms to read."""


@cache
def code_version(jobs: Path) -> str:
    """Powerlake's version and a digest of its source and of the jobs: it changes with any line of either."""
    digest = hashlib.sha256()
    for root in (Path(powerlake.__file__).parent, jobs):
        for path in sorted(root.rglob("*.py")):
            digest.update(path.read_bytes())
    return f"{powerlake.__version__}+{digest.hexdigest()[:12]}"


class LakeEngine:
    """Executes the jobs of one run: one window, one configuration, one run_id."""

    def __init__(
        self,
        lake: Lake,
        settings: Settings,
        jobs: Path,
        run_id: str,
        pipeline: str | None,
        window: Window,
        is_forced: bool = False,
    ) -> None:
        self._lake = lake
        self._settings = settings
        self._jobs = jobs
        self._run_id = run_id
        self._pipeline = pipeline
        self._window = window
        self._is_forced = is_forced
        self._checks: dict[str, list[Check]] = {}

    def recover(self) -> int:
        """Finish what a killed run had begun to publish; returns how many publications that were."""
        return recover(self._lake)

    def tidy(self) -> None:
        """Make one file of the many that a ledger has grown to; not while another run writes to it."""
        for ledger in _PACKED:
            base, files = self._lake.version(ledger), self._lake.files(ledger)
            if len(files) < LEDGER_FILES:
                continue
            rows = self._lake.rows(ledger)
            staged = stage_rows(ledger, self._lake.home, rows, Stamp(self._run_id, 0, datetime.now(UTC)))
            if staged.rows(ledger) < len(rows):  # a row that its declaration now refuses must not go with it
                continue
            with suppress(Overtaken):
                publish(self._lake, [replace(self._lake, ledger, staged, files, base=base)], self._run_id)

    def missing(self, job: JobSpec) -> tuple[str, ...]:
        """The inputs for want of which the job has nothing to do: feeds' folders without a file, tables without a row.

        They are those of `job.reads`; of a job that writes tables and only reads what is there, all where none is.
        """
        if job.reads or not job.writes:
            return tuple(name for name in job.reads if not self._is_there(name))
        return () if any(map(self._is_there, job.reads_if_there)) else job.reads_if_there

    def currency(self, job: JobSpec) -> Currency:
        """A job is current when code, configuration, window and every input's version are those of its last success."""
        if any(name.startswith(LANDING) for name in job.inputs):
            return Currency(False, "landing is looked at in every run")
        if job.looks_at_clock:
            return Currency(False, "it looks at the clock in every run")
        if not job.writes:
            return Currency(False, "it writes no table by which to tell")
        last = self._last_success(job.job)
        if last is None:
            return Currency(False, "it has not succeeded yet")
        return self._compared(job, last)

    def execute(self, job: JobSpec, attempt: int) -> RunReport:
        """Run the job's file, the tables it writes being there. Raises what it raises.

        What an attempt before this one broke off publishing is finished first: otherwise a job that appends would add
        the same rows again.
        """
        self._lake.check_free_space()
        if attempt > 1:
            self.recover()
        self._lake.check_bucket_count(self._settings.bucket_count)
        bases = {name: self._lake.ensure(table_named(name)).version() for name in job.writes}
        module = load_job(job.job, self._jobs)
        report: RunReport = module.run(
            JobContext(
                self._lake,
                self._settings,
                self._run_id,
                self._window,
                self._is_forced,
                checks=self._checks.setdefault(job.job, []),
                bases=bases,
            )
        )
        return report

    def cancel(self, job: JobSpec) -> None:
        """Stop the Spark work under way."""
        if self._lake.has_session:
            self._lake.session.sparkContext.cancelAllJobs()

    def record(self, job: JobSpec, state: JobState, report: RunReport | None) -> None:
        """Append one row to ops.job_runs, and to ops.quality_checks every rule that was judged, in one step."""
        row = pa.Table.from_pylist([self._row(job, state, report or RunReport())], arrow_schema(JOB_RUNS))
        stamp = Stamp(self._run_id, 0, datetime.now(UTC))
        checks = check_rows(self._checks.pop(job.job, []), job.job, self._run_id)
        changes = [
            append(self._lake, table, stage_rows(table, self._lake.home, rows, stamp))
            for table, rows in zip(_LEDGERS, (checks, row), strict=True)
            if len(rows)
        ]
        publish(self._lake, changes, self._run_id)

    def _is_there(self, name: str) -> bool:
        if name.startswith(LANDING):
            return any(path.is_file() for path in (self._lake.landing / name.removeprefix(LANDING)).rglob("*"))
        return self._lake.holds(table_named(name))

    def _compared(self, job: JobSpec, last: Mapping[str, Any]) -> Currency:
        before = dict(last["read_versions"] or [])
        for name in job.inputs:
            now = self._lake.version(table_named(name))
            if now is not None and now != before.get(name):
                return Currency(False, f"{name} changed")
        for column, now in self._circumstances().items():
            if last[column] != now:
                return Currency(False, f"{column.replace('_', ' ')} changed")
        return Currency(True, "inputs, code, configuration and window are those of the last success")

    def _circumstances(self) -> dict[str, Any]:
        return {
            "code_version": code_version(self._jobs),
            "conf_digest": self._settings.digest(),
            "start_date": self._window.start,
            "end_date": self._window.end,
        }

    def _last_success(self, job: str) -> Mapping[str, Any] | None:
        return self._last_successes.get(job)

    @cached_property
    def _last_successes(self) -> Mapping[str, Mapping[str, Any]]:
        """The last success of each job when this run began; it tries none of them twice."""
        rows = self._lake.rows(JOB_RUNS, pc.field("outcome").isin(_SUCCESS)).sort_by("started_at")
        return {row["job"]: row for row in rows.to_pylist()}

    def _row(self, job: JobSpec, state: JobState, report: RunReport) -> dict[str, Any]:
        reads = dict(report.read_versions) or self._versions(job)
        return {
            "run_id": self._run_id,
            "pipeline": self._pipeline,
            "job": job.job,
            "outcome": state.outcome,
            "attempts": state.attempts,
            "started_at": state.started_at or datetime.now(UTC),
            "seconds": state.seconds,
            **self._circumstances(),
            "read_versions": list(reads.items()),
            "written_versions": list(report.written_versions.items()),
            "model_versions": list(report.model_versions.items()),
            "counts": list(report.counts.items()),
            "warnings": list(report.warnings.items()),
            "error": state.error or None,
        }

    def _versions(self, job: JobSpec) -> dict[str, int]:
        names = [name for name in job.inputs if not name.startswith(LANDING)]
        found = {name: self._lake.version(table_named(name)) for name in names}
        return {name: version for name, version in found.items() if version is not None}
