"""Wall and CPU seconds of a call, with all processes it starts or keeps: the JVM, its Python workers, pools."""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import psutil

Value = TypeVar("Value")

_SET_CHILD_SUBREAPER = 36
"""Of prctl(2): whoever loses its parent below this process becomes its child, and a zombie when it ends."""

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)  # else workers that Spark puts away go with their seconds


@dataclass(frozen=True)
class Timing:
    """Seconds of one call."""

    wall: float
    cpu: float


def timed(call: Callable[[], Value]) -> tuple[Value, Timing]:
    """What the call returned, and what it took."""
    cpu, start = cpu_seconds(), time.perf_counter()
    value = call()
    return value, Timing(time.perf_counter() - start, cpu_seconds() - cpu)


def cpu_seconds() -> float:
    """CPU seconds so far of this process and of every process below it, ended ones included."""
    own = psutil.Process()
    return sum(_cpu_of(process) for process in (own, *own.children(recursive=True)))


def _cpu_of(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system
    return 0.0
