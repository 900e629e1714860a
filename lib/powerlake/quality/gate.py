"""The audit between writing and publishing: a table's suite on what is about to become visible."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.errors import ExpectationFailed
from powerlake.quality.judged import Judged, Outcome
from powerlake.quality.measure import Frame, Measured, measure
from powerlake.tables.model import Severity, Table


@dataclass(frozen=True)
class Verdict:
    """Every expectation of a table as it was found, and the passes over its rows that it took to know."""

    judged: tuple[Judged, ...] = ()
    passes: int = 0

    @property
    def errors(self) -> tuple[str, ...]:
        """What stops publication, each with what was found."""
        return tuple(f"{one.rule}: {one.found}" for one in self.judged if one.outcome == "failed")

    @property
    def warnings(self) -> dict[str, str]:
        """What did not hold and stops nothing: rule → what was found."""
        return {one.rule: one.found for one in self.judged if one.outcome == "warned"}

    def raise_errors(self, table: Table) -> None:
        """Raises ExpectationFailed where an expectation of severity `error` did not hold."""
        if self.errors:
            raise ExpectationFailed(table.name, self.errors)


def audit(table: Table, frame: Frame, rows: int) -> Verdict:
    """Measure what the table's suite asks for, in at most two passes over the frame, and let it judge the figures.

    `rows` are the frame's: a suite that asks for nothing else needs no pass.
    """
    if not table.expectations:
        return Verdict()
    measures = measure(table, frame, rows)
    # Two seconds of import that a job without a suite is spared.
    from powerlake.quality.suite import judge  # noqa: PLC0415

    held = judge(table.name, measures.items)
    judged = tuple(_judged(table, item, is_held) for item, is_held in zip(measures.items, held, strict=True))
    return Verdict(judged, measures.passes)


def _judged(table: Table, item: Measured, is_held: bool) -> Judged:
    severity = item.expectation.severity
    broken: Outcome = "failed" if severity is Severity.ERROR else "warned"
    return Judged(
        table.name,
        item.expectation.name,
        item.expectation.kind,
        severity.value,
        item.checked,
        item.failing,
        item.observed,
        item.low,
        item.high,
        "held" if is_held else broken,
        "" if is_held else item.found,
    )
