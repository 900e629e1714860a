"""Where the project's own files are: pipelines.yaml, conf/ and jobs/."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import powerlake
from powerlake.errors import ConfigurationError

PROJECT_VARIABLE = "POWERLAKE_PROJECT"
PIPELINES_FILE = "pipelines.yaml"


@dataclass(frozen=True)
class Project:
    """A folder with pipelines.yaml, conf/ and jobs/ in it."""

    root: Path

    @property
    def pipelines(self) -> Path:
        """The file that names every pipeline."""
        return self.root / PIPELINES_FILE

    @property
    def conf(self) -> Path:
        """The folder of base.yaml and one file an environment."""
        return self.root / "conf"

    @property
    def jobs(self) -> Path:
        """The folder of job files: jobs/layer/name.py is job `layer.name`."""
        return self.root / "jobs"


def find_project() -> Project:
    """The project of this call.

    POWERLAKE_PROJECT if set; else the working folder or the nearest folder above it that has a pipelines.yaml; else
    the checkout that powerlake is installed from. Raises ConfigurationError where none of them is a project.
    """
    named = os.environ.get(PROJECT_VARIABLE)
    if named:
        return _named(Path(named).expanduser().absolute())
    here = Path.cwd()
    checkout = Path(powerlake.__file__).parents[2]
    for folder in (here, *here.parents, checkout):
        if (folder / PIPELINES_FILE).is_file():
            return Project(folder)
    raise ConfigurationError(
        f"no {PIPELINES_FILE} in {here} or above it", remedy=f"go to the project or set {PROJECT_VARIABLE}"
    )


def _named(root: Path) -> Project:
    if not (root / PIPELINES_FILE).is_file():
        raise ConfigurationError(
            f"{PROJECT_VARIABLE} is {root}, which has no {PIPELINES_FILE}", remedy="set it to the project's folder"
        )
    return Project(root)
