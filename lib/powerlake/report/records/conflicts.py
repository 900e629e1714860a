"""Where records or departments say different things, by kind."""

from __future__ import annotations

from dataclasses import dataclass

from powerlake.report.records.masked import Cell


@dataclass(frozen=True)
class Told:
    """What one side says; `counts` where it is what holds."""

    source: str
    cell: Cell | None
    counts: bool


@dataclass(frozen=True)
class Example:
    """One conflict, masked."""

    entity_kind: str
    entity: Cell
    column: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class ConflictKind:
    """All conflicts of one kind.

    `columns` are (column, rule that decides, conflicts), most first; they may be cut to the first of `all_columns`.
    """

    kind: str
    entity_kind: str
    conflicts: int
    entities: int
    all_columns: int
    columns: tuple[tuple[str, str, int], ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Conflicts:
    """Every kind that occurs, most conflicts first."""

    kinds: tuple[ConflictKind, ...]

    @property
    def total(self) -> int:
        return sum(kind.conflicts for kind in self.kinds)
