"""A job's file run by itself: `spark-submit jobs/gold/daily_load_features.py --env cluster --date 2026-03-01`."""

from __future__ import annotations

import sys
from pathlib import Path

from powerlake.cli.app import main as powerlake
from powerlake.errors import ConfigurationError
from powerlake.pipeline.spec import read_pipelines
from powerlake.project import find_project


def main(file: str) -> None:
    """Run the job of `file` alone, as `powerlake run PIPELINE --only JOB` with the given options, and exit."""
    path = Path(file).resolve()
    job = f"{path.parent.name}.{path.stem}"
    try:
        pipeline = _pipeline_of(job)
    except ConfigurationError as error:
        sys.exit(f"error: {error}")
    powerlake(["run", pipeline, "--only", job, *sys.argv[1:]])


def _pipeline_of(job: str) -> str:
    for pipeline in read_pipelines(find_project().pipelines).values():
        if any(spec.job == job for spec in pipeline.jobs):
            return pipeline.name
    raise ConfigurationError(f"no pipeline has job {job}", remedy="add it to pipelines.yaml")
