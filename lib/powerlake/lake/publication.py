"""Publication: staged files become rows of their tables, several tables as one step.

The step is first written down whole (state/publications), then each table's commit is made, then the note is
removed. A run killed in between is finished by `recover`: each commit carries the step's number, by which it is
recognised, so none is made twice and none is left out.

A step that another writer overtakes at a later table is taken back: what it had added to the tables before is removed
again, so that it never happened. Rows of the ledgers in `ops` are added to whatever is there, for no row of theirs
rests on another.
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
from powerlake.lake.snapshots import DataFile
from powerlake.lake.staging import Staged, StagedFile
from powerlake.lake.store import Lake
from powerlake.tables import table as table_named
from powerlake.tables.model import Table

_PUBLICATION = "powerlake.publication"
_LEDGER_ATTEMPTS = 20
"""Commits of a ledger's rows, each on the version that is newest then."""


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


def append(
    lake: Lake,
    table: Table,
    staged: Staged,
    watermarks: Mapping[str, int] | None = None,
    base: int | None = None,
) -> Change:
    """Add the files staged for `table` to what is there; `base` as in `replace`."""
    return replace(lake, table, staged, [], watermarks, base)


def replace(
    lake: Lake,
    table: Table,
    staged: Staged,
    removed: list[DataFile],
    watermarks: Mapping[str, int] | None = None,
    base: int | None = None,
) -> Change:
    """Put the files staged for `table` in the place of `removed`.

    `base` is the version they were worked out on, the current one where it is not given.
    """
    current = lake.ensure(table).version()
    return Change(
        table.name,
        current if base is None else base,
        staged.files.get(table.name, ()),
        tuple(removed),
        watermarks or {},
    )


def publish(lake: Lake, changes: list[Change], run_id: str) -> dict[str, int]:
    """Make the changes visible, in order; returns the Delta version of each table that changed.

    A change without files and watermarks makes no version. Raises PowerlakeError where another writer was faster:
    then nothing of the step stands. The note stays where that could not be brought about, and the error says so.
    """
    changes = [change for change in changes if change.add or change.remove or change.watermarks]
    if not changes:
        return {}
    for change in changes:
        if not _is_ledger(change):
            _refuse_overtaken(change, lake.version(table_named(change.table)))
    folder = lake.state / "publications"
    folder.mkdir(parents=True, exist_ok=True)
    step = Step(time.time_ns(), run_id, tuple(changes))
    note = folder / f"{step.number}-{uuid.uuid4().hex[:8]}.json"
    write_atomically(note, json.dumps(asdict(step)))
    try:
        versions = {change.table: _commit(lake, change, step) for change in step.changes}
    except Overtaken:
        _take_back(lake, step, note)
        raise
    note.unlink()
    return versions


def recover(lake: Lake) -> int:
    """Finish the publications a killed run had begun, or take them back where another writer came between.

    Returns how many there were.
    """
    notes = sorted((lake.state / "publications").glob("*.json"))
    for note in notes:
        step = _step_from(json.loads(note.read_text()))
        try:
            for change in step.changes:
                if _made_at(lake, change, step) is None:
                    _commit(lake, change, step)
        except Overtaken:
            _take_back(lake, step, note)
        else:
            note.unlink()
    return len(notes)


def _made_at(lake: Lake, change: Change, step: Step) -> int | None:
    """The version that the step's commit of this table made, None where it is not made.

    It is the one after its base, of a ledger any after it, and carries the step's number.
    """
    path = lake.path(table_named(change.table))
    current = DeltaTable(path).version()
    last = current if _is_ledger(change) else min(change.base + 1, current)
    for version in range(change.base + 1, last + 1):
        if DeltaTable(path, version=version).transaction_version(_PUBLICATION) == step.number:
            return version
    return None


def _take_back(lake: Lake, step: Step, note: Path) -> None:
    """Remove what the step has added so far, then its note.

    Raises PowerlakeError, and leaves everything as it is, where a table's rows were replaced or its watermarks moved:
    what has been built on that cannot be known here.
    """
    made = [change for change in step.changes if _made_at(lake, change, step) is not None]
    done = next((change for change in made if change.remove or change.watermarks), None)
    if done:
        open_ = ", ".join(change.table for change in step.changes if change not in made)
        raise PowerlakeError(
            f"run {step.run_id} has published {done.table}, but not {open_}, which another writer changed meanwhile",
            remedy=f"remove {note}, then run the jobs that write {done.table} and {open_} with --force",
            note=str(note),
        )
    for change in made:
        _remove_added(lake, change, step)
    note.unlink()


def _remove_added(lake: Lake, change: Change, step: Step) -> None:
    """A commit without the files that the change added; none where they are gone already."""
    table = table_named(change.table)
    active, now = {file.relative for file in lake.files(table)}, int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(file.relative, True, now, file.bytes, dict(file.partition))
        for file in change.add
        if file.relative in active
    ]
    if actions:
        _write(DeltaTable(lake.path(table)), change, actions, step.run_id, {})


class Overtaken(PowerlakeError):
    """Another writer changed a table after the version that a step was worked out on."""


def _refuse_overtaken(change: Change, version: int | None) -> None:
    if version != change.base:
        raise Overtaken(
            f"{change.table} was changed by another writer (version {change.base} became {version})",
            remedy="run again: nothing of this step was published",
        )


def _is_ledger(change: Change) -> bool:
    return table_named(change.table).layer == "ops" and not change.remove and not change.watermarks


def _commit(lake: Lake, change: Change, step: Step) -> int:
    path = lake.path(table_named(change.table))
    now = int(time.time() * 1000)
    actions: list[AddAction | RemoveAction] = [
        RemoveAction(file.relative, True, now, file.bytes, dict(file.partition)) for file in change.remove
    ]
    actions += [
        AddAction(file.relative, file.bytes, dict(file.partition), file.modified_ms, True, file.stats)
        for file in change.add
    ]
    marks = {_PUBLICATION: step.number, **change.watermarks}
    for attempt in range(_LEDGER_ATTEMPTS):
        delta = DeltaTable(path)
        base = delta.version()
        if not _is_ledger(change):
            _refuse_overtaken(change, base)
        try:
            _write(delta, change, actions, step.run_id, marks)
        except Overtaken:
            if not _is_ledger(change) or attempt == _LEDGER_ATTEMPTS - 1:
                raise
        else:
            return base + 1
    raise AssertionError("the last attempt raises")


def _write(
    delta: DeltaTable,
    change: Change,
    actions: list[AddAction | RemoveAction],
    run_id: str,
    marks: Mapping[str, int],
) -> None:
    """One commit on exactly the version that `delta` is of. Raises Overtaken where it is not the newest any more."""
    try:
        delta.create_write_transaction(
            actions,
            mode="append",
            schema=delta.schema(),
            partition_by=list(table_named(change.table).partitioned_by),
            commit_properties=CommitProperties(
                custom_metadata={"run_id": run_id},
                max_commit_retries=0,
                app_transactions=[Transaction(app, number) for app, number in marks.items()],
            ),
        )
    except CommitFailedError as e:
        raise Overtaken(f"{change.table} was changed by another writer at the same moment", remedy="run again") from e


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
