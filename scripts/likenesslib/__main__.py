"""`scripts/likeness`: see there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

import powerlake.simulate
from powerlake.atomic import write_atomically
from powerlake.models.evaluate_likeness import evaluate_likeness
from powerlake.models.suites.likeness import HALF_YEAR, compared, real_curves
from powerlake.models.suites.segments import silver_curves
from powerlake.project import find_project
from powerlake.report.likeness_page import likeness_page
from powerlake.settings import load_settings
from powerlake.simulate.home_model import HALVES, Doubles, half_of
from powerlake.simulate.home_search import DAYS, search
from powerlake.simulate.likeness import Curves, Dates
from powerlake.simulate.weather import summer_of


def page(folder: Path, out: Path) -> None:
    sets = compared(folder, None, seed=0)
    result = evaluate_likeness(sets.simulated, sets.real, held_out=sets.held_out)
    write_atomically(out, likeness_page(result, sets.simulated, sets.real))


def fit(folder: Path) -> None:
    rows, southern = silver_curves(folder, load_settings(find_project()))
    curves = real_curves(rows)
    half = np.array([half_of(meter) for meter in pc.unique(rows["meter_id"]).to_pylist()])
    season = _season(curves.dates) * (-1 if southern else 1)
    later = curves.dates[:DAYS] + (HALF_YEAR if southern else np.timedelta64(0, "D"))
    first = Curves(_season(later)[None, :, None], later)
    parts = [
        search(Curves(curves.kwh[half == each], curves.dates), season, first, np.random.default_rng(each))
        for each in range(HALVES)
    ]
    text = json.dumps([homes.tolist() for homes in parts])
    write_atomically(Path(powerlake.simulate.__path__[0]) / "homes.json", text.replace("], [", "],\n[") + "\n")


def _season(dates: Dates) -> Doubles:
    """1 in midwinter to −1 in midsummer of the north."""
    return 1 - 2 * summer_of((dates - dates.astype("datetime64[Y]")).astype(np.int64))


if __name__ == "__main__":
    {"page": page, "fit": fit}[sys.argv[1]](*map(Path, sys.argv[2:]))
