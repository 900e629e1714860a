"""The audit between writing and publishing: a table's suite on what is about to become visible."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from powerlake.errors import ExpectationFailed
from powerlake.tables.model import Severity, Table

if TYPE_CHECKING:
    from great_expectations.datasource.fluent import SparkDatasource
    from great_expectations.datasource.fluent.interfaces import Batch
    from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Verdict:
    """Which expectations did not hold: `errors` stop publication, `warnings` say what was found."""

    errors: tuple[str, ...] = ()
    warnings: dict[str, str] = field(default_factory=dict)

    def raise_errors(self, table: Table) -> None:
        """Raises ExpectationFailed where an expectation of severity `error` did not hold."""
        if self.errors:
            raise ExpectationFailed(table.name, self.errors)


def audit(table: Table, frame: DataFrame) -> Verdict:
    """Run the table's suite on the columns it looks at.

    BOOLEAN_ONLY first, which costs one aggregate an expectation; only what failed is asked again for its figures.
    """
    if not table.expectations:
        return Verdict()
    # Two seconds of import that a job without a suite is spared.
    from powerlake.quality.suite import columns_used, suite_of  # noqa: PLC0415

    names = columns_used(table) or table.key[:1]
    cached = frame.select(*(_widened(frame, name) for name in names)).persist()
    try:
        asset = _staged_source().add_dataframe_asset(f"{table.name}-{uuid.uuid4()}")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": cached})
        quick = batch.validate(suite_of(table), result_format="BOOLEAN_ONLY")
        failed = [r.expectation_config.meta["name"] for r in quick.results if not r.success]
        return _verdict(table, {name: _found(batch, table, name) for name in failed})
    finally:
        cached.unpersist()


@cache
def _staged_source() -> SparkDatasource:
    """The one data source of the process: making it takes longer than most suites."""
    import great_expectations as gx  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    return context.data_sources.add_spark("staged", persist=False)


def _widened(frame: DataFrame, name: str) -> Column:
    """The column, small integers as int: Great Expectations refuses to take the mean of a smallint."""
    is_narrow = frame.schema[name].dataType.typeName() in {"byte", "short"}
    return frame[name].cast("int").alias(name) if is_narrow else frame[name]


def _found(batch: Batch, table: Table, name: str) -> str:
    """What a failed expectation saw, in a few words."""
    from powerlake.quality.suite import build  # noqa: PLC0415

    expectation = next(e for e in table.expectations if e.name == name)
    result = batch.validate(build(expectation), result_format="SUMMARY").result
    for key, wording in (("observed_value", "found {}"), ("unexpected_percent", "{:.2f} % of values do not")):
        if result.get(key) is not None:
            return wording.format(result[key])
    return "did not hold"


def _verdict(table: Table, failed: Mapping[str, str]) -> Verdict:
    stops = {e.name for e in table.expectations if e.severity is Severity.ERROR}
    errors = tuple(f"{name}: {found}" for name, found in failed.items() if name in stops)
    return Verdict(errors, {name: found for name, found in failed.items() if name not in stops})
