"""The daily pipeline as a whole, on the synthetic sample: what it makes, that it repeats, that others can read it."""

from collections import Counter

import duckdb
import polars as pl
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable

from powerlake.models.tracking import Registry
from powerlake.tables import TABLES
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.gold.data_quality import DATA_QUALITY
from powerlake.tables.gold.monthly_load_shapes import MONTHLY_LOAD_SHAPES
from powerlake.tables.gold.monthly_shape_codes import MONTHLY_SHAPE_CODES
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.ops.job_runs import JOB_RUNS
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.ops.quality_checks import QUALITY_CHECKS

WITH_CURVES_ALONE = {
    "bronze.load_curves_raw",
    "silver.load_curves",
    "gold.daily_load_features",
    "gold.monthly_load_shapes",
    "ml.customer_segments",
    "gold.data_quality",
    "report.daily",
}
"""Jobs that have something to do where metering delivers load curves and nobody else anything."""

GOLD = (
    CUSTOMER_SEGMENTS,
    SEGMENT_PROFILES,
    DAILY_LOAD_FEATURES,
    MONTHLY_LOAD_SHAPES,
    MONTHLY_SHAPE_CODES,
    DATA_QUALITY,
)


def test_every_customer_has_a_segment(town):
    rows = town.rows(CUSTOMER_SEGMENTS)
    assert {row["customer_id"] for row in rows} == set(town.sample.kinds)
    sizes = Counter(row["segment"] for row in rows if not row["is_unusual"])
    assert min(sizes.values()) >= 0.03 * len(rows)
    assert {row["segment"] for row in rows} == {row["segment"] for row in town.rows(SEGMENT_PROFILES)}


def test_planted_ways_of_living_end_in_different_segments(town):
    segments = {row["customer_id"]: row["segment"] for row in town.rows(CUSTOMER_SEGMENTS)}
    commonest = {
        kind: Counter(segments[meter] for meter, planted in town.sample.kinds.items() if planted == kind).most_common(1)
        for kind in ("night storage", "daytime", "evening")
    }
    assert len({found[0][0] for found in commonest.values()}) == len(commonest)


def test_landing_kept_account_of_every_file(town):
    ledger = town.lake.rows(LANDING_FILES).to_pylist()
    assert {row["file"] for row in ledger} == set(town.sample.files)
    assert {row["outcome"] for row in ledger} == {"taken", "duplicate", "rejected"}


def test_the_run_is_on_record(town):
    rows = {row["job"]: row for row in town.lake.rows(JOB_RUNS).to_pylist() if row["run_id"] == town.runs[0].run_id}
    assert {job for job, row in rows.items() if row["outcome"] == "done"} >= WITH_CURVES_ALONE
    assert {row["outcome"] for job, row in rows.items() if job not in WITH_CURVES_ALONE} <= {"left_out", "unchanged"}
    segments = rows["ml.customer_segments"]
    champion = Registry(town.home).champion("segments")
    assert dict(segments["model_versions"]) == {"segments": champion.version}
    assert dict(segments["read_versions"])["silver.load_curves"] == town.lake.version(TABLES["silver.load_curves"])
    assert all(row["code_version"] and row["conf_digest"] for row in rows.values())


def test_a_second_run_changes_no_table(town):
    before = town.versions()
    state = town.run()
    assert town.versions() == before
    assert {state.jobs[name].outcome for name in ("ml.customer_segments", "gold.data_quality")} == {"unchanged"}


def test_every_rule_judged_is_on_record_and_in_gold(town):
    checks = town.lake.rows(QUALITY_CHECKS)
    first = checks.filter(pc.equal(checks["run_id"], town.runs[0].run_id)).to_pylist()
    found = {(row["dataset"], row["rule"]): row for row in first}
    assert found["silver.load_curves", "points_accounted"]["kind"] == "check"
    assert found["silver.load_curves", "has_rows(at_least=1)"]["observed"] > 36 * 80
    assert found["gold.daily_load_features", "key_repeated"]["outcome"] == "held"
    assert found["metering/load_curves", "freshness"]["outcome"] == "held"
    assert {kind for row in first if (kind := row["kind"]) in {"volume", "drift", "nulls"}} == {
        "volume",
        "drift",
        "nulls",
    }
    refused = {row["rule"]: row["failing"] for row in first if row["dataset"] == "bronze.load_curves_raw"}
    quarantined = town.lake.rows(TABLES["quarantine.load_curves_raw"])["reason"].to_pylist()
    assert {rule: n for rule, n in refused.items() if n} == dict(Counter(quarantined))
    gold = {(row["dataset"], row["rule"]): row for row in town.rows(DATA_QUALITY)}
    own = {key for key in found if key[0] == "gold.data_quality"}
    assert gold.keys() >= found.keys() - own
    landed = gold["metering/load_curves", "rows_kept"]
    assert (landed["kind"], landed["failing"], landed["outcome"]) == ("landing", landed["failing"], "warned")
    assert landed["failing"] == pc.sum(town.lake.rows(LANDING_FILES)["rows_quarantined"]).as_py()


@pytest.mark.parametrize("table", GOLD, ids=lambda table: table.short_name)
def test_gold_is_read_without_spark(town, table):
    path = str(town.lake.path(table))
    by_spark = town.lake.read(table).count()
    arrow = DeltaTable(path).to_pyarrow_table()
    frame = pl.read_delta(path)
    dataset = DeltaTable(path).to_pyarrow_dataset()
    by_duckdb = duckdb.sql("select count(*) from dataset").fetchone()[0]
    assert by_spark == arrow.num_rows == frame.height == by_duckdb > 0
    assert set(arrow.column_names) == set(frame.columns) == set(table.column_names)
    assert dataset.count_rows() == by_duckdb
    key = list(table.key)
    assert frame.select(key).unique().height == frame.height


@pytest.mark.parametrize("column", ["is_weekend", "season", "peak_kw", "date", "peak_at"])
def test_filters_of_other_readers_find_every_row(town, column):
    """Readers skip files by statistics: what is written there must never rule out a row that fits."""
    path = str(town.lake.path(DAILY_LOAD_FEATURES))
    dataset = DeltaTable(path).to_pyarrow_dataset()
    whole = pl.from_arrow(dataset.to_table(columns=[column]))[column]
    value = whole.drop_nulls()[0]
    found = dataset.to_table(columns=[column], filter=pc.field(column) == value).num_rows
    assert found == (whole == value).sum() == pl.scan_delta(path).filter(pl.col(column) == value).collect().height
