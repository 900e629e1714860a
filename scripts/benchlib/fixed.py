"""What is paid once, or once a job, however little there is to do."""

from __future__ import annotations

from typing import Any

from benchlib.clocking import Timing, timed
from benchlib.contest import Spread
from benchlib.site import CORES, Site


def fixed_costs(site: Site, rounds: int) -> dict[str, Any]:
    """Start of the session, first tasks (Python workers start), and empty tasks once warm; wall and CPU seconds."""
    _, start = timed(lambda: site.session)
    _, first = timed(lambda: site.spark(_nothing, list(range(CORES))))
    warm = [timed(lambda: site.spark(_nothing, list(range(CORES))))[1] for _ in range(rounds)]
    return {"session start": _plain(start), "first tasks": _plain(first), "empty tasks": _median(warm)}


def _nothing(number: int) -> int:
    return number


def _plain(timing: Timing) -> dict[str, float]:
    return {"wall": round(timing.wall, 3), "cpu": round(timing.cpu, 3)}


def _median(timings: list[Timing]) -> dict[str, float]:
    wall, cpu = (Spread.of([getattr(timing, name) for timing in timings]).median for name in ("wall", "cpu"))
    return _plain(Timing(wall, cpu))
