"""Publication as one step: made visible whole, finished after a kill, refused where another writer was faster."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from deltalake import DeltaTable

from powerlake.errors import PowerlakeError
from powerlake.lake import publication
from powerlake.lake.publication import Change, Overtaken, append, publish, recover, replace
from powerlake.lake.staging import Staged, Stamp, stage_rows
from powerlake.lake.store import Lake
from powerlake.tables.model import Table
from powerlake.tables.ops.landing_files import LANDING_FILES
from powerlake.tables.quarantine import quarantine_of
from powerlake.tables.silver.load_curves import LOAD_CURVES

QUARANTINE = quarantine_of(LOAD_CURVES)
SOURCE = "bronze.load_curves_raw"


class Killed(BaseException):
    """Ends a publication as a kill does: nothing that handles errors sees it."""


@pytest.fixture
def step(lake: Lake, rows, stamp: Stamp, create) -> Callable[[], list[Change]]:
    """A good and a wrong row, staged: a change of the quarantine, then of the table."""
    create(LOAD_CURVES)
    create(QUARANTINE)

    def changes() -> list[Change]:
        staged = stage_rows(
            LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "m1"}, {"meter_id": "m2", "points": 5}), stamp
        )
        return [append(lake, QUARANTINE, staged), append(lake, LOAD_CURVES, staged, {SOURCE: 7})]

    return changes


def meters(lake: Lake) -> list[str]:
    return sorted(DeltaTable(lake.path(LOAD_CURVES)).to_pyarrow_table()["meter_id"].to_pylist())


def state_of(lake: Lake) -> tuple[int | None, int | None, list[str], list[str]]:
    """Both versions, the rows, and the notes of steps under way."""
    notes = [path.name for path in (lake.state / "publications").glob("*")]
    return lake.version(QUARANTINE), lake.version(LOAD_CURVES), meters(lake), notes


def kill_after(monkeypatch: pytest.MonkeyPatch, commits: int) -> None:
    """Let that many commits through, then die."""
    real, done = publication._commit, []

    def commit(lake: Lake, change: Change, step: publication.Step) -> int:
        if len(done) == commits:
            raise Killed
        done.append(change.table)
        return real(lake, change, step)

    monkeypatch.setattr(publication, "_commit", commit)


def test_a_step_becomes_visible_and_leaves_no_note(lake: Lake, step) -> None:
    changes = step()
    assert state_of(lake) == (0, 0, [], [])
    assert publish(lake, changes, "run-1") == {QUARANTINE.name: 1, LOAD_CURVES.name: 1}
    assert state_of(lake) == (1, 1, ["m1"], [])


def test_a_commit_says_which_run_made_it(lake: Lake, step) -> None:
    publish(lake, step(), "run-1")
    assert DeltaTable(lake.path(LOAD_CURVES)).history(1)[0]["run_id"] == "run-1"


@pytest.mark.parametrize("commits", [0, 1])
def test_a_step_killed_between_its_commits_is_finished_once(
    lake: Lake, step, monkeypatch: pytest.MonkeyPatch, commits: int
) -> None:
    with monkeypatch.context() as patched:
        kill_after(patched, commits)
        with pytest.raises(Killed):
            publish(lake, step(), "run-1")
    assert state_of(lake)[:3] == (commits, 0, [])
    assert recover(lake) == 1
    assert state_of(lake) == (1, 1, ["m1"], [])
    assert lake.watermark(LOAD_CURVES, SOURCE) == 7
    assert recover(lake) == 0
    assert state_of(lake) == (1, 1, ["m1"], [])


def test_a_step_killed_before_its_note_was_removed_is_not_made_twice(
    lake: Lake, step, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", lambda path, missing_ok=False: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            publish(lake, step(), "run-1")
    assert recover(lake) == 1
    assert state_of(lake) == (1, 1, ["m1"], [])


def test_a_step_killed_while_its_note_was_written_never_happened(
    lake: Lake, step, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace", lambda path, target: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            publish(lake, step(), "run-1")
    assert recover(lake) == 0
    assert state_of(lake)[:3] == (0, 0, [])


def test_a_recovered_commit_is_known_after_later_ones(lake: Lake, step, rows, stamp, monkeypatch) -> None:
    """The note of an old step is still recognised as done when the table has moved on."""
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", lambda path, missing_ok=False: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            publish(lake, step(), "run-1")
    later = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "m3"}), stamp)
    publish(lake, [append(lake, LOAD_CURVES, later)], "run-2")
    assert recover(lake) == 1
    assert state_of(lake) == (1, 2, ["m1", "m3"], [])


def test_another_writer_before_the_step_wins_and_nothing_of_the_step_is_seen(lake: Lake, step) -> None:
    slow, fast = step(), step()
    publish(lake, fast, "run-2")
    with pytest.raises(PowerlakeError, match=r"changed by another writer \(version 0 became 1\)"):
        publish(lake, slow, "run-1")
    assert state_of(lake)[:3] == (1, 1, ["m1"])


def test_a_step_worked_out_on_an_older_version_is_refused(lake: Lake, step, rows, stamp) -> None:
    publish(lake, step(), "run-2")
    ours = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "m3"}), stamp)
    with pytest.raises(Overtaken, match=r"version 0 became 1"):
        publish(lake, [replace(lake, LOAD_CURVES, ours, lake.files(LOAD_CURVES), base=0)], "run-1")
    assert state_of(lake) == (1, 1, ["m1"], [])


def test_a_refused_step_does_not_stand_in_the_way_of_later_runs(lake: Lake, step) -> None:
    slow, fast = step(), step()
    publish(lake, fast, "run-2")
    with pytest.raises(PowerlakeError):
        publish(lake, slow, "run-1")
    assert recover(lake) == 0
    publish(lake, step(), "run-3")
    assert state_of(lake) == (2, 2, ["m1", "m1"], [])


def test_another_writer_at_the_same_moment_wins(lake: Lake, step, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other commit lands after the version was looked at: Delta itself refuses ours."""
    slow, fast = step(), step()
    real = publication.DeltaTable.create_write_transaction

    def overtaken(delta: DeltaTable, *arguments: object, **options: object) -> None:
        monkeypatch.undo()
        publish(lake, fast, "run-2")
        real(delta, *arguments, **options)

    monkeypatch.setattr(publication.DeltaTable, "create_write_transaction", overtaken)
    with pytest.raises(PowerlakeError, match="at the same moment"):
        publish(lake, slow, "run-1")
    assert state_of(lake) == (1, 1, ["m1"], [])
    assert recover(lake) == 0


