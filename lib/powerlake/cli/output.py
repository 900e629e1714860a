"""What a terminal and a program are given: aligned columns, and JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa

from powerlake.errors import ConfigurationError

WHOLE_FROM, EXPONENT_FROM = 999_999.5, 1e15
"""Between the two a float is told without a fraction: below, six digits hold all before the point; above, none can."""


def as_json(value: object) -> str:
    """JSON text: dates and times in ISO form, NaN and infinity as null, Chinese left as it is."""
    return json.dumps(plain(value), ensure_ascii=False, allow_nan=False)


def json_rows(answer: pa.Table) -> str:
    """A JSON list of row objects, one row a line. Raises ConfigurationError where two columns share a name."""
    names = answer.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigurationError(f"the answer has two columns {twice[0]}", remedy="name one of them otherwise with AS")
    maps = [field.name for field in answer.schema if pa.types.is_map(field.type)]
    rows = answer.to_pylist(maps_as_pydicts="strict") if maps else answer.to_pylist()
    return "[" + ",\n ".join(as_json(row) for row in rows) + "]"


def plain(value: object) -> object:  # noqa: PLR0911 - one return a type reads best
    """The value in JSON's types."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def columns(rows: Iterable[Sequence[object]], heads: Sequence[str]) -> str:
    """Aligned columns under heads, numbers to the right. No rows: the heads alone."""
    cells = [[shown(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    is_numeric = [all(map(_is_number, column[1:])) for column in zip(heads, *cells, strict=True)]
    return "\n".join(_aligned(line, widths, is_numeric) for line in [heads, *cells])


def _aligned(line: Sequence[str], widths: Sequence[int], to_the_right: Sequence[bool]) -> str:
    parts = zip(line, widths, to_the_right, strict=True)
    return "  ".join(text.rjust(width) if right else text.ljust(width) for text, width, right in parts).rstrip()


def shown(value: object) -> str:
    """A value in a cell: thousands parted, a fraction to six digits in all, nothing for null."""
    if isinstance(value, Decimal):
        value = plain(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(plain(value)) if not isinstance(value, str) else value


def _float(value: float) -> str:
    """Six digits, or all before the point: a sum of a year's energy is not to be read from an exponent."""
    is_large = WHOLE_FROM <= abs(value) < EXPONENT_FROM
    return f"{value:,.0f}" if is_large else f"{value:,.6g}"


def _is_number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).lstrip("-").isdigit() or not text
