"""Each kind of expectation on Spark rows: a frame that passes, one that fails, none at all, and what it costs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from pyspark.sql import DataFrame, SparkSession

from powerlake.quality.gate import Verdict, audit
from powerlake.quality.measure import KINDS
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


CASES: list[tuple[Expectation, list[Row], list[Row], int | None]] = [
    (unique("segment"), [("a", 1), ("b", 1), (None, 1), (None, 2)], [("a", 1), ("a", 2), ("b", 1)], 2),
    (unique("segment", "days"), [("a", 1), ("a", 2), (None, None), (None, None)], [("a", 1), ("a", 1)], 2),
    (unique("days", "segment"), [("a", 1), (None, 1)], [(None, 1), (None, 1)], 2),
    (not_null("segment"), [("a", 1)], [("a", 1), (None, 1)], 1),
    (between("days", 1, 3), [("a", 1), ("a", 3), ("a", None)], [("a", 0), ("a", 2)], 1),
    (between("days", 1, None), [("a", 10**9)], [("a", 0)], 1),
    (between("days", None, 3), [("a", -5)], [("a", 4)], 1),
    (between("days", 1, 3, mostly=0.5), [("a", 2), ("a", 9)], [("a", 2), ("a", 9), ("a", 9)], 2),
    (share_between("segment", 0.25, 0.75), [("a", 1)] * 3 + [("b", 1)], [("a", 1)] * 4 + [("b", 1)], 5),
    (share_between("segment", 0.25, 1.0), [("a", 1)] * 3 + [("b", 1)], [("a", 1)] * 4 + [("b", 1)], 1),
    (mean_between("days", 1.5, 2.5), [("a", 0), ("a", 4)], [("a", 0), ("a", 8)], None),
    (has_rows(2), [("a", 1), ("a", 1)], [("a", 1)], None),
]
"""Expectation, rows that keep it, rows that break it, and how many rows that are."""


@pytest.fixture(scope="module")
def frame_of(session: SparkSession) -> Frame:
    """`frame_of(rows)`: a frame of (segment, days)."""
    return lambda rows: session.createDataFrame(list(rows), "segment string, days int")


@contextmanager
def jobs_of(session: SparkSession, group: str) -> Iterator[list[int]]:
    """The Spark jobs that the block starts."""
    found: list[int] = []
    session.sparkContext.setJobGroup(group, group)
    try:
        yield found
    finally:
        found += session.sparkContext.statusTracker().getJobIdsForGroup(group)
        session.sparkContext.setLocalProperty("spark.jobGroup.id", None)


def verdict_of(frame: DataFrame, *expectations: Expectation) -> Verdict:
    return audit(sample(*expectations), lambda: frame, frame.count())


@pytest.mark.parametrize(("expectation", "good", "bad", "failing"), CASES, ids=[case[0].name for case in CASES])
def test_an_expectation_passes_what_holds_and_fails_what_does_not(
    expectation: Expectation, good: list[Row], bad: list[Row], failing: int | None, frame_of: Frame
) -> None:
    (held,), (broken,) = (verdict_of(frame_of(rows), expectation).judged for rows in (good, bad))
    assert (held.outcome, held.found) == ("held", "")
    assert held.failing in {0, None} or expectation.arguments.get("mostly") == 0.5
    assert (broken.outcome, broken.failing) == ("failed", failing)
    assert broken.found


def test_every_kind_of_expectation_is_tried_here() -> None:
    assert {case[0].kind for case in CASES} == KINDS


def test_a_suite_of_every_kind_costs_two_passes_and_says_of_each_what_it_says_alone(frame_of: Frame) -> None:
    """Several keys and shares are counted by GROUPING SETS, and none mixes with another."""
    rows: list[Row] = [("a", 1), ("a", 1), ("b", 2), (None, 2), (None, None), (None, None), ("c", 9)]
    suite = [*(case[0] for case in CASES), share_between("days", 0.1, 0.3)]
    verdict = verdict_of(frame_of(rows), *suite)
    assert list(verdict.judged) == [verdict_of(frame_of(rows), expectation).judged[0] for expectation in suite]
    assert verdict.passes == 2


@pytest.mark.parametrize(
    ("suite", "passes"),
    [
        ((between("days", 1, 3), mean_between("days", 0, 9), not_null("segment")), 1),
        ((between("days", 1, 3), share_between("segment", 0, 1), share_between("days", 0, 1)), 1),
        ((unique("segment"), unique("days", "segment"), has_rows()), 1),
        ((unique("segment"), between("days", 1, 3), share_between("days", 0, 1)), 2),
        ((has_rows(),), 0),
    ],
    ids=["of the whole", "with shares", "of keys", "all", "rows"],
)
def test_passes_are_as_few_as_the_suite_needs(
    suite: tuple[Expectation, ...], passes: int, session: SparkSession, frame_of: Frame
) -> None:
    frame = frame_of([("a", 1), ("b", 2)]).persist()
    frame.count()
    with jobs_of(session, " and ".join(one.name for one in suite)) as jobs:
        assert audit(sample(*suite), lambda: frame, rows=2).passes == passes
    assert passes <= len(jobs) <= 3 * passes, "adaptive execution starts a job for each shuffle of a pass"
    frame.unpersist()


def test_a_failed_expectation_says_what_was_found(frame_of: Frame) -> None:
    suite = mean_between("days", 5, 9), between("days", 2, 9, severity=Severity.WARN), has_rows()
    verdict = verdict_of(frame_of([("a", 1), ("b", 2), ("c", 3), ("d", 4)]), *suite)
    assert verdict.errors == ("mean_between(column=days, low=5, high=9): found 2.5",)
    assert verdict.warnings == {"between(column=days, low=2, high=9, mostly=1.0)": "25.00 % of values do not"}


def test_a_share_is_of_all_rows_null_among_them(frame_of: Frame) -> None:
    rule = share_between("segment", 0.4, 1.0)
    assert not verdict_of(frame_of([("a", 1), (None, 1)]), rule).errors
    assert verdict_of(frame_of([("a", 1), ("a", 1), (None, 1)]), rule).errors


@pytest.mark.parametrize("integer", ["tinyint", "smallint", "int", "bigint"])
def test_the_mean_of_any_integer_is_taken(integer: str, frame_of: Frame) -> None:
    rows = frame_of([("a", 1), ("a", 4)]).selectExpr("segment", f"cast(days as {integer}) as days")
    verdict = verdict_of(rows, mean_between("days", 9, 9, severity=Severity.WARN))
    assert list(verdict.warnings.values()) == ["found 2.5"]


def test_what_is_not_a_number_is_in_no_range(session: SparkSession) -> None:
    rows = session.createDataFrame([(float("nan"),), (1.0,), (None,)], "days double")
    (judged,) = verdict_of(rows, between("days", 0, 9)).judged
    assert (judged.outcome, judged.checked, judged.failing) == ("failed", 2, 1)


def test_a_suite_that_looks_at_no_column_counts_rows(frame_of: Frame) -> None:
    assert verdict_of(frame_of([("a", 1)]), has_rows(2)).errors == ("has_rows(at_least=2): found 1",)
