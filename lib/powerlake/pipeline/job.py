"""What a job is: a module with `run(ctx) -> RunReport`, that works on a window and reports what it did."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Literal

from powerlake.errors import ConfigurationError

Outcome = Literal["done", "unchanged", "left_out", "failed"]


@dataclass(frozen=True)
class Window:
    """Local dates a run is asked to make again, both ends included. Both None: whatever has changed."""

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if (self.start is None) != (self.end is None):
            raise ConfigurationError("a window has a start and an end", remedy="give both --start and --end")
        if self.start and self.end and self.start > self.end:
            raise ConfigurationError(f"the window ends ({self.end}) before it starts ({self.start})")

    @property
    def is_open(self) -> bool:
        """No dates were given."""
        return self.start is None

    def touches(self, month: str) -> bool:
        """Whether a day of the month (YYYY-MM) lies in the window; an open window touches none."""
        return self.start is not None and self.end is not None and f"{self.start:%Y-%m}" <= month <= f"{self.end:%Y-%m}"


@dataclass(frozen=True)
class RunReport:
    """What one job did.

    `counts` are in readings where the names are received, published, quarantined, duplicates and superseded, and
    those add up; other names say their own unit. `written` maps a table to the Delta version this job made.
    """

    outcome: Outcome = "done"
    counts: Mapping[str, int] = field(default_factory=dict)
    read_versions: Mapping[str, int] = field(default_factory=dict)
    written_versions: Mapping[str, int] = field(default_factory=dict)
    model_versions: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def job_file(job_id: str, jobs: Path) -> Path:
    """The file of job `layer.name`: jobs/layer/name.py. Raises ConfigurationError where it is not there."""
    path = jobs.joinpath(*job_id.split(".")).with_suffix(".py")
    if not path.is_file():
        raise ConfigurationError(f"job {job_id} has no file", remedy=f"write {path.relative_to(jobs.parent)}")
    return path


def load_job(job_id: str, jobs: Path) -> ModuleType:
    """The module of a job. Raises ConfigurationError where there is no file or no `run` in it."""
    path = job_file(job_id, jobs)
    spec = importlib.util.spec_from_file_location(f"powerlake_jobs.{job_id.replace('.', '_')}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not callable(getattr(module, "run", None)):
        raise ConfigurationError(f"job {job_id} has no run(ctx)", remedy=f"define it in {path.name}")
    return module
