"""What the gate does with expectations that did not hold. The suite itself is tried on Spark, in tests/spark."""

import pytest

from powerlake.errors import ExpectationFailed
from powerlake.quality.gate import Verdict, _verdict
from powerlake.tables.model import Column, Severity, Table, between, has_rows
from powerlake.tables.types import LONG

STOPS, WARNS = has_rows(), between("days", 1, 9, severity=Severity.WARN)
DAYS = Table("gold.days", "one row", ("days",), "o", "c", (Column("days", LONG, "Days"),), {}, (STOPS, WARNS))


def test_errors_stop_and_warnings_do_not() -> None:
    verdict = _verdict(DAYS, {STOPS.name: "found 0", WARNS.name: "found 12"})
    assert verdict == Verdict((f"{STOPS.name}: found 0",), {WARNS.name: "found 12"})
    with pytest.raises(ExpectationFailed, match=r"gold\.days was not published: has_rows\(at_least=1\): found 0"):
        verdict.raise_errors(DAYS)


@pytest.mark.parametrize("failed", [{}, {WARNS.name: "found 12"}], ids=["nothing failed", "only a warning"])
def test_without_errors_publication_goes_on(failed: dict[str, str]) -> None:
    _verdict(DAYS, failed).raise_errors(DAYS)
