"""Every suite that can judge a simulated utility, on each of several utilities; what cannot be judged says why."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from powerlake.errors import ConfigurationError, PowerlakeError
from powerlake.simulate.run import SUMMARY

SOILED = ("dirt", "conflicts", "linkage", "topology", "line-loss", "market", "economy", "forecast")
CLEAN = ("clean",)
"""Suites of a utility with dirt and of one without, in the order of the page. What judges the simulator itself is not
among them: see docs/simulation.md."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """A suite on a utility: its result as the suite gives it, or why there is none."""

    suite: str
    utility: str
    """In words: how large, how long, of which seed."""
    result: Mapping[str, Any] | None
    failure: str
    seconds: float


def judged(
    folders: Sequence[Path], suites: Mapping[str, str], seed: int, progress: Progress = lambda line: None
) -> list[Judged]:
    """Every suite on every folder. Raises ConfigurationError for a folder that `powerlake simulate` did not make."""
    facts = [(folder, _facts(folder)) for folder in folders]
    found = []
    for folder, fact in facts:
        for suite in CLEAN if fact.get("is_clean") else SOILED:
            found.append(_judged(suite, suites[suite], folder, _name(fact), seed))
            progress(f"{suite}, {found[-1].utility}: {found[-1].seconds:.0f} s {found[-1].failure}".rstrip())
    return sorted(found, key=lambda one: (*SOILED, *CLEAN).index(one.suite))


def _judged(suite: str, module: str, folder: Path, utility: str, seed: int) -> Judged:
    began = time.monotonic()
    result, failure = None, ""
    try:
        result = importlib.import_module(module).evaluate(folder, None, seed)
    except PowerlakeError as error:
        failure = str(error)
    except Exception as error:  # one that breaks is told on the page, and does not take the others' minutes with it
        failure = f"it broke, {type(error).__name__}: {error}".partition("\n")[0]
    return Judged(suite, utility, result, failure.replace(str(folder), "the utility"), time.monotonic() - began)


def _facts(folder: Path) -> dict[str, Any]:
    if not (folder / SUMMARY).is_file():
        raise ConfigurationError(f"{folder} has no {SUMMARY}", remedy="name a folder that `powerlake simulate` made")
    facts: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return facts


def _name(facts: Mapping[str, Any]) -> str:
    clean = ", clean" if facts.get("is_clean") else ""
    return f"{facts['customers']:,} × {facts['days']:,} d, seed {facts['seed']}{clean}"
