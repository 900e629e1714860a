"""A declaration's expectations as a Great Expectations suite over what was measured of them: one row of figures."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import pandas as pd
from great_expectations.expectations import Expectation as GxExpectation

from powerlake.quality.measure import Measured
from powerlake.tables.model import Expectation, Severity

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.batch_definition import BatchDefinition

_E = gx.expectations
_SEVERITY = {Severity.ERROR: "critical", Severity.WARN: "warning"}


def meaning(expectation: Expectation) -> str:
    """What is expected, in a plain sentence."""
    said: Mapping[str, object] = {"low": None, "high": None, "column": "", **expectation.arguments}
    limits = _limits(said["low"], said["high"])
    columns = said.get("columns", ())
    names = ", ".join(columns) if isinstance(columns, tuple) else ""
    return {
        "unique": f"No two rows share {names}",
        "not_null": f"{said['column']} has a value in every row",
        "between": f"{_per_cent(said.get('mostly'))} of the values of {said['column']} are {limits}",
        "share_between": f"The share of rows that each value of {said['column']} takes is {limits}",
        "mean_between": f"The mean of {said['column']} is {limits}",
        "has_rows": f"There are {said.get('at_least')} rows or more",
    }.get(expectation.kind, expectation.name)


def build(measured: Measured) -> GxExpectation:
    """The expectation on the column that holds its figure; its name, severity and meaning are in `meta`."""
    expectation = measured.expectation
    return built(
        expectation.name,
        measured.low,
        measured.high,
        severity=_SEVERITY[expectation.severity],
        meta={
            "name": expectation.name,
            "severity": expectation.severity.value,
            "notes": {"format": "string", "content": [meaning(expectation)]},
        },
        is_empty_well=not measured.needs_rows and measured.observed is None,
    )


def built(
    column: str,
    low: float | None,
    high: float | None,
    *,
    severity: str,
    meta: Mapping[str, object],
    is_empty_well: bool = False,
) -> GxExpectation:
    """That the figure in the column lies in [low, high]; one that is missing does so only where `is_empty_well`."""
    if is_empty_well or (low is None and high is None):
        low, high = (0.0, None) if low is None and high is None else (low, high)
        return _E.ExpectColumnValuesToBeBetween(
            column=column, min_value=low, max_value=high, severity=severity, meta=dict(meta)
        )
    return _E.ExpectColumnMaxToBeBetween(
        column=column, min_value=low, max_value=high, severity=severity, meta=dict(meta)
    )


def suite_of(name: str, measured: Sequence[Measured]) -> gx.ExpectationSuite:
    """The suite of a table, named after it."""
    return gx.ExpectationSuite(name=name, expectations=[build(item) for item in measured])


def judge(name: str, measured: Sequence[Measured]) -> list[bool]:
    """Whether each figure is as expected, in their order."""
    figures = pd.DataFrame([{item.expectation.name: item.observed for item in measured}], dtype="float64")
    batch = _figures().get_batch({"dataframe": figures})
    result: ExpectationSuiteValidationResult = batch.validate(suite_of(name, measured), result_format="BASIC")
    held = {one.expectation_config.meta["name"]: bool(one.success) for one in result.results}
    return [held[item.expectation.name] for item in measured]


@cache
def _figures() -> BatchDefinition:
    """The one data source of the process: making it takes longer than judging."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = gx.data_context.types.base.ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("measured").add_dataframe_asset("figures")
    return asset.add_batch_definition_whole_dataframe("one row")


def _limits(low: object, high: object) -> str:
    if low is None and high is None:
        return "anything"
    if low is None or high is None:
        return f"at most {high}" if low is None else f"at least {low}"
    return f"from {low} to {high}"


def _per_cent(share: object) -> str:
    return "All" if share == 1.0 or not isinstance(share, int | float) else f"At least {100 * share:g} %"
