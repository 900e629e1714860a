"""Which job waits for which: from what they read and write. Pure."""

from __future__ import annotations

import graphlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from powerlake.pipeline.spec import JobSpec


def waits_for(jobs: Sequence[JobSpec]) -> dict[str, frozenset[str]]:
    """Of each job, the jobs that write something it reads, needed or not. A job may read what it writes itself."""
    return {job.job: frozenset(_writers(jobs, job.inputs)) - {job.job} for job in jobs}


def needs(jobs: Sequence[JobSpec]) -> dict[str, frozenset[str]]:
    """Of each job, the jobs that write something it cannot do without."""
    return {job.job: frozenset(_writers(jobs, job.reads)) - {job.job} for job in jobs}


def _writers(jobs: Iterable[JobSpec], tables: Sequence[str]) -> Iterator[str]:
    return (job.job for job in jobs if not set(tables).isdisjoint(job.writes))


def find_cycle(jobs: Sequence[JobSpec]) -> tuple[str, ...]:
    """A ring of jobs that wait for each other, the first repeated at the end; empty where there is none."""
    sorter = graphlib.TopologicalSorter(waits_for(jobs))
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        return tuple(error.args[1])
    return ()


def in_order(jobs: Sequence[JobSpec]) -> tuple[JobSpec, ...]:
    """Each job after those it waits for; where the graph leaves a choice, as declared. `jobs` hold no cycle."""
    place = {job.job: number for number, job in enumerate(jobs)}
    sorter = graphlib.TopologicalSorter(waits_for(jobs))
    sorter.prepare()
    ready: list[int] = []
    ordered: list[JobSpec] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, place[name])
        job = jobs[heapq.heappop(ready)]
        ordered.append(job)
        sorter.done(job.job)
    return tuple(ordered)


def with_dependants(jobs: Sequence[JobSpec], first: str) -> frozenset[str]:
    """The job and all that wait for it, directly or not."""
    waiting = waits_for(jobs)
    found = {first}
    for job in in_order(jobs):
        if waiting[job.job] & found:
            found.add(job.job)
    return frozenset(found)
