"""`powerlake simulate`: what it refuses before a session starts, and what it says of what it made."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from powerlake.cli import main, simulating
from powerlake.simulate.run import SUMMARY, here


def called(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *map(str, arguments)])
    return int(ended.value.code or 0)


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tasks are done in this process."""
    session = SimpleNamespace(sparkContext=SimpleNamespace(defaultParallelism=1))
    monkeypatch.setattr(simulating, "open_session", lambda settings: session)
    monkeypatch.setattr(simulating, "run_tasks", lambda session, work, tasks: here(work, tasks))


@pytest.mark.usefixtures("no_session")
def test_it_says_what_it_made_and_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "utility"
    code = called("--customers", 6, "--days", 3, "--seed", 4, "--start", "2024-02-09", "--out", out)
    told = capsys.readouterr()
    assert code == 0
    assert f"the counts are in {out / SUMMARY}" in told.out
    assert "truth/archetypes" in told.out
    assert "2 of 2 parts written" in told.err
    assert "2024-02-09" in (out / SUMMARY).read_text()


def test_what_cannot_be_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(simulating, "open_session", lambda settings: pytest.fail("a session was started"))
    (tmp_path / "mine.txt").touch()
    usual = ("--customers", 6, "--days", 3)
    for arguments, problem in (
        ((*usual, "--out", tmp_path), "is not an empty folder; name another one with --out"),
        (("--customers", 0, "--days", 3, "--out", tmp_path / "a"), "one customer and one day at least"),
        ((*usual, "--start", "soon", "--out", tmp_path / "a"), "--start soon is not a date"),
    ):
        assert called(*arguments) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert problem in told.err
        assert told.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
