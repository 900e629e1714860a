"""Tasks spread over the workers."""

import math
import operator
import os
import pickle

import pytest
from pyspark.sql import SparkSession

from powerlake.errors import ReadingsLost
from powerlake.lake.bulk import _outcome, run_tasks


def test_results_come_in_the_order_of_the_tasks(session: SparkSession) -> None:
    tasks = list(range(20, 0, -1))
    assert run_tasks(session, operator.neg, tasks) == [-task for task in tasks]


def test_results_may_be_any_picklable_value(session: SparkSession) -> None:
    assert run_tasks(session, math.frexp, [8.0, 3.0]) == [(0.5, 4), (0.75, 2)]


def test_work_is_done_outside_the_driver(session: SparkSession) -> None:
    assert os.getpid() not in run_tasks(session, eval, ["__import__('os').getpid()"] * 2)


def test_no_tasks_ask_nothing_of_spark() -> None:
    assert run_tasks(None, operator.neg, []) == []


def test_an_error_in_a_task_is_the_callers_and_says_what_it_was(session: SparkSession) -> None:
    with pytest.raises(ValueError, match="math domain error") as caught:
        run_tasks(session, math.sqrt, [4.0, -1.0])
    assert any("in a worker" in note for note in caught.value.__notes__)


def lose_readings(received: int) -> None:
    raise ReadingsLost("silver.load_curves", received, 1)


def test_an_error_raised_on_purpose_keeps_its_kind_and_fields() -> None:
    failed = pickle.loads(pickle.dumps(_outcome(lose_readings, 3)))
    with pytest.raises(ReadingsLost, match="3") as caught:
        failed.raise_again()
    assert caught.value.facts == ReadingsLost("silver.load_curves", 3, 1).facts


class OddError(Exception):
    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} and {other}")


def raise_odd(task: int) -> None:
    raise OddError(task, task)


def test_an_error_that_cannot_travel_sends_its_type_and_words() -> None:
    with pytest.raises(RuntimeError, match="OddError: 2 and 2"):
        _outcome(raise_odd, 2).raise_again()
