"""pipelines.yaml as typed specifications. Parsing only: what runs, and when, is for plan.py and runner.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictStr,
    ValidationError,
    field_validator,
    model_validator,
)

from powerlake.errors import ConfigurationError
from powerlake.pipeline.graph import find_cycle
from powerlake.settings import Timezone
from powerlake.tables import TABLES
from powerlake.tables.model import LAYERS
from powerlake.tables.quarantine import REFUSING_LAYERS, quarantine_of
from powerlake.yamllines import Document, first_fault, read_document

PIPELINES = "pipelines"

LANDING = "landing:"
"""Marks a read that is a feed's folder, not a table: `landing:department/feed`."""

_FEED = re.compile(r"landing:[a-z0-9_]+/[a-z0-9_]+")
_CRON = re.compile(r"([0-9*,/-]+ ){2}[0-9*,/-]+ [0-9A-Za-z*,/-]+ [0-9A-Za-z*,/-]+")


def _declared_table(name: str) -> str:
    if name not in TABLES:
        raise ValueError(f"table {name} is not declared; `powerlake tables` lists them")
    return name


def _readable(name: str) -> str:
    if name.startswith(LANDING):
        if not _FEED.fullmatch(name):
            raise ValueError(f"{name} is not a feed, such as landing:metering/load_curves")
        return name
    return _declared_table(name)


def _cron(text: str) -> str:
    if not _CRON.fullmatch(text):
        raise ValueError(f"{text!r} is not a cron schedule of five fields, such as '30 5 * * *'")
    return text


def _readable_if_there(name: str) -> str:
    """A table or feed, or all tables of a layer: `quarantine.*`."""
    return name if name in _WHOLE_LAYERS else _readable(name)


_WHOLE_LAYERS = {f"{layer}.*": layer for layer in LAYERS}

Read = Annotated[StrictStr, AfterValidator(_readable)]
ReadIfThere = Annotated[StrictStr, AfterValidator(_readable_if_there)]
Written = Annotated[StrictStr, AfterValidator(_declared_table)]
Cron = Annotated[StrictStr, AfterValidator(_cron)]
JobName = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Named = Annotated[StrictStr, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _JobKeys(_Strict):
    reads: tuple[Read, ...] = ()
    """Inputs it cannot do without."""
    reads_if_there: tuple[ReadIfThere, ...] = ()
    """Inputs it uses where they hold something. They set the order, but their absence or failure stops nothing."""
    writes: tuple[Written, ...] = ()
    """Their quarantines come with them."""
    optional: StrictBool = False
    """Left out, instead of failed, when an input holds nothing."""
    looks_at_clock: StrictBool = False
    """What it makes depends on the day: it is never skipped as up to date, and knows itself whether it is."""
    retries: Annotated[int, Field(strict=True, ge=0, le=10)] = 2
    """Attempts after the first."""
    backoff_seconds: Annotated[float, Field(strict=True, ge=0)] = 5.0
    """Wait before the first retry; each further wait doubles."""
    timeout_minutes: Annotated[float, Field(strict=True, gt=0)] = 60.0
    """For one attempt."""

    @model_validator(mode="after")
    def _each_read_once(self) -> Self:
        twice = set(self.reads) & set(self.reads_if_there)
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} is both in reads and in reads_if_there")
        return self


class JobSpec(_JobKeys):
    """A job of a pipeline: what it needs, what it makes, and how patient the runner is with it."""

    job: str
    """`layer.name`; its file is jobs/layer/name.py."""
    owner: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """All it reads, needed or not."""
        return self.reads + self.reads_if_there


class _PipelineKeys(_Strict):
    owner: Named
    description: Named
    schedule: Cron | None = None
    timezone: Timezone = "UTC"
    """Of the schedule."""


class PipelineSpec(_PipelineKeys):
    """A pipeline: jobs that run together, on a schedule."""

    name: str
    jobs: tuple[JobSpec, ...]

    def job(self, name: str) -> JobSpec:
        """The job of that name. Raises ConfigurationError."""
        for job in self.jobs:
            if job.job == name:
                return job
        known = ", ".join(job.job for job in self.jobs)
        raise ConfigurationError(f"pipeline {self.name} has no job {name}", remedy=f"its jobs: {known}")


class _JobInFile(_JobKeys):
    owner: Named | None = None
    """The pipeline's owner where a job names none."""

    @field_validator("writes")
    @classmethod
    def _no_quarantine(cls, writes: tuple[str, ...]) -> tuple[str, ...]:
        named = next((name for name in writes if TABLES[name].layer == "quarantine"), None)
        if named:
            raise ValueError(f"{named} goes without saying: a job writes the quarantines of what it writes")
        return writes


