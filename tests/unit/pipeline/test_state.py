"""The state of a run: it survives a kill anywhere, and a home has one run at a time."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from powerlake.errors import ConfigurationError
from powerlake.pipeline.job import Window
from powerlake.pipeline.state import HomeBusy, JobState, RunState, StateStore

STATE = RunState(
    "20260301T053000000Z-daily",
    "daily",
    "local",
    Window(date(2026, 2, 1), date(2026, 2, 28)),
    datetime(2026, 3, 1, 5, 30, tzinfo=UTC),
    {
        "b.first": JobState("failed", 2, datetime(2026, 3, 1, tzinfo=UTC), 3.5, {"received": 7}, error="no"),
        "a.next": JobState(),
    },
)


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    store.save(STATE)
    loaded = store.load(STATE.run_id)
    assert loaded == STATE
    assert list(loaded.jobs) == ["b.first", "a.next"]


def test_newest_first_and_by_pipeline(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    for run_id, pipeline in [
        ("20260301T0-daily", "daily"),
        ("20260303T0-weekly", "weekly"),
        ("20260302T0-daily", "daily"),
    ]:
        store.save(RunState(run_id, pipeline, "local", Window(), STATE.created_at, {}))
    assert [state.run_id for state in store.newest_first()] == [
        "20260303T0-weekly",
        "20260302T0-daily",
        "20260301T0-daily",
    ]
    assert [state.run_id for state in store.newest_first("daily")] == ["20260302T0-daily", "20260301T0-daily"]


def test_an_unknown_run_and_a_broken_file_are_one_line(tmp_path: Path) -> None:
    store = StateStore(tmp_path)
    with pytest.raises(ConfigurationError, match="there is no run x; `powerlake status` lists them"):
        store.load("x")
    store.save(STATE)
    file = tmp_path / "state" / "runs" / f"{STATE.run_id}.json"
    file.write_text(file.read_text()[:40])
    with pytest.raises(ConfigurationError, match=f"the state of run {STATE.run_id} is not readable; remove "):
        store.load(STATE.run_id)


def test_a_second_run_of_the_same_home_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    with StateStore(tmp_path).locked(), pytest.raises(HomeBusy, match=r"process \d+ on ") as caught:  # noqa: SIM117
        with StateStore(tmp_path).locked():
            pass
    assert "\n" not in str(caught.value)
    with StateStore(tmp_path).locked():
        pass


def test_a_run_killed_at_any_step_is_resumed(tmp_path: Path) -> None:
    """Each killed process held the home's lock, which the next one takes over."""
    helper = Path(__file__).with_name("killed_runs.py")
    printed = subprocess.run([sys.executable, helper, tmp_path], check=True, capture_output=True, text=True).stdout
    results = json.loads(printed)
    assert len(results) >= 12
    assert all(result["outcomes"] == ["done", "done"] for result in results)
    for result in (result for result in results if not result["is_done"]):
        assert result["same_run"]
        assert result["repeated"] == []
        assert result["records"] == ["record gold.features", "record silver.curves"]
    assert any(result.get("done_before") == ["silver.curves"] for result in results)
