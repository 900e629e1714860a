"""Segments day by day: the same as made of all curves at once, and only curves that changed are read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from powerlake.customers.customer_segments import Scoring, customer_segments
from powerlake.customers.daily_codes import SAMPLE_DAYS, Codebook, code_counts, day_sample, fit_codebook
from powerlake.customers.segment_profiles import profile_sums, segment_profiles
from powerlake.customers.segments import SegmentModel, fit_segments
from powerlake.customers.shape_features import shapes_of
from powerlake.customers.shapes import typical_shapes
from powerlake.lake.publication import publish, replace
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.lake.store import Lake
from powerlake.models.tracking import Fit, Registered
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import RunReport, Window, load_job
from powerlake.project import Project
from powerlake.settings import Settings, load_settings
from powerlake.shards.files import _read
from powerlake.tables import TABLES
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.model import Table
from powerlake.tables.silver.load_curves import LOAD_CURVES

FIRST, LAST = date(2024, 1, 1), date(2024, 3, 14)
PEAKS = (7.5, 13.0, 20.0)
METERS = {f"m{number:02d}": PEAKS[number % 3] for number in range(18)}
BUCKETS = 2
BY_MONTH = (MONTHLY_LOAD_SHAPES, MONTHLY_SHAPE_CODES)

Shards = set[tuple[str, str]]


class LocalContext(JobContext):
    """A context whose tasks are done here, one after the other, and whose rows no suite looks at."""

    def spread(self, work: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        return [work(task) for task in tasks]

    def _audit(self, table: Table, staged: Staged) -> None:
        pass


@dataclass
class Models:
    """A registry without MLflow; a model is kept as the JSON it would be."""

    fits: list[Registered] = field(default_factory=list)
    winner: Registered | None = None

    def champion(self, name: str) -> Registered | None:
        return self.winner

    def challenger(self, name: str) -> Registered | None:
        return self.fits[-1] if self.fits else None

    def register(self, name: str, fit: Fit, *, promote: bool) -> str:
        model = json.loads(json.dumps(fit.model))
        self.fits.append(Registered(str(len(self.fits) + 1), model, dict(fit.metrics), dict(fit.tags)))
        self.winner = self.fits[-1] if promote else self.winner
        return self.fits[-1].version


def kwh(meter: str, day: date) -> np.ndarray:
    """(48,) a peak at the meter's hour, an hour later at weekends, with noise that is the day's own."""
    random = np.random.default_rng([int(meter[1:]), day.toordinal()])
    hour = (np.arange(48) + 0.5) / 2 - (day.weekday() >= 5)
    return (0.1 + 0.8 * np.exp(-(((hour - METERS[meter]) / 2) ** 2))) * random.gamma(8, 1 / 8, 48)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@dataclass
class Town:
    """A lake whose curves are put into silver by hand."""

    home: Path
    settings: Settings
    models: Models = field(default_factory=Models)
    runs: int = 0
    curves: dict[tuple[str, date], np.ndarray] = field(default_factory=dict)
    layouts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lake = Lake(self.home, lambda: pytest.fail("a session was asked for"))
        for table in (LOAD_CURVES, *BY_MONTH, CUSTOMER_SEGMENTS, SEGMENT_PROFILES):
            self.lake.ensure(table)
            self.lake.ensure(TABLES[f"quarantine.{table.short_name}"])

    def deliver(self, curves: dict[tuple[str, date], np.ndarray], rows: Callable[..., pa.Table]) -> None:
        """Replace the shards that these days lie in, and only those."""
        self.curves |= curves
        touched = {(f"{day:%Y-%m}", str(bucket_of(meter))) for meter, day in curves}
        given = [
            {
                "meter_id": meter,
                "date": day,
                "kwh": values.tolist(),
                "quality": [0] * 48,
                "points": 48,
                "received_points": 48,
                "estimated_points": 0,
                "missing_points": 0,
                "layout": self.layouts.get(meter, "long"),
                "month": f"{day:%Y-%m}",
                "bucket": bucket_of(meter),
            }
            for (meter, day), values in sorted(self.curves.items())
            if (f"{day:%Y-%m}", str(bucket_of(meter))) in touched
        ]
        staged = stage_rows(LOAD_CURVES, self.home, rows(LOAD_CURVES, *given), Stamp("silver", 0, datetime.now(UTC)))
        old = self.lake.files(LOAD_CURVES, lambda p: (p["month"], p["bucket"]) in touched)
        publish(self.lake, [replace(self.lake, LOAD_CURVES, staged, old)], "silver")

    def run(self, *, is_forced: bool = False, window: Window | None = None) -> list[RunReport]:
        """Both jobs, one run."""
        self.runs += 1
        project = Project(Path(__file__).parents[3])
        return [
            load_job(job, project.jobs).run(
                LocalContext(self.lake, self.settings, f"run-{self.runs}", window or Window(), is_forced)
            )
            for job in ("gold.monthly_load_shapes", "ml.customer_segments")
        ]

    def set(self, **segments: int) -> None:
        """Change settings of the segments."""
        changed = self.settings.segments.model_copy(update=segments)
        self.settings = self.settings.model_copy(update={"segments": changed})

    def files(self, table: Table) -> dict[tuple[str, str], str]:
        """Shard → its file."""
        return {(f.partition["month"], f.partition["bucket"]): f.relative for f in self.lake.files(table)}

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the gold tables by key, but for the run."""
        tables = (*BY_MONTH, CUSTOMER_SEGMENTS, SEGMENT_PROFILES)
        return {table.name: by_key(self.lake.rows(table).drop_columns("run_id"), table) for table in tables}


