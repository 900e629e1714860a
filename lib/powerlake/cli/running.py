"""`powerlake run` and `powerlake plan`: from options to a run, and its words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console

from powerlake.cli.output import as_json as json_text
from powerlake.cli.showing import summary
from powerlake.errors import ConfigurationError, PowerlakeError
from powerlake.lake.session import open_session
from powerlake.lake.store import Lake
from powerlake.pipeline.engine import Engine
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.log import log_file, opened_logs
from powerlake.pipeline.plan import Step, planned
from powerlake.pipeline.progress import Display, Lines, Listener, Several
from powerlake.pipeline.runner import Runner, new_run, reopened, selected
from powerlake.pipeline.spec import PipelineSpec, find_pipeline, read_pipelines
from powerlake.pipeline.state import RunState, StateStore
from powerlake.pipeline.watch import watched
from powerlake.project import Project, find_project
from powerlake.settings import Settings, load_settings


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    pipeline: str
    env: str | None
    window: Window
    from_job: str | None = None
    only: tuple[str, ...] = ()
    force: bool = False

    @property
    def is_plain(self) -> bool:
        """Nothing but a pipeline and an environment was named."""
        return self.window.is_open and not (self.from_job or self.only or self.force)


def run(request: Request, *, resume: bool, as_json: bool) -> int:
    """Runs a pipeline, or goes on with a run; returns the exit code."""
    project, settings, pipeline = _agreed(request)
    store = StateStore(settings.home)
    with store.locked():
        state = _resumed(request, store, pipeline, settings) if resume else _begun(request, pipeline, settings)
        lake = _lake(settings)
        engine = LakeEngine(lake, settings, project.jobs, state.run_id, pipeline.name, state.window, state.force)
        engine.recover()
        _refuse_empty(pipeline, engine, lake)
        with _listeners(settings, state, lake, as_json) as listener:
            state = Runner(pipeline, engine, store, listener).run(state)
        engine.tidy()
    if as_json:
        print(json_text(summary(state)))
    elif state.exit_code:
        print(f"log: {log_file(settings.home, state.run_id)}")
    return state.exit_code


def plan(request: Request, *, as_json: bool) -> str:
    """What a run would do with each job, as text."""
    project, settings, pipeline = _agreed(request)
    engine = LakeEngine(_lake(settings), settings, project.jobs, "plan", pipeline.name, request.window)
    steps = planned(selected(pipeline, request.from_job, request.only), engine, force=request.force)
    if as_json:
        return json_text([{"job": step.job.job, "action": step.action, "reason": step.reason,
                           "reads": step.job.reads, "reads_if_there": step.job.reads_if_there,
                           "writes": step.job.writes} for step in steps])  # fmt: skip
    return "\n\n".join(_told(step) for step in steps)


def _agreed(request: Request) -> tuple[Project, Settings, PipelineSpec]:
    project = find_project()
    settings = load_settings(project, request.env)
    return project, settings, find_pipeline(read_pipelines(project.pipelines), request.pipeline)


def _lake(settings: Settings) -> Lake:
    return Lake(settings.home, lambda: open_session(settings.spark))


def _begun(request: Request, pipeline: PipelineSpec, settings: Settings) -> RunState:
    jobs = selected(pipeline, request.from_job, request.only)
    return new_run(pipeline, jobs, request.window, settings.env, datetime.now(UTC), force=request.force)


def _refuse_empty(pipeline: PipelineSpec, engine: Engine, lake: Lake) -> None:
    """Raises PowerlakeError where no job of the pipeline has anything to read: then the home is another one."""
    if all(engine.missing(job) for job in pipeline.jobs if job.writes):
        raise PowerlakeError(
            f"nothing to run {pipeline.name} on: no feed below {lake.landing} has a file, and no table a row",
            remedy="deliver files there, or set POWERLAKE_HOME to the lake that is meant",
        )


def _resumed(request: Request, store: StateStore, pipeline: PipelineSpec, settings: Settings) -> RunState:
    """The run to go on with. Raises ConfigurationError where there is none or the request differs from it."""
    if not request.is_plain:
        raise ConfigurationError(
            "--resume keeps the window and the jobs of the run it goes on with",
            remedy="leave out the other options, or leave out --resume",
        )
    state = store.to_resume(request.pipeline)
    if state.env != settings.env:
        raise ConfigurationError(f"run {state.run_id} is of --env {state.env}", remedy=f"add --env {state.env}")
    for name in state.jobs:
        pipeline.job(name)
    return reopened(state)


@contextmanager
def _listeners(settings: Settings, state: RunState, lake: Lake, as_json: bool) -> Iterator[Listener]:
    """The run's log, and beside it a moving display, plain lines, or JSON lines on stderr."""
    console = Console()
    with ExitStack() as stack:
        logs = stack.enter_context(opened_logs(settings.home, state.run_id, sys.stderr if as_json else None))
        if as_json:
            yield Several(logs)
        elif not console.is_terminal:
            yield Several([Lines(console), *logs])
        else:
            display = stack.enter_context(Display(console))
            yield stack.enter_context(watched(lake, Several([display, *logs])))


def _told(step: Step) -> str:
    """A step of a plan: what, why, and between which tables."""
    lines = [f"{step.action:<9} {step.job.job}: {step.reason}"]
    for label, names in (("reads", step.job.reads), ("if there", step.job.reads_if_there), ("writes", step.job.writes)):
        if names:
            lines.append(f"{label:>18}  {', '.join(names)}")
    return "\n".join(lines)
