"""Each kind of expectation as Great Expectations understands it: a frame that passes and one that fails."""

from collections.abc import Callable, Sequence

import great_expectations as gx
import pytest
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent.spark_datasource import DataFrameAsset
from pyspark.sql import DataFrame, SparkSession

from powerlake.quality.gate import Verdict, audit
from powerlake.quality.suite import BUILDERS, build, columns_used, suite_of
from powerlake.tables import TABLES
from powerlake.tables.gold.customer_segments import CUSTOMER_SEGMENTS
from powerlake.tables.gold.segment_profiles import SEGMENT_PROFILES
from powerlake.tables.model import (
    Column,
    Expectation,
    Severity,
    Table,
    between,
    has_rows,
    mean_between,
    not_null,
    share_between,
    unique,
)
from powerlake.tables.types import SMALLINT, STRING

Row = tuple[str | None, int | None]
Frame = Callable[[Sequence[Row]], DataFrame]

COLUMNS = (Column("segment", STRING, "Segment"), Column("days", SMALLINT, "Days", unit="d"))


def sample(*expectations: Expectation) -> Table:
    return Table("gold.sample", "one row", ("segment",), "platform", "A sample", COLUMNS, {}, expectations)


CASES: list[tuple[Expectation, list[Row], list[Row]]] = [
    (unique("segment"), [("a", 1), ("b", 1)], [("a", 1), ("a", 2)]),
    (unique("segment", "days"), [("a", 1), ("a", 2)], [("a", 1), ("a", 1)]),
    (not_null("segment"), [("a", 1)], [("a", 1), (None, 1)]),
    (between("days", 1, 3), [("a", 1), ("a", 3), ("a", None)], [("a", 0), ("a", 2)]),
    (between("days", 1, None), [("a", 10**9)], [("a", 0)]),
    (between("days", None, 3), [("a", -5)], [("a", 4)]),
    (between("days", 1, 3, mostly=0.5), [("a", 2), ("a", 9)], [("a", 2), ("a", 9), ("a", 9)]),
    (share_between("segment", 0.25, 0.75), [("a", 1)] * 3 + [("b", 1)], [("a", 1)] * 4 + [("b", 1)]),
    (mean_between("days", 1.5, 2.5), [("a", 0), ("a", 4)], [("a", 0), ("a", 8)]),
    (has_rows(2), [("a", 1), ("a", 1)], [("a", 1)]),
]


@pytest.fixture(scope="module")
def frame_of(session: SparkSession) -> Frame:
    """`frame_of(rows)`: a frame of (segment, days)."""
    return lambda rows: session.createDataFrame(list(rows), "segment string, days int")


@pytest.fixture(scope="module")
def asset() -> DataFrameAsset:
    """Frames as Great Expectations sees them."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context.data_sources.add_spark("samples", persist=False).add_dataframe_asset("sample")


@pytest.mark.parametrize(("expectation", "good", "bad"), CASES, ids=[case[0].name for case in CASES])
def test_an_expectation_passes_what_holds_and_fails_what_does_not(
    expectation: Expectation, good: list[Row], bad: list[Row], asset: DataFrameAsset, frame_of: Frame
) -> None:
    definition = asset.add_batch_definition_whole_dataframe(expectation.name)
    results = [
        definition.get_batch({"dataframe": frame_of(rows)}).validate(build(expectation), result_format="BOOLEAN_ONLY")
        for rows in (good, bad)
    ]
    assert [result.success for result in results] == [True, False]
    assert not any(result.exception_info["raised_exception"] for result in results)


def test_every_kind_of_expectation_is_tried_here() -> None:
    assert {case[0].kind for case in CASES} == set(BUILDERS)


def test_a_failed_expectation_says_what_was_found(frame_of: Frame) -> None:
    table = sample(mean_between("days", 5, 9), between("days", 2, 9, severity=Severity.WARN), has_rows())
    verdict = audit(table, frame_of([("a", 1), ("b", 2), ("c", 3), ("d", 4)]))
    assert verdict.errors == ("mean_between(column=days, low=5, high=9): found 2.5",)
    assert verdict.warnings == {"between(column=days, low=2, high=9, mostly=1.0)": "25.00 % of values do not"}


def test_a_share_is_of_all_rows_null_among_them(frame_of: Frame) -> None:
    table = sample(share_between("segment", 0.4, 1.0))
    assert audit(table, frame_of([("a", 1), (None, 1)])) == Verdict()
    assert audit(table, frame_of([("a", 1), ("a", 1), (None, 1)])).errors


@pytest.mark.parametrize("integer", ["tinyint", "smallint", "int", "bigint"])
def test_the_mean_of_any_integer_is_taken(integer: str, frame_of: Frame) -> None:
    rows = frame_of([("a", 1), ("a", 4)]).selectExpr("segment", f"cast(days as {integer}) as days")
    table = sample(mean_between("days", 9, 9, severity=Severity.WARN))
    assert list(audit(table, rows).warnings.values()) == ["found 2.5"]


def test_a_suite_that_looks_at_no_column_counts_rows(frame_of: Frame) -> None:
    assert audit(sample(has_rows(2)), frame_of([("a", 1)])).errors == ("has_rows(at_least=2): found 1",)


def test_a_table_without_expectations_passes_unseen() -> None:
    assert audit(TABLES["bronze.load_curves_raw"], None) == Verdict()


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.expectations])
def test_a_suite_is_named_after_its_table_and_holds_all_its_expectations(name: str) -> None:
    suite = suite_of(TABLES[name])
    assert suite.name == name
    assert [e.meta["name"] for e in suite.expectations] == [e.name for e in TABLES[name].expectations]


def test_the_audit_reads_the_columns_the_suite_looks_at() -> None:
    assert columns_used(CUSTOMER_SEGMENTS) == ["customer_id", "days"]
    assert columns_used(SEGMENT_PROFILES) == ["segment", "season", "day_type"]
