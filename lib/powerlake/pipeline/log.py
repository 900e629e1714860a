"""The JSON log of a run: one object a line, one line an event, `<home>/logs/<run_id>.jsonl`."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

import structlog

from powerlake.errors import without_values
from powerlake.pipeline.attempt import one_line
from powerlake.pipeline.progress import Silent
from powerlake.pipeline.spec import JobSpec
from powerlake.pipeline.state import JobState, RunState


class Log(Silent):
    """Writes each event of a run as a JSON line. No reading and no name of a person is ever in one."""

    def __init__(self, run_id: str, stream: TextIO) -> None:
        self._logger = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                structlog.processors.format_exc_info,
                _masked,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            run_id=run_id,
        )

    def run_started(self, state: RunState) -> None:
        self._logger.info(
            event="run_started",
            pipeline=state.pipeline,
            env=state.env,
            start_date=_iso(state.window.start),
            end_date=_iso(state.window.end),
            jobs=list(state.jobs),
        )

    def job_started(self, job: JobSpec) -> None:
        self._logger.info(event="job_started", job=job.job)

    def attempt_failed(self, job: JobSpec, attempt: int, error: BaseException, wait_s: float) -> None:
        self._logger.warning(
            event="attempt_failed", job=job.job, attempt=attempt, wait_s=round(wait_s, 1), error=one_line(error),
            exc_info=error,
        )  # fmt: skip

    def job_ended(self, job: JobSpec, state: JobState, error: BaseException | None) -> None:
        self._logger.info(
            event="job_ended",
            job=job.job,
            outcome=state.outcome,
            attempts=state.attempts,
            seconds=round(state.seconds, 3),
            counts=dict(state.counts),
            note=state.note,
            error=state.error,
            **({"exc_info": error} if error else {}),
        )

    def run_ended(self, state: RunState) -> None:
        self._logger.info(event="run_ended", outcome=state.outcome)


def log_file(home: Path, run_id: str) -> Path:
    """Where a run's log is. A resumed run adds to it."""
    return home / "logs" / f"{run_id}.jsonl"


@contextmanager
def opened_logs(home: Path, run_id: str, also: TextIO | None = None) -> Iterator[list[Log]]:
    """The run's log on disk and, where one is given, the same on a second stream."""
    file = log_file(home, run_id)
    file.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        # Line buffered: a killed run leaves every event it had.
        streams = [stack.enter_context(file.open("a", encoding="utf-8", buffering=1))] + ([also] if also else [])
        yield [Log(run_id, stream) for stream in streams]


def _masked(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event, its traceback without the values that the errors quote."""
    if "exception" in event:
        event["exception"] = without_values(event["exception"])
    return event


def _iso(value: object) -> str | None:
    return None if value is None else str(value)
