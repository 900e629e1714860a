"""Publication: staged files become rows of their tables, several tables as one step.

The step is first written down whole (state/publications), then each table's commit is made, then the note is
removed. A run killed in between is finished by `recover`: each commit carries the step's number, by which it is
recognised, so none is made twice and none is left out.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError
from deltalake.transaction import AddAction, RemoveAction

from powerlake.atomic import write_atomically
from powerlake.errors import PowerlakeError
from powerlake.lake.staging import Staged, StagedFile
from powerlake.lake.store import DataFile, Lake
from powerlake.tables import table as table_named
from powerlake.tables.model import Table

_PUBLICATION = "powerlake.publication"


@dataclass(frozen=True)
class Change:
    """What one table's commit adds and removes. `base` is the version it was worked out on.

    `watermarks` maps a source to the last of its batches this commit covers.
    """

    table: str
    base: int
    add: tuple[StagedFile, ...]
    remove: tuple[DataFile, ...] = ()
    watermarks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Changes that belong together. `number` grows from step to step, and every commit of the step carries it."""

    number: int
    run_id: str
    changes: tuple[Change, ...]


def append(lake: Lake, table: Table, staged: Staged, watermarks: Mapping[str, int] | None = None) -> Change:
    """Add the files staged for `table` to what is there."""
    return replace(lake, table, staged, [], watermarks)


def replace(
    lake: Lake, table: Table, staged: Staged, removed: list[DataFile], watermarks: Mapping[str, int] | None = None
) -> Change:
    """Put the files staged for `table` in the place of `removed`, which were read from its current version."""
    base = lake.ensure(table).version()
    return Change(table.name, base, staged.files.get(table.name, ()), tuple(removed), watermarks or {})


def publish(lake: Lake, changes: list[Change], run_id: str) -> dict[str, int]:
    """Make the changes visible, in order; returns the Delta version of each table that changed.

    A change without files and watermarks makes no version. Raises PowerlakeError where another writer was faster:
    nothing of that table was changed then. Where that is the first table the step never happened; where it is a later
    one the note stays, and says what is half done.
    """
    changes = [change for change in changes if change.add or change.remove or change.watermarks]
    if not changes:
        return {}
    for change in changes:
        _refuse_overtaken(change, DeltaTable(lake.path(table_named(change.table))))
    folder = lake.state / "publications"
    folder.mkdir(parents=True, exist_ok=True)
    step = Step(time.time_ns(), run_id, tuple(changes))
    note = folder / f"{step.number}-{uuid.uuid4().hex[:8]}.json"
    write_atomically(note, json.dumps(asdict(step)))
    versions = _commit_all(lake, step, note)
    note.unlink()
    return versions


def _commit_all(lake: Lake, step: Step, note: Path) -> dict[str, int]:
    versions: dict[str, int] = {}
    for change in step.changes:
        try:
            versions[change.table] = _commit(lake, change, step)
        except PowerlakeError:
            if not versions:
                note.unlink()
            raise
    return versions


def recover(lake: Lake) -> int:
    """Finish the publications a killed run had begun; returns how many there were."""
    notes = sorted((lake.state / "publications").glob("*.json"))
    for note in notes:
        step = _step_from(json.loads(note.read_text()))
        for change in step.changes:
            if not _is_made(lake, change, step):
                _commit(lake, change, step)
        note.unlink()
    return len(notes)


def _is_made(lake: Lake, change: Change, step: Step) -> bool:
    """The step's commit of this table, if there is one, is the version after its base and carries its number."""
    path = lake.path(table_named(change.table))
    if DeltaTable(path).version() <= change.base:
        return False
    return DeltaTable(path, version=change.base + 1).transaction_version(_PUBLICATION) == step.number


def _refuse_overtaken(change: Change, delta: DeltaTable) -> None:
    if delta.version() != change.base:
        raise PowerlakeError(
            f"{change.table} was changed by another writer (version {change.base} became {delta.version()})",
            remedy="run again: nothing of this run was published to it",
        )


def _commit(lake: Lake, change: Change, step: Step) -> int:
    table = table_named(change.table)
    delta = DeltaTable(lake.path(table))
    _refuse_overtaken(change, delta)
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(file.relative, True, now, file.bytes, dict(file.partition)) for file in change.remove
    ]
    actions += [
        AddAction(file.relative, file.bytes, dict(file.partition), file.modified_ms, True, file.stats)
        for file in change.add
    ]
    marks = {_PUBLICATION: step.number, **change.watermarks}
    try:
        delta.create_write_transaction(
            actions,
            mode="append",
            schema=delta.schema(),
            partition_by=list(table.partitioned_by),
            commit_properties=CommitProperties(
                custom_metadata={"run_id": step.run_id},
                max_commit_retries=0,
                app_transactions=[Transaction(app, number) for app, number in marks.items()],
            ),
        )
    except CommitFailedError as e:
        raise PowerlakeError(
            f"{change.table} was changed by another writer at the same moment", remedy="run again"
        ) from e
    return DeltaTable(lake.path(table)).version()


def _step_from(plain: dict[str, Any]) -> Step:
    return Step(plain["number"], plain["run_id"], tuple(map(_change_from, plain["changes"])))


def _change_from(plain: dict[str, Any]) -> Change:
    return Change(
        plain["table"],
        plain["base"],
        tuple(StagedFile(**file) for file in plain["add"]),
        tuple(DataFile(**file) for file in plain["remove"]),
        plain["watermarks"],
    )
