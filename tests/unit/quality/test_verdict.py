"""What the gate does with expectations that did not hold, and what a suite says of no rows. No session is asked for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerlake.errors import ExpectationFailed
from powerlake.quality.gate import Verdict, audit
from powerlake.quality.judged import Judged
from powerlake.quality.measure import KINDS, Measured, measure
from powerlake.quality.suite import build, judge, meaning
from powerlake.tables import TABLES
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
from powerlake.tables.types import LONG

STOPS, WARNS = has_rows(3), between("days", 1, 9, severity=Severity.WARN)


def sample(*expectations: Expectation) -> Table:
    return Table("gold.days", "one row", ("days",), "o", "c", (Column("days", LONG, "Days"),), {}, expectations)


def judged(expectation: Expectation, outcome: str, found: str = "") -> Judged:
    severity = expectation.severity.value
    return Judged("gold.days", expectation.name, expectation.kind, severity, 1, None, 1.0, 3.0, None, outcome, found)  # type: ignore[arg-type]


def no_frame() -> None:
    raise AssertionError("the rows were asked for")


def test_errors_stop_and_warnings_do_not() -> None:
    verdict = Verdict((judged(STOPS, "failed", "found 1"), judged(WARNS, "warned", "found 12")))
    assert verdict.errors == (f"{STOPS.name}: found 1",)
    assert verdict.warnings == {WARNS.name: "found 12"}
    with pytest.raises(ExpectationFailed, match=r"gold\.days was not published: has_rows\(at_least=3\): found 1"):
        verdict.raise_errors(sample())


@pytest.mark.parametrize("outcome", ["held", "warned"])
def test_without_errors_publication_goes_on(outcome: str) -> None:
    Verdict((judged(WARNS, outcome),)).raise_errors(sample())


@pytest.mark.parametrize(("rows", "outcome"), [(2, "failed"), (3, "held")])
def test_a_suite_that_counts_rows_needs_no_pass(rows: int, outcome: str) -> None:
    verdict = audit(sample(STOPS), no_frame, rows)
    assert verdict.passes == 0
    (one,) = verdict.judged
    assert (one.outcome, one.checked, one.observed, one.low) == (outcome, rows, rows, 3)


def test_a_table_without_expectations_passes_unseen() -> None:
    assert audit(TABLES["bronze.load_curves_raw"], no_frame, 9) == Verdict()


def test_of_no_rows_nothing_is_wrong_but_that_there_are_none() -> None:
    """A mean and a number of rows say something of the whole; the other kinds speak of rows, and there are none."""
    suite = sample(
        *(unique("days"), not_null("days"), between("days", 1, 2), share_between("days", 0.2, 0.3)),
        *(mean_between("days", 0, 9), has_rows()),
    )
    verdict = audit(suite, no_frame, 0)
    assert verdict.passes == 0
    assert {one.kind: one.outcome for one in verdict.judged} == {
        **dict.fromkeys(["unique", "not_null", "between", "share_between"], "held"),
        **dict.fromkeys(["mean_between", "has_rows"], "failed"),
    }
    assert {one.kind for one in verdict.judged} == KINDS


figures = st.none() | st.floats(-1e9, 1e9)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(figures, figures, figures, st.booleans()), min_size=1, max_size=6))
def test_great_expectations_judges_a_figure_as_its_limits_say(
    given: list[tuple[float | None, float | None, float | None, bool]],
) -> None:
    """Whatever the figure and the limits: what is missing holds unless the rule needs rows."""
    measured = [
        Measured(has_rows(number), 1, None, observed, low, high, "", needs_rows)
        for number, (observed, low, high, needs_rows) in enumerate(given)
        if low is None or high is None or low <= high
        if low is not None or high is not None
    ]
    expected = [
        not one.needs_rows
        if one.observed is None
        else (one.low is None or one.observed >= one.low) and (one.high is None or one.observed <= one.high)
        for one in measured
    ]
    assert not measured or judge("gold.days", measured) == expected


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.expectations])
def test_every_declared_expectation_can_be_measured_and_says_what_it_means(name: str) -> None:
    items = measure(TABLES[name], no_frame, 0).items
    assert [item.expectation for item in items] == list(TABLES[name].expectations)
    for item in items:
        built = build(item)
        assert (built.meta["name"], built.meta["severity"]) == (
            item.expectation.name,
            item.expectation.severity.value,
        )
        assert meaning(item.expectation) != item.expectation.name
