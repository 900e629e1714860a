"""A line of a JSON-lines file as a record of texts, its numbers the way they are written."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Record = dict[str, Any]
"""Key → text, True, False or None; lists and objects are texts again."""
CONTROL = ("\0", "\x1f")


@dataclass(frozen=True)
class TornLine:
    """A line that gives no record: a reason of FEED_ROW_REASONS, and what is wrong."""

    reason: str
    detail: str | None = None


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class _KeyTwice(ValueError):
    """An object that has a key more than once."""


def _unique(pairs: list[tuple[str, Any]]) -> Record:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise _KeyTwice
    return record


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=Number, parse_int=Number, parse_constant=Number)


def keys_of(lines: Iterable[str]) -> tuple[str, ...]:
    """Every key of the lines that hold a record, in the order met."""
    records = (_record(line) for line in lines)
    return tuple(dict.fromkeys(key for record in records if isinstance(record, dict) for key in record))


def records_of(lines: Sequence[str], known: Collection[str]) -> list[Record | TornLine]:
    """What each line holds. A key that is one of `known` but for case and blanks around it has that name."""
    found = [_record(line) for line in lines]
    keys = set().union(*(record for record in found if isinstance(record, dict)))
    names = {key: key.strip().lower() for key in keys if key not in known and key.strip().lower() in known}
    return [_renamed(record, names) for record in found] if names else found


def _record(line: str) -> Record | TornLine:
    try:
        record = _DECODER.decode(line)
        if not isinstance(record, dict):
            return TornLine("bad_json", "no object")
        if "[" in line or line.count("{") > 1:
            record = {key: _flat(value) for key, value in record.items()}
    except _KeyTwice:
        return TornLine("bad_json", "a key twice")
    except (ValueError, RecursionError):
        return TornLine("bad_json", "no JSON")
    return _sound(record) if "\\u" in line else record


def _sound(record: Record) -> Record | TornLine:
    """The record, unless an escape in it stands for what is not kept."""
    texts = "".join([*record, *(value for value in record.values() if isinstance(value, str))])
    try:
        texts.encode()
    except UnicodeEncodeError:
        return TornLine("bad_json", "half of a surrogate pair")
    return TornLine("control_character") if any(character in texts for character in CONTROL) else record


def _renamed(record: Record | TornLine, names: dict[str, str]) -> Record | TornLine:
    if isinstance(record, TornLine):
        return record
    renamed = {names.get(key, key): value for key, value in record.items()}
    return renamed if len(renamed) == len(record) else TornLine("bad_json", "a key twice")


def _flat(value: object) -> object:
    return _written(value) if isinstance(value, dict | list) else value


def _written(value: object) -> str:
    """The value as JSON again, its numbers as they were."""
    match value:
        case Number():
            return str(value)
        case dict():
            return "{" + ", ".join(f"{_written(key)}: {_written(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_written, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)
