"""What a run says while it goes on."""

from datetime import UTC, datetime
from io import StringIO

from rich.console import Console

from powerlake.pipeline.attempt import wait_before_retry
from powerlake.pipeline.job import Window
from powerlake.pipeline.progress import Display, Lines, ended_line
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState, RunState

JOB = JobSpec(job="silver.curves", owner="metering", retries=2)
STARTED = RunState(
    "20260301T0-daily",
    "daily",
    "local",
    Window(),
    datetime(2026, 3, 1, tzinfo=UTC),
    {"bronze.raw": JobState("done", 1), "silver.curves": JobState()},
)


def told(listener_class: type[Lines], *, is_terminal: bool = False) -> str:
    screen = StringIO()
    console = Console(file=screen, force_terminal=is_terminal, width=200, color_system=None)
    listener = listener_class(console)
    listener.run_started(STARTED)
    listener.job_started(JOB)
    listener.progressed(3, 8)
    listener.attempt_failed(JOB, 1, OSError("reset [/by] peer\nand more"), 4.6)
    done = JobState("done", 2, seconds=9.25, counts={"received": 4800, "quarantined": 0})
    listener.job_ended(JOB, done, None)
    ended = STARTED.with_job(JOB.job, done)
    listener.run_ended(RunState(**{**vars(ended), "ended_at": STARTED.created_at}))
    return screen.getvalue()


def test_plain_lines_where_there_is_no_terminal() -> None:
    assert told(Lines).splitlines() == [
        "daily: run 20260301T0-daily",
        "✓ bronze.raw done before",
        "  silver.curves …",
        "! silver.curves attempt 1 of 3 failed, again in 5 s: OSError: reset [/by] peer",
        "✓ silver.curves done in 9.2 s, 2 attempts: received 4,800",
        "daily: done in 9.2 s of work",
    ]


def test_a_terminal_shows_the_same_ends_and_gets_its_cursor_back() -> None:
    shown = told(Display, is_terminal=True)
    assert "✓ silver.curves done in 9.2 s, 2 attempts: received 4,800" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h")


def test_an_end_says_error_note_and_counts() -> None:
    state = JobState("failed", 1, seconds=1.0, counts={"received": 2}, error="ValueError: no")
    assert ended_line("a.b", state) == "✗ a.b failed in 1.0 s: ValueError: no; received 2"
    assert ended_line("a.b", JobState("not_run", note="needs c.d")) == "– a.b not_run: needs c.d"


def test_waits_double_vary_by_a_quarter_and_end_at_ten_minutes() -> None:
    assert [wait_before_retry(5.0, attempt, 0.5) for attempt in (1, 2, 3)] == [5.0, 10.0, 20.0]
    assert (wait_before_retry(8.0, 1, 0.0), wait_before_retry(8.0, 1, 1.0)) == (6.0, 10.0)
    assert wait_before_retry(5.0, 12, 0.5) == 600.0