class _PipelineInFile(_PipelineKeys):
    shares: dict[str, tuple[JobName, ...]] = {}
    """Jobs of other pipelines, by their pipeline, that this one runs too: as they stand there, but optional."""
    jobs: Annotated[dict[JobName, _JobInFile], Field(min_length=1)]

    def named(self, name: str) -> PipelineSpec:
        jobs = (
            JobSpec(
                **{
                    **keys.model_dump(),
                    "job": job,
                    "owner": keys.owner or self.owner,
                    "reads_if_there": _each_table(keys.reads_if_there, keys.writes),
                    "writes": _with_quarantines(keys.writes),
                }
            )
            for job, keys in self.jobs.items()
        )
        return PipelineSpec(**{**self.model_dump(exclude={"jobs", "shares"}), "name": name, "jobs": tuple(jobs)})


def _each_table(reads: tuple[str, ...], writes: tuple[str, ...]) -> tuple[str, ...]:
    """The reads with every table of a layer, but those that the job writes, in the place of `layer.*`."""

    def tables(name: str) -> list[str]:
        if name not in _WHOLE_LAYERS:
            return [name]
        layer = _WHOLE_LAYERS[name]
        return [table.name for table in TABLES.values() if table.layer == layer and table.name not in writes]

    return tuple(table for name in reads for table in tables(name))


def _with_quarantines(writes: tuple[str, ...]) -> tuple[str, ...]:
    """The tables, and behind them the quarantines of those that have one."""
    return (*writes, *(quarantine_of(TABLES[name]).name for name in writes if TABLES[name].layer in REFUSING_LAYERS))


class _File(_Strict):
    pipelines: Annotated[dict[str, _PipelineInFile], Field(min_length=1)]


def read_pipelines(file: Path) -> dict[str, PipelineSpec]:
    """Every pipeline of the file, by name.

    Raises ConfigurationError with `file:line`: unknown key, wrong type, a job or key twice, unknown table, two jobs
    that write one table, jobs that wait for each other.
    """
    document = read_document(file)
    try:
        content = _File.model_validate(document.data)
    except ValidationError as error:
        path, problem = first_fault(error)
        inner = ".".join(str(part) for part in path[1:] if part != "[key]") or PIPELINES
        raise ConfigurationError(f"{document.place(path)}: {inner}: {problem}") from error
    own = {name: keys.named(name) for name, keys in content.pipelines.items()}
    pipelines = {name: _with_shared(document, own, name, keys.shares) for name, keys in content.pipelines.items()}
    _refuse_two_writers(document, pipelines)
    _refuse_cycles(document, pipelines)
    return pipelines


def _with_shared(
    document: Document, own: Mapping[str, PipelineSpec], name: str, shares: Mapping[str, tuple[str, ...]]
) -> PipelineSpec:
    """The pipeline with the jobs it shares in front of its own."""
    shared: list[JobSpec] = []
    for other, jobs in shares.items():
        for place, job in enumerate(jobs):
            try:
                shared.append(find_pipeline(own, other).job(job).model_copy(update={"optional": True}))
            except ConfigurationError as error:
                where = document.place((PIPELINES, name, "shares", other, place))
                raise ConfigurationError(f"{where}: {error.message}", remedy=error.remedy) from None
    return own[name].model_copy(update={"jobs": (*shared, *own[name].jobs)})


def find_pipeline(pipelines: Mapping[str, PipelineSpec], name: str) -> PipelineSpec:
    """The pipeline of that name. Raises ConfigurationError."""
    if name not in pipelines:
        known = ", ".join(sorted(pipelines))
        raise ConfigurationError(f"there is no pipeline {name}", remedy=f"use one of: {known}")
    return pipelines[name]


def _refuse_two_writers(document: Document, pipelines: Mapping[str, PipelineSpec]) -> None:
    """The tables of layer ops are ledgers that many jobs add to; any other has one writer in the whole file."""
    writers: dict[str, str] = {}
    for name, pipeline in pipelines.items():
        for job in pipeline.jobs:
            for place, table in enumerate(job.writes):
                writer = writers.setdefault(table, job.job)
                if writer != job.job and TABLES[table].layer != "ops":
                    where = document.place((PIPELINES, name, "jobs", job.job, "writes", place))
                    raise ConfigurationError(f"{where}: {table} is written by {writer} already")


def _refuse_cycles(document: Document, pipelines: Mapping[str, PipelineSpec]) -> None:
    for name, pipeline in pipelines.items():
        cycle = find_cycle(pipeline.jobs)
        if cycle:
            where = document.place((PIPELINES, name, "jobs", cycle[0]))
            raise ConfigurationError(
                f"{where}: jobs wait for each other: {' → '.join(cycle)}", remedy="take one of the reads away"
            )
