"""YAML that knows its lines, so that a wrong key can be pointed at. No meaning of its own: the models give that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from powerlake.errors import ConfigurationError

_UNKNOWN_KEY = {"extra_forbidden", "unexpected_keyword_argument"}
"""pydantic's names for it, in a model and in a dataclass."""

KeyPath = tuple[str | int, ...]
"""Where a value sits in a document: keys and list places from the top."""


@dataclass(frozen=True)
class Document:
    """A YAML file: its data as plain Python, and the line of every key and list item."""

    name: str
    data: Mapping[str, object]
    lines: Mapping[KeyPath, int]

    def place(self, path: KeyPath) -> str:
        """`file:line` of the value at `path`, or of the innermost part of the path that the file has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return f"{self.name}:{self.lines[path[:length]]}"
        return self.name

    def depth(self, path: KeyPath) -> int:
        """How many leading parts of `path` the file has."""
        return max(length for length in range(len(path) + 1) if length == 0 or path[:length] in self.lines)


def read_document(file: Path, name: str = "") -> Document:
    """The YAML mapping in `file`; an empty file is an empty mapping.

    `name` is what errors call the file. Raises ConfigurationError: not readable, not YAML, a key twice, not a mapping.
    """
    name = name or file.name
    try:
        loader = yaml.SafeLoader(file.read_text(encoding="utf-8"))
        walk = _Walk(loader, name)
        root = loader.get_single_node()
        data = {} if root is None else walk.plain(root, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{name}:{line}: not valid YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{name} cannot be read: {_one_line(error)}") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{name}:1: a mapping of keys is expected at the top")
    return Document(name, data, walk.lines)


class _Walk:
    """Turns composed nodes into plain values and notes their lines."""

    def __init__(self, loader: yaml.SafeLoader, name: str) -> None:
        self._loader = loader
        self._name = name
        self._seen: set[int] = set()
        self.lines: dict[KeyPath, int] = {(): 1}

    def plain(self, node: yaml.Node, path: KeyPath) -> object:
        """The value of a node. Refuses a key that comes twice, and an alias, which could hide a loop."""
        if isinstance(node, yaml.ScalarNode):
            return self._loader.construct_object(node)
        if id(node) in self._seen:
            raise self._refusal(self.lines[path], "aliases are not used here: write the value out")
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._child(item, item, (*path, place)) for place, item in enumerate(node.value)]
        return self._mapping(node, path)

    def _mapping(self, node: yaml.Node, path: KeyPath) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in values:
                raise self._refusal(line, f"{key} is there twice, first on line {self.lines[(*path, key)]}")
            values[key] = self._child(value_node, key_node, (*path, key))
        return values

    def _child(self, node: yaml.Node, marked: yaml.Node, path: KeyPath) -> object:
        self.lines[path] = marked.start_mark.line + 1
        return self.plain(node, path)

    def _refusal(self, line: int, problem: str) -> ConfigurationError:
        return ConfigurationError(f"{self._name}:{line}: {problem}")


def first_fault(error: ValidationError) -> tuple[KeyPath, str]:
    """Where a model first disagrees with the data, and why in one line. Unknown keys come before their consequences."""
    fault = min(error.errors(), key=lambda fault: fault["type"] not in _UNKNOWN_KEY)
    if fault["type"] in _UNKNOWN_KEY:
        return fault["loc"], "unknown key"
    if fault["type"] == "missing":
        return fault["loc"], "missing"
    return fault["loc"], _one_line(fault["msg"].removeprefix("Value error, "))


def _one_line(text: object) -> str:
    return " ".join(str(text).split())
