"""One job, tried until it succeeds or there is no sense in trying again: time limit, retries, waits between them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from powerlake.errors import JobFailed, JobTimeout, PowerlakeError, without_values
from powerlake.pipeline.job import RunReport
from powerlake.pipeline.spec import JobSpec

LONGEST_WAIT_S = 600.0
JITTER = 0.25
"""Waits vary by this share either way, so that jobs felled by one cause do not all return at one moment."""

CANCEL_GRACE_S = 30.0
"""How long a cancelled attempt may take to end before it is given up as stuck."""


LONGEST_ERROR = 300
"""Characters of a foreign error's message that are kept: Spark's can be pages."""


@dataclass(frozen=True)
class Attempts:
    """How the tries of a job ended: with a report or an error, never both."""

    count: int
    report: RunReport | None = None
    error: BaseException | None = None
    is_stuck: bool = False
    """A cancelled attempt would not end and may still write."""


def try_job(
    job: JobSpec,
    execute: Callable[[int], RunReport],
    cancel: Callable[[], None],
    *,
    on_retry: Callable[[int, BaseException, float], None] = lambda attempt, error, wait: None,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
    grace_s: float = CANCEL_GRACE_S,
) -> Attempts:
    """Executes a job in a thread of its own, again and again as `job.retries` allows.

    Errors raised on purpose (PowerlakeError) are not retried: the same input gives the same error. Nor is a time-out:
    what was too slow once is no faster at once, and the attempt may still be writing.
    """
    attempt = 1
    while True:
        done = _run_in_thread(job, lambda number=attempt: execute(number), cancel, grace_s)  # type: ignore[misc]
        if done.error is None or isinstance(done.error, PowerlakeError) or attempt > job.retries:
            return Attempts(attempt, done.report, done.error, done.is_stuck)
        wait = wait_before_retry(job.backoff_seconds, attempt, chance())
        on_retry(attempt, done.error, wait)
        sleep(wait)
        attempt += 1


def wait_before_retry(backoff_s: float, attempt: int, chance: float) -> float:
    """Seconds: `backoff_s` doubled with each attempt, at most ten minutes, ± a quarter by `chance` in [0, 1)."""
    return float(min(backoff_s * 2 ** (attempt - 1), LONGEST_WAIT_S) * (1 + JITTER * (2 * chance - 1)))


def _run_in_thread(job: JobSpec, work: Callable[[], RunReport], cancel: Callable[[], None], grace_s: float) -> Attempts:
    """One attempt under the job's time limit. An interrupt of the waiting thread cancels the attempt, then goes on."""
    ended: list[Attempts] = []

    def target() -> None:
        try:
            ended.append(Attempts(1, report=work()))
        except BaseException as error:  # it is handed to the waiting thread, whatever it is
            ended.append(Attempts(1, error=error))

    # A daemon, because an attempt that ignores its cancellation must not keep the process alive.
    thread = threading.Thread(target=target, name=job.job, daemon=True)
    thread.start()
    try:
        thread.join(job.timeout_minutes * 60)
    except BaseException:
        cancel()
        thread.join(grace_s)
        raise
    if ended:
        return ended[0]
    cancel()
    thread.join(grace_s)
    late = JobTimeout(
        f"{job.job} took longer than {job.timeout_minutes:g} minutes",
        remedy="raise timeout_minutes in pipelines.yaml or give it a smaller window",
        job=job.job,
    )
    return Attempts(1, error=late, is_stuck=thread.is_alive())


def one_line(error: BaseException) -> str:
    """An error as the user meets it: its own words where it was raised on purpose, else its type and first line.

    The latter without values that it quotes, for they may be of a person.
    """
    if isinstance(error, PowerlakeError):
        return str(error)
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {without_values(first)[:LONGEST_ERROR]}" if first else type(error).__name__


def exit_code_of(error: BaseException) -> int:
    """What the command line returns for an error."""
    return error.exit_code if isinstance(error, PowerlakeError) else JobFailed.exit_code
