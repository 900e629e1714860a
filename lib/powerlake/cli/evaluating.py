"""`powerlake evaluate`: a suite's numbers beside its baselines'."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from powerlake.atomic import write_atomically
from powerlake.cli.output import as_json as json_text
from powerlake.cli.output import columns
from powerlake.errors import ConfigurationError

ALL = "all"
"""In place of a suite: every one that can judge a simulated utility."""
SUITES: Mapping[str, str] = {
    "artefacts": "powerlake.models.suites.artefacts",
    "clean": "powerlake.models.suites.clean",
    "conflicts": "powerlake.models.suites.conflicts",
    "dirt": "powerlake.models.suites.dirt",
    "economy": "powerlake.models.suites.economy",
    "forecast": "powerlake.models.suites.forecast",
    "likeness": "powerlake.models.suites.likeness",
    "line-loss": "powerlake.models.suites.line_loss",
    "linkage": "powerlake.models.suites.linkage",
    "market": "powerlake.models.suites.market",
    "segments": "powerlake.models.suites.segments",
    "topology": "powerlake.models.suites.topology",
}
"""Suite → module with `evaluate(train: Path, test: Path | None, seed: int) -> dict`, one JSON object."""


def evaluate(suite: str, train: Sequence[Path], test: Path | None, seed: int, *, as_json: bool) -> str:
    """The suite's result as text. Raises ConfigurationError for an unknown suite or a folder that is not there."""
    if suite not in SUITES:
        raise ConfigurationError(f"there is no suite {suite}", remedy=f"use one of: {', '.join((ALL, *SUITES))}")
    _check_folders(train, test)
    if len(train) != 1:
        raise ConfigurationError(f"{suite} is judged on one folder", remedy=f"use `{ALL}` for several")
    result: dict[str, Any] = importlib.import_module(SUITES[suite]).evaluate(train[0], test, seed)
    return json_text(result) if as_json else told(result)


def evaluate_all(train: Sequence[Path], seed: int, page: Path | None, *, as_json: bool) -> str:
    """Every suite on simulated utilities, as text; on `page` too, in place of the figures that stand there."""
    from powerlake.models.all_suites import judged  # noqa: PLC0415 - one suite alone does not wait for the others
    from powerlake.report.evaluation_page import with_figures  # noqa: PLC0415

    _check_folders(train, None)
    console = Console(stderr=True)
    found = judged(train, SUITES, seed, lambda line: console.print(line, highlight=False))
    if page is not None:
        before = page.read_text(encoding="utf-8") if page.is_file() else ""
        today = datetime.now(UTC).date().isoformat()
        write_atomically(page, with_figures(before, found, command="scripts/evaluate", at=today))
    if as_json:
        return json_text([vars(one) for one in found])
    parts = [told(one.result) if one.result else f"{one.suite}: not judged, {one.failure}" for one in found]
    return "\n\n".join(f"{one.utility}\n{part}" for one, part in zip(found, parts, strict=True))


def refuse_unused(suite: str, test: Path | None, page: Path | None) -> None:
    """Raises ConfigurationError for an option that this suite would pass over in silence."""
    if suite == ALL and test is not None:
        raise ConfigurationError(f"--test is of one suite, not of `{ALL}`", remedy="leave it out, or name a suite")
    if suite != ALL and page is not None:
        raise ConfigurationError(f"--page is of `{ALL}`, not of one suite", remedy=f"leave it out, or name `{ALL}`")


def _check_folders(train: Sequence[Path], test: Path | None) -> None:
    for option, folder in (*(("--train", each) for each in train), ("--test", test)):
        if folder is not None and not folder.is_dir():
            raise ConfigurationError(f"{option} {folder} is not a folder")


def told(result: Mapping[str, Any]) -> str:
    """One line a metric, ours first, then each baseline's."""
    rows = [(name, "powerlake", *_interval(metric)) for name, metric in result["metrics"].items()]
    rows += [
        (name, baseline, *_interval(metric))
        for baseline, metrics in result["baselines"].items()
        for name, metric in metrics.items()
    ]
    head = f"{result['suite']}: {result['protocol']}; train {result['n_train']}, test {result['n_test']}\n\n"
    parts = [columns(rows, ("metric", "model", "value", "low", "high"))]
    parts += [f"{name}\n{columns(made['rows'], made['columns'])}" for name, made in result.get("tables", {}).items()]
    return head + "\n\n".join(parts)


def _interval(metric: Mapping[str, float]) -> tuple[float, float, float]:
    return metric["value"], metric["low"], metric["high"]
