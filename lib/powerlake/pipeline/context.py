"""What a job is given: its inputs, its window, and the one way to publish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from powerlake.lake.publication import append, publish, replace
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, Stamp, stage_frame
from powerlake.lake.store import Lake
from powerlake.pipeline.job import Outcome, RunReport, Window
from powerlake.quality.gate import Verdict, audit
from powerlake.quality.judged import Check, Judged
from powerlake.quality.row_rules import judged_rows
from powerlake.settings import Settings
from powerlake.tables.model import Table
from powerlake.tables.quarantine import REFUSING_LAYERS, quarantine_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass
class JobContext:
    """One attempt at one job. What it reads and publishes is remembered for the run's record."""

    lake: Lake
    settings: Settings
    run_id: str
    window: Window = field(default_factory=Window)
    is_forced: bool = False
    """Make everything again, not only what changed."""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    bases: dict[str, int] = field(default_factory=dict)
    """The version of each table to be written that this attempt found, or made itself: what it works on."""
    read_versions: dict[str, int] = field(default_factory=dict)
    written_versions: dict[str, int] = field(default_factory=dict)
    model_versions: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    """Every rule judged, also where it stopped publication: whoever made the context keeps the list."""

    def read(self, table: Table) -> DataFrame:
        """The table's rows at its current version. Raises TableMissing."""
        frame = self.lake.read(table)
        self._note_read(table)
        return frame

    def read_months(self, table: Table, months: Collection[str]) -> DataFrame:
        """The rows of those months of a table that is cut by month. Raises TableMissing."""
        from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

        return self.read(table).where(F.col("month").isin(sorted(months)))

    def files(self, table: Table, keep: Callable[[Mapping[str, str]], bool] = lambda partition: True) -> list[DataFile]:
        """The table's active files, for work that goes by file; `keep` looks at the partition values."""
        self._note_read(table)
        return self.lake.files(table, keep)

    def changed_since(self, source: Table, target: Table) -> list[dict[str, str]]:
        """The partitions of `source` that `target` has not seen as they are now; all of them in a forced run.

        `target` says how far it has seen by the watermark of its last publication, which is named after `source`.
        """
        self._note_read(source)
        seen = 0 if self.is_forced else self.lake.watermark(target, source.name)
        return self.lake.changed_partitions(source, seen or None)

    def has_news(self, target: Table, sources: Iterable[Table]) -> bool:
        """Whether a source is not as `target` last saw it; in a forced run, whether one holds anything."""
        changed = [self.changed_since(source, target) for source in sources]
        return any(changed)

    def stamp(self, batch: int) -> Stamp:
        """What the rows of this attempt carry."""
        return Stamp(self.run_id, batch, self.started_at)

    def spread(self, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
        """`work` on every task, spread over the workers; the results in the order of the tasks."""
        from powerlake.lake.bulk import run_tasks  # noqa: PLC0415 - planning a run must not wait for Spark

        return run_tasks(self.lake.session, work, tasks) if tasks else []

    def publish_frame(self, table: Table, frame: DataFrame, sources: Iterable[Table] = ()) -> int:
        """Put the frame in the place of the table's rows: conformed, audited, then visible. Returns rows published.

        The run is put in where the frame does not say it. `sources` are those that `has_news` will be asked of: the
        table says how far it has seen them.
        """
        staged = self._stage_frame(table, frame)
        self.publish(table, staged, replacing=self.lake.files(table), watermarks=self._seen(sources))
        return staged.rows(table)

    def publish_months(self, table: Table, frame: DataFrame, months: Collection[str], sources: Iterable[Table]) -> int:
        """Put the frame, rows of those `months`, in the place of what the table has of them. Returns rows published.

        A month that comes out as it stands is left alone, with its `run_id`. `sources` as in `publish_frame`.
        """
        staged = self._stage_frame(table, frame)
        standing = self.lake.files(table, lambda partition: partition["month"] in months)
        alike = (
            months_alike(self._staged_frame(table, staged), self.lake.frame(table, [file.path for file in standing]))
            if standing
            else set()
        )
        fresh = tuple(file for file in staged.files.get(table.name, ()) if file.partition["month"] not in alike)
        staged = Staged({**staged.files, table.name: fresh}, staged.counts)
        replaced = [file for file in standing if file.partition["month"] not in alike]
        self.publish(table, staged, replacing=replaced, watermarks=self._seen(sources))
        return staged.rows(table)

    def _stage_frame(self, table: Table, frame: DataFrame) -> Staged:
        from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

        if "run_id" not in frame.columns:
            frame = frame.withColumn("run_id", F.lit(self.run_id))
        return stage_frame(table, self.lake.home, frame, self.stamp(0))

    def _seen(self, sources: Iterable[Table]) -> dict[str, int]:
        """The watermarks of a table made from the sources as this job read them."""
        names = (source.name for source in sources)
        return {name: self.read_versions[name] for name in names if name in self.read_versions}

    def publish(
        self,
        table: Table,
        staged: Staged,
        *,
        replacing: Sequence[DataFile] = (),
        watermarks: Mapping[str, int] | None = None,
        alongside: Sequence[tuple[Table, Staged]] = (),
    ) -> None:
        """Audit what was staged for `table`, and make it visible together with its quarantine.

        `replacing` are the files it takes the place of; `watermarks` say up to which batch of which source the table
        now reaches; `alongside` are further tables to append to in the same step. Raises ExpectationFailed before
        any reader can see a row, what was judged being noted all the same, and Overtaken where another run has changed
        a table since this attempt began.
        """
        for other, own in ((table, staged), *alongside):
            self.note_checks(_row_rules(other, own, is_replaced=other is table and bool(replacing)))
        if staged.rows(table) or replacing:
            self._audit(table, staged)
        quarantine = quarantine_of(table)
        changes = [
            append(self.lake, quarantine, staged, base=self.bases.get(quarantine.name)),
            replace(self.lake, table, staged, list(replacing), watermarks, self.bases.get(table.name)),
            *(append(self.lake, other, rows, base=self.bases.get(other.name)) for other, rows in alongside),
        ]
        made = publish(self.lake, changes, self.run_id)
        self.written_versions |= made
        self.bases |= made

    def note_checks(self, judged: Iterable[Judged]) -> None:
        """Keep what was found of rules for ops.quality_checks, to which the engine adds it when the job has ended."""
        now = datetime.now(UTC)
        self.checks += [Check(now, one) for one in judged]

    def report(self, outcome: Outcome = "done", counts: Mapping[str, int] | None = None, note: str = "") -> RunReport:
        """The job's report, with what this context remembers."""
        return RunReport(
            outcome,
            dict(counts or {}),
            dict(self.read_versions),
            dict(self.written_versions),
            dict(self.model_versions),
            dict(self.warnings),
            note,
        )

    def _audit(self, table: Table, staged: Staged) -> None:
        verdict = self._verdict(table, staged)
        self.note_checks(verdict.judged)
        verdict.raise_errors(table)
        self.warnings |= verdict.warnings

    def _verdict(self, table: Table, staged: Staged) -> Verdict:
        """The suite's. What counting the rows answers needs no session."""
        frame = cache(lambda: self._staged_frame(table, staged))
        return audit(table, frame, staged.rows(table))

    def _staged_frame(self, table: Table, staged: Staged) -> DataFrame:
        """The rows staged for a table; none of them is visible by its name yet."""
        root = self.lake.path(table)
        return self.lake.frame(table, [str(root / file.relative) for file in staged.files.get(table.name, ())])

    def _note_read(self, table: Table) -> None:
        version = self.lake.version(table)
        if version is not None:
            self.read_versions[table.name] = version


def months_alike(one: DataFrame, other: DataFrame) -> set[str]:
    """The months of which both hold the same rows, but for the run. Each is read once; nothing is shuffled but sums."""
    from pyspark.sql import functions as F  # noqa: PLC0415 - planning a run must not wait for Spark

    values = [name for name in one.columns if name != "run_id"]
    # A null leaves the hash as it is, so that a value moved to the column beside it would not be seen.
    digest = F.xxhash64(*values, *(F.isnull(name) for name in values)).alias("digest")
    both = one.select("month", digest, F.lit(0).alias("side")).unionAll(other.select("month", digest, F.lit(1)))
    sums = both.groupBy("month", "side").agg(F.count("*"), F.bit_xor("digest")).collect()
    ours, theirs = ({(month, *found) for month, side, *found in sums if side == wanted} for wanted in (0, 1))
    return {month for month, *_ in ours & theirs}


def _row_rules(table: Table, staged: Staged, *, is_replaced: bool) -> tuple[Judged, ...]:
    """The rules of its rows, of a table for which something was staged or refused, or that is emptied."""
    if table.layer not in REFUSING_LAYERS:
        return ()
    refused = staged.refused.get(quarantine_of(table).name, {})
    if not (staged.rows(table) or refused or is_replaced):
        return ()
    return judged_rows(table, staged.rows(table), refused)