def bucket_of(meter: str) -> int:
    return int(meter[1:]) // 3 % BUCKETS


def by_key(rows: pa.Table, table: Table) -> list[dict[str, Any]]:
    return sorted(rows.to_pylist(), key=lambda row: [str(row[name]) for name in table.key])


def changed(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> Shards:
    """Shards whose files differ."""
    return {shard for shard in before.keys() | after.keys() if before.get(shard) != after.get(shard)}


def of_month(month: str) -> Shards:
    return {(month, str(bucket)) for bucket in range(BUCKETS)}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Shards of the curve files that are opened, in order, from now on."""
    found: list[tuple[str, str]] = []

    def noted(table: Table, file: Any, *rest: Any) -> pa.Table:
        if table is LOAD_CURVES:
            found.append((file.partition["month"], file.partition["bucket"]))
        return _read(table, file, *rest)

    monkeypatch.setattr("powerlake.shards.files._read", noted)
    return found


@pytest.fixture
def new_town(repository, monkeypatch) -> Callable[[Path], Town]:
    """A town without curves, in a folder; all of a test share the models."""
    models = Models()
    monkeypatch.setattr("powerlake.shards.segment_run.Registry", lambda home: models)
    monkeypatch.setattr("os.fsync", lambda handle: None)
    settings = load_settings(Project(repository))
    return lambda home: Town(home, settings.model_copy(update={"home": home}), models)


@pytest.fixture
def town(new_town, tmp_path, rows) -> Town:
    """Ten weeks of 18 households, run once."""
    made = new_town(tmp_path / "town")
    made.layouts = {"m03": "sgsc"}
    made.deliver({(meter, day): kwh(meter, day) for meter in METERS for day in days(FIRST, LAST)}, rows)
    made.run()
    return made


def one_day(day: date) -> dict[tuple[str, date], np.ndarray]:
    return {(meter, day): kwh(meter, day) for meter in METERS}


def test_segments_are_those_of_all_curves_at_once(town: Town) -> None:
    """The months put together give, to the last bit, what the whole history decoded for each step gives."""
    model = town.models.winner
    segments = SegmentModel.from_dict(model.model["segments"])
    scoring = Scoring(LAST, model.version, "run-1")
    typical, codes, samples = [], [], []
    for bucket in range(BUCKETS):
        files = town.lake.files(LOAD_CURVES, lambda p, bucket=bucket: p["bucket"] == str(bucket))
        curves = [_read(LOAD_CURVES, file, list(LOAD_CURVES.column_names), None) for file in files]
        whole = pa.concat_tables(curves)
        is_south = pa.compute.equal(whole["layout"], "sgsc")
        halves = [(False, whole.filter(pa.compute.invert(is_south))), (True, whole.filter(is_south))]
        shapes = [typical_shapes(part, southern_hemisphere=south) for south, part in halves]
        typical.append(pa.concat_tables(shapes).sort_by("meter_id"))
        codes += [code_counts(part, Codebook.from_dict(model.model["codebook"])) for part in curves]
        at_most = math.ceil(math.ceil(SAMPLE_DAYS / BUCKETS) / len(files))
        samples += [day_sample(part, at_most, bucket + number) for number, part in enumerate(curves)]
    whole_fit = fit_segments(shapes_of(pa.concat_tables(typical)), 0)
    assert json.loads(json.dumps(whole_fit.to_dict())) == model.model["segments"]
    assert fit_codebook(np.concatenate(samples), 0).to_dict() == model.model["codebook"]
    rows = [customer_segments(part, pa.concat_tables(codes), segments, scoring) for part in typical]
    sums = [profile_sums(part, segments.assign(shapes_of(part))) for part in typical]
    profiles = segment_profiles(pa.concat_tables(sums), segments, scoring)
    expected = ((CUSTOMER_SEGMENTS, pa.concat_tables(rows)), (SEGMENT_PROFILES, profiles))
    for table, made in expected:
        assert by_key(town.lake.rows(table), table) == by_key(made, table)
    assert len(segments) == len(PEAKS)


def test_a_fit_reads_the_history_and_a_day_its_month(town: Town, rows, reads) -> None:
    before = {table.name: town.files(table) for table in BY_MONTH}
    town.deliver(one_day(LAST + timedelta(days=1)), rows)
    shapes, segments = town.run()
    assert reads == [*sorted(of_month("2024-03"))] * 2
    assert shapes.counts["curve_files"] == segments.counts["curve_files"] == segments.counts["shards_coded"] == BUCKETS
    for table in BY_MONTH:
        assert changed(before[table.name], town.files(table)) == of_month("2024-03")
    assert {row["as_of_date"] for row in town.lake.rows(CUSTOMER_SEGMENTS).to_pylist()} == {LAST + timedelta(days=1)}


def test_the_days_add_up_to_what_a_rebuild_makes(town: Town, rows, new_town, tmp_path) -> None:
    for day in days(LAST + timedelta(days=1), LAST + timedelta(days=3)):
        town.deliver(one_day(day), rows)
        town.run()
    grown = town.contents()
    other = new_town(tmp_path / "other")
    other.layouts = town.layouts
    other.deliver(town.curves, rows)
    other.run()
    assert other.contents() == grown
    town.run(is_forced=True)
    assert town.contents() == grown
    assert len(town.models.fits) == 1


def test_a_correction_of_an_old_month_changes_its_shard_alone(town: Town, rows, reads) -> None:
    town.deliver(one_day(LAST + timedelta(days=1)), rows)
    town.run()
    reads.clear()
    before = {table.name: by_key(town.lake.rows(table), table) for table in BY_MONTH}
    meter, day = "m04", date(2024, 1, 17)
    town.deliver({(meter, day): kwh(meter, day)[::-1]}, rows)
    _, report = town.run()
    shard = ("2024-01", str(bucket_of(meter)))
    assert reads == [shard, shard]
    assert report.counts["curve_files"] == 1
    for table in BY_MONTH:
        after = by_key(town.lake.rows(table), table)
        is_hit = [(row["month"], str(row["bucket"])) == shard for row in after]
        assert {row["run_id"] for row, hit in zip(after, is_hit, strict=True) if hit} == {"run-3"}
        others = [row for row, hit in zip(after, is_hit, strict=True) if not hit]
        assert others == [row for row in before[table.name] if (row["month"], str(row["bucket"])) != shard]
        assert [row for row in after if row["meter_id"] == meter] != [
            row for row in before[table.name] if row["meter_id"] == meter
        ]


def test_without_news_no_curve_is_read_and_no_month_written(town: Town, reads) -> None:
    before = {table.name: town.lake.version(table) for table in BY_MONTH}
    shapes, segments = town.run()
    assert (shapes.outcome, segments.counts["curve_files"], reads) == ("unchanged", 0, [])
    assert {table.name: town.lake.version(table) for table in BY_MONTH} == before


def test_a_window_makes_its_months_again(town: Town, reads) -> None:
    town.run(window=Window(date(2024, 2, 3), date(2024, 2, 4)))
    assert reads == [*sorted(of_month("2024-02"))] * 2


def test_another_champion_codes_every_day_again(town: Town, rows, reads) -> None:
    first = town.models.winner
    flat = {"centres": [[1 / 24] * 24]}
    town.models.winner = Registered("7", {**first.model, "codebook": flat}, {}, first.tags)
    town.deliver(one_day(LAST + timedelta(days=1)), rows)
    _, report = town.run()
    assert report.counts["shards_coded"] == 3 * BUCKETS
    coded = town.lake.rows(MONTHLY_SHAPE_CODES).to_pylist()
    assert {(row["model_version"], row["run_id"], len(row["code_days"])) for row in coded} == {("7", "run-2", 2)}
    assert all(row["code_days"] == [row["days"], 0] for row in coded)
    # A registry begun anew counts its versions from the start.
    town.models.winner = Registered("7", first.model, {}, first.tags)
    assert town.run()[1].counts["shards_coded"] == 3 * BUCKETS


def test_a_challenger_that_lost_is_not_fitted_again_the_next_day(town: Town, rows) -> None:
    later = LAST + timedelta(days=town.settings.segments.refit_days)
    town.deliver({(meter, day): kwh(meter, day) for meter in METERS for day in days(LAST, later)}, rows)
    _, report = town.run()
    assert report.counts["curve_files"] == 4 * BUCKETS
    assert report.warnings == {"model segments": "18 customers are too few to judge"}
    assert report.model_versions == {"segments": "1"}
    town.deliver(one_day(later + timedelta(days=1)), rows)
    _, report = town.run()
    assert (report.counts["curve_files"], len(town.models.fits)) == (BUCKETS, 2)


def test_the_history_is_of_whole_months(town: Town, rows, reads) -> None:
    """28 days before 14 March begin in February: all of February counts, and January leaves the codes."""
    town.set(history_days=28)
    town.run()
    assert {month for month, _ in town.files(MONTHLY_SHAPE_CODES)} == {"2024-02", "2024-03"}
    assert {month for month, _ in town.files(MONTHLY_LOAD_SHAPES)} == {"2024-01", "2024-02", "2024-03"}
    assert {row["days"] for row in town.lake.rows(CUSTOMER_SEGMENTS).to_pylist()} == {29 + 14}
    assert reads == []
    town.set(history_days=730)
    _, report = town.run()
    assert reads == sorted(of_month("2024-01"))
    assert report.counts["shards_coded"] == BUCKETS
    assert {row["days"] for row in town.lake.rows(CUSTOMER_SEGMENTS).to_pylist()} == {31 + 29 + 14}


def test_a_month_that_begins_without_a_complete_day_waits(town: Town, rows) -> None:
    """April's first days have gaps: no row of it yet, and no row lost."""
    before = town.contents()
    gaps = {key: np.where(np.arange(48) < 2, np.nan, curve) for key, curve in one_day(date(2024, 4, 1)).items()}
    town.deliver(gaps, rows)
    shapes, segments = town.run()
    assert (shapes.counts["published"], segments.counts["shards_coded"]) == (0, BUCKETS)
    after = town.contents()
    assert [after[table.name] for table in BY_MONTH] == [before[table.name] for table in BY_MONTH]
    assert town.run()[1].counts["curve_files"] == 0


def test_before_the_first_complete_day_there_is_nothing_to_do(new_town, tmp_path, rows) -> None:
    empty = new_town(tmp_path / "empty")
    assert [report.outcome for report in empty.run()] == ["unchanged", "unchanged"]
    empty.deliver({("m00", FIRST): np.full(48, np.nan)}, rows)
    assert [report.outcome for report in empty.run()] == ["done", "unchanged"]
