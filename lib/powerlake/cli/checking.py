"""`powerlake check`: do pipelines, tables, conf and jobs agree?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from powerlake.cli.output import as_json as json_text
from powerlake.errors import ConfigurationError
from powerlake.pipeline.attempt import one_line
from powerlake.pipeline.job import job_file, load_job
from powerlake.pipeline.spec import LANDING, PipelineSpec, read_pipelines
from powerlake.project import Project, find_project
from powerlake.settings import load_settings
from powerlake.tables import TABLES

RUNNERS_OWN = frozenset({"ops.job_runs", "ops.quality_checks"})
"""Tables the runner writes, not a job."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `problem` is empty where it is as it should be."""

    subject: str
    problem: str = ""


def check() -> list[Finding]:
    """All findings. Raises ConfigurationError only where there is no project to look at."""
    project = find_project()
    findings = [_tried(f"conf/{env}.yaml", lambda env=env: load_settings(project, env)) for env in _envs(project)]  # type: ignore[misc]
    try:
        pipelines = read_pipelines(project.pipelines)
    except ConfigurationError as error:
        return [*findings, Finding("pipelines.yaml", str(error))]
    findings += [Finding(f"pipeline {name}") for name in pipelines]
    findings += _jobs(project, pipelines)
    findings += _tables(pipelines)
    return findings


def told(findings: list[Finding], *, as_json: bool) -> str:
    """The findings as text, problems last so that they are seen."""
    if as_json:
        return json_text([asdict(finding) for finding in findings])
    ordered = sorted(findings, key=lambda finding: bool(finding.problem))
    lines = [f"✗ {found.subject}: {found.problem}" if found.problem else f"✓ {found.subject}" for found in ordered]
    problems = sum(bool(finding.problem) for finding in findings)
    return "\n".join([*lines, f"{len(findings)} looked at, {problems} {'problem' if problems == 1 else 'problems'}"])


def _envs(project: Project) -> list[str]:
    return sorted(path.stem for path in project.conf.glob("*.yaml") if path.stem != "base")


def _tried(subject: str, act: Callable[[], object]) -> Finding:
    try:
        act()
    except Exception as error:
        return Finding(subject, one_line(error))
    return Finding(subject)


def _jobs(project: Project, pipelines: Mapping[str, PipelineSpec]) -> Iterator[Finding]:
    """Every job of a pipeline has a file that can be loaded, and every file is a job of a pipeline."""
    named = sorted({job.job for pipeline in pipelines.values() for job in pipeline.jobs})
    for job in named:
        yield _tried(f"job {job}", lambda job=job: _look_at_job(job, project.jobs))  # type: ignore[misc]
    for path in sorted(project.jobs.glob("*/*.py")):
        if f"{path.parent.name}.{path.stem}" not in named:
            yield Finding(str(path.relative_to(project.root)), "no pipeline has this job")


def _look_at_job(job: str, jobs: Path) -> None:
    """Raises where the file is missing, says nothing of itself, has no run(ctx), or cannot be imported."""
    file = job_file(job, jobs)
    words = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    if not words:
        raise ConfigurationError(f"{file.name} has no docstring", remedy="say in its first line what it writes")
    load_job(job, jobs)


def _tables(pipelines: Mapping[str, PipelineSpec]) -> Iterator[Finding]:
    """Every table is written by a job, every table that is read too, and each says whose it is and what it holds."""
    jobs = [job for pipeline in pipelines.values() for job in pipeline.jobs]
    written = {name for job in jobs for name in job.writes} | RUNNERS_OWN
    read = {name for job in jobs for name in job.inputs if not name.startswith(LANDING)}
    for name, table in TABLES.items():
        problems = [f"a column has no comment: {column.name}" for column in table.columns if not column.comment]
        if name not in written:
            problems.append("jobs read it but none writes it" if name in read else "no job writes it")
        if not (table.owner and table.comment and table.grain and table.key):
            problems.append("owner, comment, grain and key are needed")
        yield Finding(f"table {name}", "; ".join(problems))
