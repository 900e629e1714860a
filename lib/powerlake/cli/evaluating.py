"""`powerlake evaluate`: a suite's numbers beside its baselines'."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from powerlake.cli.output import as_json as json_text
from powerlake.cli.output import columns
from powerlake.errors import ConfigurationError

SUITES: Mapping[str, str] = {
    "artefacts": "powerlake.models.suites.artefacts",
    "likeness": "powerlake.models.suites.likeness",
    "line-loss": "powerlake.models.suites.line_loss",
    "linkage": "powerlake.models.suites.linkage",
    "market": "powerlake.models.suites.market",
    "segments": "powerlake.models.suites.segments",
    "topology": "powerlake.models.suites.topology",
}
"""Suite → module with `evaluate(train: Path, test: Path | None, seed: int) -> dict`, in the form of design.md."""


def evaluate(suite: str, train: Path, test: Path | None, seed: int, *, as_json: bool) -> str:
    """The suite's result as text. Raises ConfigurationError for an unknown suite or a folder that is not there."""
    if suite not in SUITES:
        raise ConfigurationError(f"there is no suite {suite}", remedy=f"use one of: {', '.join(SUITES)}")
    for option, folder in (("--train", train), ("--test", test)):
        if folder is not None and not folder.is_dir():
            raise ConfigurationError(f"{option} {folder} is not a folder")
    result: dict[str, Any] = importlib.import_module(SUITES[suite]).evaluate(train, test, seed)
    return json_text(result) if as_json else told(result)


def told(result: Mapping[str, Any]) -> str:
    """One line a metric, ours first, then each baseline's."""
    rows = [(name, "powerlake", *_interval(metric)) for name, metric in result["metrics"].items()]
    rows += [
        (name, baseline, *_interval(metric))
        for baseline, metrics in result["baselines"].items()
        for name, metric in metrics.items()
    ]
    head = f"{result['suite']}: {result['protocol']}; train {result['n_train']}, test {result['n_test']}\n\n"
    return head + columns(rows, ("metric", "model", "value", "low", "high"))


def _interval(metric: Mapping[str, float]) -> tuple[float, float, float]:
    return metric["value"], metric["low"], metric["high"]
