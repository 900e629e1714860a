"""A declaration's expectations as a Great Expectations suite."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
from great_expectations.expectations import Expectation as GxExpectation

from powerlake.tables.model import Expectation, Table

_E = gx.expectations


def _unique(columns: tuple[str, ...]) -> GxExpectation:
    if len(columns) == 1:
        return _E.ExpectColumnValuesToBeUnique(column=columns[0])
    return _E.ExpectCompoundColumnsToBeUnique(column_list=list(columns))


def _between(column: str, low: float | None, high: float | None, mostly: float) -> GxExpectation:
    return _E.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high, mostly=mostly)


def _share_between(column: str, low: float, high: float) -> GxExpectation:
    query = (
        f"SELECT `{column}` FROM {{batch}} GROUP BY `{column}` "
        f"HAVING COUNT(*) NOT BETWEEN {low} * (SELECT COUNT(*) FROM {{batch}}) "
        f"AND {high} * (SELECT COUNT(*) FROM {{batch}})"
    )
    return _E.UnexpectedRowsExpectation(unexpected_rows_query=query)


BUILDERS: Mapping[str, Callable[..., GxExpectation]] = {
    "unique": _unique,
    "not_null": lambda column: _E.ExpectColumnValuesToNotBeNull(column=column),
    "between": _between,
    "share_between": _share_between,
    "mean_between": lambda column, low, high: _E.ExpectColumnMeanToBeBetween(
        column=column, min_value=low, max_value=high
    ),
    "has_rows": lambda at_least: _E.ExpectTableRowCountToBeBetween(min_value=at_least),
}
"""How each kind of `powerlake.tables.model.Expectation` is said to Great Expectations."""


def build(expectation: Expectation) -> GxExpectation:
    """One expectation, its name kept in `meta`. Raises KeyError for a kind without a builder."""
    built = BUILDERS[expectation.kind](**expectation.arguments)
    built.meta = {"name": expectation.name, "severity": expectation.severity.value}
    return built


def suite_of(table: Table) -> gx.ExpectationSuite:
    """The suite of a table, named after it."""
    return gx.ExpectationSuite(name=table.name, expectations=[build(e) for e in table.expectations])


def columns_used(table: Table) -> list[str]:
    """The columns the suite looks at: the audit reads no others."""
    used: set[str] = set()
    for expectation in table.expectations:
        arguments: Mapping[str, Any] = expectation.arguments
        used.update(arguments.get("columns", ()))
        used.update([arguments["column"]] if "column" in arguments else [])
    return [name for name in table.column_names if name in used]
