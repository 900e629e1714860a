"""Tasks spread over the workers."""

import math
import operator
import os

import pytest
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

from powerlake.lake.bulk import run_tasks


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
    with pytest.raises(PythonException, match="ValueError: math domain error"):
        run_tasks(session, math.sqrt, [4.0, -1.0])
