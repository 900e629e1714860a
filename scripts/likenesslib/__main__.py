"""`scripts/likeness`: see there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import powerlake.simulate
from powerlake.atomic import write_atomically
from powerlake.models.evaluate_likeness import evaluate_likeness
from powerlake.models.suites.likeness import both, real_curves
from powerlake.models.suites.segments import silver_curves
from powerlake.project import find_project
from powerlake.report.likeness_page import likeness_page
from powerlake.settings import load_settings
from powerlake.simulate.home_fit import calibrated, fit_population
from powerlake.simulate.weather import summer_of


def page(folder: Path, out: Path) -> None:
    simulated, real = both(folder, None, seed=0)
    write_atomically(out, likeness_page(evaluate_likeness(simulated, real), simulated, real))


def fit(folder: Path) -> None:
    rows, southern = silver_curves(folder, load_settings(find_project()))
    curves = real_curves(rows)
    summer = summer_of((curves.dates - curves.dates.astype("datetime64[Y]")).astype(np.int64))
    season = (2 * summer - 1) if southern else (1 - 2 * summer)
    found = calibrated(fit_population(curves.kwh, season, curves.is_weekend))
    text = json.dumps({"quantiles": found.quantiles.tolist(), "factors": found.factors.tolist()})
    write_atomically(Path(powerlake.simulate.__path__[0]) / "homes.json", text.replace("], [", "],\n[") + "\n")


if __name__ == "__main__":
    {"page": page, "fit": fit}[sys.argv[1]](*map(Path, sys.argv[2:]))
