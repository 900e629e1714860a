"""A refused record with nothing personal left in it. Pure: the same record and declaration give the same cells.

Refused rows are those that went wrong, so a value is also mistrusted where its column says nothing of a person: a
telephone number may have slipped into the column beside. It is shown only where it reads as its column should.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from powerlake.report.records.masked import Cell, How
from powerlake.tables.feeds.model import Kind
from powerlake.tables.model import PII

CELLS_SHOWN = 14
LONGEST_SHOWN = 24
"""Characters of a shape; no column that reads as it should is longer."""
STEPS = (3, 8, 20)
"""Characters up to which a value has one, two or three dots; four beyond."""
DOT = "•"

_SEALED = re.compile(r"v\d+:[A-Za-z0-9]+:[A-Za-z0-9_-]+=*", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d{1,7}(\.\d{1,6})?", re.ASCII)
_DAY = r"(19|20|21)\d\d-[01]\d-[0-3]\d"
_CLOCK = r"[T ][0-2]\d:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-][01]\d:?[0-5]\d)?"
_CODE = re.compile(r"[A-Z]{1,2}|(?=\w*\d)[A-Za-z]{0,6}[-_.]?\d{0,6}", re.ASCII)
_THING = re.compile(r"(?=[^-]*\d)[A-Z]{1,4}[-_]?[A-Z0-9]{1,12}([-_][A-Z0-9]{1,8})*", re.ASCII)
_PATTERNS = {
    Kind.INTEGER: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.BOOLEAN: re.compile(r"(?i:true|false|yes|no|0|1|y|n|t|f|是|否)"),
    Kind.DATE: re.compile(_DAY, re.ASCII),
    Kind.INSTANT: re.compile(_DAY + _CLOCK, re.ASCII),
}
_KEPT_IN_SHAPE = frozenset(" -/:.,+_")


@dataclass(frozen=True)
class Declared:
    """What is declared of a column as far as masking goes; `codes` where it has a closed list of them."""

    pii: PII
    kind: Kind
    codes: frozenset[str] = field(default_factory=frozenset)


Columns = Mapping[str, Declared]


def masked_record(record: str | None, columns: Columns) -> tuple[Cell, ...]:
    """The cells of a refused record as received: a JSON object by its keys, else text by its separators.

    Cells without a value are left out. What is no object, or was cut, is free text: only lengths are told of it.
    """
    if not record:
        return ()
    if _is_sealed(record):
        return (Cell("", How.SEALED, ""),)
    found = _object(record)
    if found is None:
        return tuple(Cell("", How.DOTS, dots(text)) for text in _split(record) if text)
    return tuple(_cells(found, columns))


def masked_value(name: str, value: object, declared: Declared | None) -> Cell:
    """One cell. The name of a column that is not declared is masked as well."""
    shown = name if declared else ""
    text = _text(value)
    if _is_sealed(text):
        return Cell(shown, How.SEALED, "")
    if declared is None or declared.pii is not PII.NONE or isinstance(value, list | dict):
        return Cell(shown, How.DOTS, dots(text))
    if declared.kind is Kind.TEXT and not name.endswith("_id"):
        return Cell(shown, How.DOTS, dots(text))
    if _reads_as_it_should(text, declared):
        return Cell(shown, How.SHOWN, text)
    return Cell(shown, How.SHAPE, shape(text))


def dots(text: str) -> str:
    """One to four dots: up to 3, 8 or 20 characters, or more."""
    return DOT * (1 + sum(len(text) > step for step in STEPS))


def shape(text: str) -> str:
    """Letters of any script as `a`, digits as `0`, common signs as they are, others as `?`; cut when long."""
    told = "".join(map(_sign, text[:LONGEST_SHOWN]))
    return told + ("…" if len(text) > LONGEST_SHOWN else "")


def _sign(character: str) -> str:
    if character.isalpha():
        return "a"
    if character.isnumeric():
        return "0"
    return character if character in _KEPT_IN_SHAPE else "?"


def _reads_as_it_should(text: str, declared: Declared) -> bool:
    if declared.codes:
        return text in declared.codes
    pattern = _PATTERNS.get(declared.kind) or (_THING if declared.kind is Kind.TEXT else _CODE)
    return pattern.fullmatch(text) is not None


def _is_sealed(text: str) -> bool:
    return _SEALED.fullmatch(text) is not None


def _cells(found: Mapping[str, object], columns: Columns) -> Iterator[Cell]:
    for name, value in found.items():
        if value not in (None, "", [], {}):
            yield masked_value(name, value, columns.get(name))


def _object(record: str) -> dict[str, object] | None:
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _split(record: str) -> list[str]:
    """The cells of a line by the separator it has most of."""
    separator = max(",;\t|", key=record.count)
    try:
        return next(csv.reader([record], delimiter=separator), [])
    except csv.Error:
        return [record]
