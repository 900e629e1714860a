"""The gate on gold.daily_load_features: row rules and suite beside the job they guard and one aggregate by hand.

A key counted by a group-by is timed apart: it moves every row, so bulk tables are asked for it by the row rule instead,
within what a task writes whole (docs/decisions/0006-quality-gate.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchlib.contest import OURS, Contest, Contestant, DisagreementError
from benchlib.site import Site
from powerlake.lake.snapshots import DataFile
from powerlake.quality.gate import Verdict, audit
from powerlake.shards.files import read_files
from powerlake.tables.conform import conform
from powerlake.tables.derive import spark_schema
from powerlake.tables.gold.daily_load_features import DAILY_LOAD_FEATURES
from powerlake.tables.model import Severity, Table, between, mean_between, not_null, share_between, unique

GUARDED = "the job it guards"
PASSES = 2

SUITE = replace(
    DAILY_LOAD_FEATURES,
    expectations=(
        *DAILY_LOAD_FEATURES.expectations,
        share_between("season", 0.0, 1.0),
        not_null("energy_kwh", severity=Severity.WARN),
        not_null("peak_kw", severity=Severity.WARN),
        between("load_factor", 0.0, 1.0001, mostly=0.99),
        between("night_share", 0.0, 1.0, mostly=0.99),
        between("estimated_share", 0.0, 1.0),
        mean_between("energy_kwh", 0.0, 1000.0),
        mean_between("zero_share", 0.0, 0.5, severity=Severity.WARN),
    ),
)
"""The table as it is declared, its two expectations and eight more."""

KEYED = replace(DAILY_LOAD_FEATURES, expectations=(*SUITE.expectations, unique("meter_id", "date")))


@dataclass(frozen=True)
class Gated:
    """What the gate found: the suite's verdict, the Spark jobs it took, and rows by the rule they break."""

    verdict: Verdict
    jobs: int
    refused: Mapping[str, int]


def contest(site: Site) -> Contest:
    """The whole gate, its two parts, the job, and the suite's figures by one aggregate and one group-by."""

    def ours(_: None) -> Gated:
        refused = row_rules(site)
        verdict, jobs = suite(site)
        return Gated(verdict, jobs, refused)

    def guarded(_: None) -> int:
        site.run_job(DAILY_LOAD_FEATURES.name, site.lake, forced=True)
        return sum(file.rows for file in site.lake.files(DAILY_LOAD_FEATURES))

    return Contest(
        "quality_gate",
        f"row rules and {len(SUITE.expectations)} expectations on gold.daily_load_features, read from its files",
        (
            Contestant(GUARDED, "floor", guarded),
            Contestant(OURS, "ours", ours),
            Contestant("row rules alone", "floor", lambda _: row_rules(site)),
            Contestant("suite alone", "floor", lambda _: suite(site)),
            Contestant("suite with a key, alone", "floor", lambda _: suite(site, KEYED)),
            Contestant("one aggregate by hand", "floor", lambda _: by_hand(_frame(site))),
        ),
        _agree,
        limit=0.5,
        against=GUARDED,
    )


def row_rules(site: Site) -> dict[str, int]:
    """Every row against NOT NULL, checks and key, file by file in the workers; rows refused by rule.

    In a job the rows are in memory already; here they are read first.
    """
    found: Counter[str] = Counter()
    for reasons in site.spark(_conform_file, site.lake.files(DAILY_LOAD_FEATURES)):
        found.update(reasons)
    return dict(found)


def _conform_file(file: DataFile) -> Counter[str]:
    return Counter(conform(DAILY_LOAD_FEATURES, read_files(DAILY_LOAD_FEATURES, [file])).reasons)


def suite(site: Site, table: Table = SUITE) -> tuple[Verdict, int]:
    """The suite's verdict, and how many Spark jobs it started."""
    context = site.session.sparkContext
    group = f"suite-{len(site.opened)}"
    site.opened.append(0.0)
    context.setJobGroup(group, group)
    rows = sum(file.rows for file in site.lake.files(DAILY_LOAD_FEATURES))
    verdict = audit(table, lambda: _frame(site), rows)
    context.setLocalProperty("spark.jobGroup.id", None)
    return verdict, len(context.statusTracker().getJobIdsForGroup(group))


def by_hand(frame: DataFrame) -> dict[str, float]:
    """The figures of the whole, as one would write them down."""
    inside = {"known_share": (0.5, 1.0), "load_factor": (0.0, 1.0001), "night_share": (0.0, 1.0)}
    row = frame.agg(
        F.count("*").alias("rows"),
        *(F.count_if(F.col(name).between(*limits)).alias(name) for name, limits in inside.items()),
        F.count("energy_kwh").alias("energies"),
        F.count("peak_kw").alias("peaks"),
        F.avg("energy_kwh").alias("energy_kwh"),
        F.avg("zero_share").alias("zero_share"),
    ).first()
    assert row is not None
    return row.asDict()


def _frame(site: Site) -> DataFrame:
    """The rows as an audit reads them: from the files, by name."""
    root = site.lake.path(DAILY_LOAD_FEATURES)
    files = [str(Path(root) / file.relative) for file in site.lake.files(DAILY_LOAD_FEATURES)]
    reader = site.session.read.schema(spark_schema(DAILY_LOAD_FEATURES)).option("basePath", str(root))
    return reader.parquet(*files)


def _agree(results: Mapping[str, Any]) -> str:
    gated, hand = results[OURS], results["one aggregate by hand"]
    keyed, keyed_jobs = results["suite with a key, alone"]
    figures = {(one.kind, one.rule.split("(")[1].split(",")[0]): one for one in gated.verdict.judged}
    mean = figures["mean_between", "column=energy_kwh"].observed
    if keyed.passes > PASSES or gated.refused or results[GUARDED] != hand["rows"]:
        raise DisagreementError(f"{keyed.passes} passes, refused {gated.refused}, {hand['rows']} rows")
    if abs(mean - hand["energy_kwh"]) > 1e-9 * mean:
        raise DisagreementError(f"mean energy {mean} and {hand['energy_kwh']}")
    return (
        f"{hand['rows']:,} rows; {len(SUITE.expectations)} expectations took {gated.verdict.passes} passes, "
        f"{gated.jobs} Spark jobs; with a key {keyed.passes} and {keyed_jobs}"
    )