@pytest.fixture
def overtake(lake: Lake, rows, stamp: Stamp, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`overtake(of, by)`: right after the next commit of table `of`, another run adds a row to `by`."""

    def planned(of: Table, by: Table, values: Mapping[str, object]) -> None:
        real = publication._commit

        def commit(lake: Lake, change: Change, one: publication.Step) -> int:
            version = real(lake, change, one)
            if change.table == of.name:
                monkeypatch.setattr(publication, "_commit", real)
                publish(lake, [append(lake, by, stage_rows(by, lake.home, rows(by, values), stamp))], "run-2")
            return version

        monkeypatch.setattr(publication, "_commit", commit)

    return planned


def test_a_step_overtaken_at_its_second_table_is_taken_back(lake: Lake, step, overtake) -> None:
    changes = step()
    overtake(QUARANTINE, LOAD_CURVES, {"meter_id": "other"})
    with pytest.raises(Overtaken, match=r"silver\.load_curves was changed by another writer .* run again"):
        publish(lake, changes, "run-1")
    assert state_of(lake) == (2, 1, ["other"], [])
    assert lake.files(QUARANTINE) == []
    assert recover(lake) == 0
    publish(lake, step(), "run-1")
    assert state_of(lake) == (3, 2, ["m1", "other"], [])
    assert sum(file.rows for file in lake.files(QUARANTINE)) == 1


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_killed_step_that_was_overtaken_since_is_taken_back(
    lake: Lake, step, rows, stamp, monkeypatch: pytest.MonkeyPatch, is_begun: bool
) -> None:
    """Also where it was killed again while it was taken back."""
    with monkeypatch.context() as patched:
        kill_after(patched, 1)
        with pytest.raises(Killed):
            publish(lake, step(), "run-1")
    other = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "other"}), stamp)
    publish(lake, [append(lake, LOAD_CURVES, other)], "run-2")
    if is_begun:
        with monkeypatch.context() as patched:
            patched.setattr("pathlib.Path.unlink", lambda path, missing_ok=False: (_ for _ in ()).throw(Killed))
            with pytest.raises(Killed):
                recover(lake)
    assert recover(lake) == 1
    assert state_of(lake) == (2, 1, ["other"], [])
    assert lake.files(QUARANTINE) == []


def test_rows_of_a_ledger_come_on_top_of_another_writers(lake: Lake, step, rows, stamp, create, overtake) -> None:
    create(LANDING_FILES)
    ledger = stage_rows(LANDING_FILES, lake.home, rows(LANDING_FILES, {"file": "ours"}), stamp)
    changes = [*step(), append(lake, LANDING_FILES, ledger)]
    overtake(LOAD_CURVES, LANDING_FILES, {"file": "theirs"})
    assert publish(lake, changes, "run-1")[LANDING_FILES.name] == 2
    assert sorted(lake.rows(LANDING_FILES)["file"].to_pylist()) == ["ours", "theirs"]
    assert state_of(lake) == (1, 1, ["m1"], [])


def test_a_killed_step_knows_its_rows_in_a_ledger_that_grew(
    lake: Lake, step, rows, stamp, create, overtake, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(LANDING_FILES)
    ledger = stage_rows(LANDING_FILES, lake.home, rows(LANDING_FILES, {"file": "ours"}), stamp)
    changes = [*step(), append(lake, LANDING_FILES, ledger)]
    overtake(LOAD_CURVES, LANDING_FILES, {"file": "theirs"})
    real = Path.unlink

    def killed(path: Path, missing_ok: bool = False) -> None:
        if "run-1" in path.read_text():
            raise Killed
        real(path, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.unlink", killed)
        with pytest.raises(Killed):
            publish(lake, changes, "run-1")
    assert recover(lake) == 1
    assert sorted(lake.rows(LANDING_FILES)["file"].to_pylist()) == ["ours", "theirs"]


def test_what_cannot_be_taken_back_says_what_to_do_until_somebody_does(lake: Lake, step, overtake) -> None:
    """The watermark has moved: whoever read it since has built on rows that would be gone."""
    quarantine, curves = step()
    overtake(LOAD_CURVES, QUARANTINE, {})
    for finish in (lambda: publish(lake, [curves, quarantine], "run-1"), lambda: recover(lake)):
        with pytest.raises(PowerlakeError, match=r"has published silver\.load_curves, but not quar") as raised:
            finish()
        (note,) = (lake.state / "publications").glob("*.json")
        assert f"remove {note}, then run the jobs that write" in raised.value.remedy
    note.unlink()
    assert recover(lake) == 0


def test_a_change_without_files_makes_no_version(lake: Lake, step) -> None:
    _, curves = step()
    assert publish(lake, [append(lake, QUARANTINE, Staged()), curves], "run-1") == {LOAD_CURVES.name: 1}
    assert publish(lake, [append(lake, LOAD_CURVES, Staged())], "run-2") == {}
    assert state_of(lake) == (0, 1, ["m1"], [])


def test_replace_takes_exactly_the_given_files_away(lake: Lake, rows, stamp, create) -> None:
    create(LOAD_CURVES)
    months = rows(LOAD_CURVES, {"meter_id": "old", "month": "2024-02"}, {"meter_id": "kept", "month": "2024-03"})
    publish(lake, [append(lake, LOAD_CURVES, stage_rows(LOAD_CURVES, lake.home, months, stamp))], "run-1")
    old = lake.files(LOAD_CURVES, lambda partition: partition["month"] == "2024-02")
    new = stage_rows(LOAD_CURVES, lake.home, rows(LOAD_CURVES, {"meter_id": "new", "month": "2024-02"}), stamp)
    publish(lake, [replace(lake, LOAD_CURVES, new, old)], "run-2")
    assert meters(lake) == ["kept", "new"]
    assert old[0].relative not in {file.relative for file in lake.files(LOAD_CURVES)}
    assert DeltaTable(lake.path(LOAD_CURVES), version=1).to_pyarrow_table().num_rows == 2


def test_the_log_still_reads_to_the_version_before(lake: Lake, step) -> None:
    publish(lake, step(), "run-1")
    publish(lake, step(), "run-2")
    rows_by_version = [
        DeltaTable(lake.path(LOAD_CURVES), version=version).to_pyarrow_table().num_rows for version in (0, 1, 2)
    ]
    assert rows_by_version == [0, 1, 2]


def test_a_change_survives_its_note(lake: Lake, step, monkeypatch: pytest.MonkeyPatch) -> None:
    """What recover reads back is what publish wrote down."""
    (_, change) = step()
    publish(lake, [change], "run-0")
    change = replace(lake, LOAD_CURVES, Staged({change.table: change.add}), lake.files(LOAD_CURVES), {SOURCE: 3})
    with monkeypatch.context() as patched:
        kill_after(patched, 0)
        with pytest.raises(Killed):
            publish(lake, [change], "run-1")
    (note,) = (lake.state / "publications").glob("*.json")
    step_read = publication._step_from(json.loads(note.read_text()))
    assert (step_read.run_id, step_read.changes) == ("run-1", (change,))
