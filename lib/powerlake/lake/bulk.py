"""Work spread over the cluster by file: Spark hands each worker a task, the worker reads, computes and writes itself.

Rows of a bulk table never pass through the JVM. Decoding Parquet with pyarrow in the worker is 1.5 times faster than
`mapInArrow` over Spark's own rows and four times faster than SQL over long rows (docs/performance.md).
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pyspark.sql import SparkSession

SLICES_PER_CORE = 2
"""Two a core let a core that is done early take over; more would only add to what a Spark task costs by itself."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_tasks(session: SparkSession, work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
    """`work(task)` of every task, in order, each in a Python worker of the cluster.

    `work` is a module-level function; tasks and results are small and picklable (file names and counts, never rows:
    a result travels through the driver). What a task raises is raised here, as it was: Spark tries again what a lost
    worker leaves, so `work` must be safe to repeat, but not what failed by itself.

    Through an RDD: a stage of two empty tasks takes 0.10 s, and 0.25 s through `mapInArrow` over a range. Spark
    Connect has no RDDs; the platform runs under spark-submit.
    """
    if not tasks:
        return []
    context = session.sparkContext
    slices = min(len(tasks), SLICES_PER_CORE * context.defaultParallelism)

    def call(numbers: Iterable[int]) -> Iterable[tuple[int, Any]]:
        return ((number, _outcome(work, tasks[number])) for number in numbers)

    outcomes = sorted(context.parallelize(range(len(tasks)), slices).mapPartitions(call).collect(), key=lambda o: o[0])
    for _, outcome in outcomes:
        if isinstance(outcome, _Failed):
            outcome.raise_again()
    return [outcome for _, outcome in outcomes]


@dataclass(frozen=True)
class _Failed:
    """What a task raised."""

    error: Exception
    where: str

    def raise_again(self) -> None:
        self.error.add_note(f"in a worker:\n{self.where}")
        raise self.error


def _outcome(work: Callable[[Task], Result], task: Task) -> Result | _Failed:
    try:
        return work(task)
    except Exception as error:
        return _Failed(_portable(error), traceback.format_exc())


def _portable(error: Exception) -> Exception:
    """The error itself where it survives the way to the driver, else its type and text in a RuntimeError."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
