"""The life of a model in MLflow, and the only calls of it: a fit is logged, registered, and may become champion.

By default the tracking store is a SQLite file in the lake's home and artifacts lie beside it; MLFLOW_TRACKING_URI
names a server instead.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"
CHALLENGER = "challenger"
MODEL_FILE = "model.json"
_NOT_THERE = frozenset({"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"})
"""What MLflow says of a model that was never registered, and of one without the alias."""


@dataclass(frozen=True)
class Fit:
    """A fitted model as a JSON document, with what is needed to judge and repeat it."""

    model: Mapping[str, Any]
    params: Mapping[str, Any]
    metrics: Mapping[str, float]
    data_versions: Mapping[str, int]
    features: tuple[str, ...]
    card: str
    """The model card, Markdown: what it is for, how it was fitted, what it can and cannot do."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """A version of a registered model."""

    version: str
    model: Mapping[str, Any]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


class Registry:
    """The models of one lake."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def champion(self, name: str) -> Registered | None:
        """The version of the model that scores now; None before the first."""
        return self._version_of(name, CHAMPION)

    def challenger(self, name: str) -> Registered | None:
        """The version that was fitted last, whether or not it won; None before the first."""
        return self._version_of(name, CHALLENGER)

    def _version_of(self, name: str, alias: str) -> Registered | None:
        """Raises MlflowException where MLflow does not answer: a champion that cannot be asked for is not none."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - MLflow takes seconds to import

        client = self._client()
        try:
            version = client.get_model_version_by_alias(name, alias)
        except MlflowException as error:
            if error.error_code not in _NOT_THERE:
                raise
            return None
        assert version.run_id is not None
        run = client.get_run(version.run_id)
        with tempfile.TemporaryDirectory() as scratch:
            file = client.download_artifacts(version.run_id, MODEL_FILE, scratch)
            model = json.loads(Path(file).read_text())
        return Registered(str(version.version), model, dict(run.data.metrics), dict(run.data.tags))

    def register(self, name: str, fit: Fit, *, promote: bool) -> str:
        """Log the fit as a run and register it; returns its version. `promote` makes it the champion."""
        client = self._client()
        experiment = self._experiment(client, name)
        run = client.create_run(experiment, tags=dict(fit.tags), run_name=name)
        run_id = run.info.run_id
        for key, value in fit.params.items():
            client.log_param(run_id, key, value)
        for key, number in fit.metrics.items():
            client.log_metric(run_id, key, number)
        client.log_dict(run_id, dict(fit.model), MODEL_FILE)
        client.log_dict(run_id, dict(fit.data_versions), "data_versions.json")
        client.log_text(run_id, "\n".join(fit.features) + "\n", "features.txt")
        client.log_text(run_id, fit.card, "model_card.md")
        client.set_terminated(run_id)
        return self._versioned(client, name, run_id, promote)

    def _versioned(self, client: MlflowClient, name: str, run_id: str, promote: bool) -> str:
        if not client.search_registered_models(f"name = '{name}'"):
            client.create_registered_model(name)
        source = client.get_run(run_id).info.artifact_uri
        version = str(client.create_model_version(name, str(source), run_id).version)
        client.set_registered_model_alias(name, CHALLENGER, version)
        if promote:
            client.set_registered_model_alias(name, CHAMPION, version)
        return version

    def _client(self) -> MlflowClient:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        from mlflow import MlflowClient  # noqa: PLC0415

        self._home.mkdir(parents=True, exist_ok=True)
        uri = os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self._home / 'mlflow.db'}"
        return MlflowClient(tracking_uri=uri, registry_uri=uri)

    def _experiment(self, client: MlflowClient, name: str) -> str:
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        return str(client.create_experiment(name, artifact_location=(self._home / "mlflow" / name).as_uri()))
