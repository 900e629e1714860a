"""The `artefacts` suite on a folder that `powerlake simulate` made: what its files show beside their measurements."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv as arrow_csv

from powerlake.errors import ConfigurationError
from powerlake.models.evaluate_artefacts import Question, evaluate_artefacts
from powerlake.simulate.run import SUMMARY

ASSETS = {"feeder": "feeders", "transformer": "transformers", "switchgear": "switchgear"}
LEAST_KWH = 0.1
"""Values from this on have a last digit that says nothing of their size."""

Floats = npt.NDArray[np.float64]


def evaluate(train: Path, test: Path | None, seed: int) -> dict[str, Any]:
    """The suite's result. Raises ConfigurationError for another folder, or where a test set is named."""
    if test is not None:
        raise ConfigurationError("artefacts are looked for by cross-validation", remedy="leave out --test")
    if not (train / "truth").is_dir():
        raise ConfigurationError(f"{train} has no truth", remedy="name a folder that `powerlake simulate` made")
    meters = _meters(train)
    questions = {
        "theft": _of_meters(meters, set(_truth(train, "theft")["meter_id"])),
        "meter_faults": _of_meters(meters, _faulty(train)),
        "arrears": _of_bills(train),
        "faults": _of_assets(train),
    }
    return evaluate_artefacts(questions, seed)


def _truth(folder: Path, name: str) -> pd.DataFrame:
    parts = [pq.read_table(path) for path in sorted((folder / "truth" / name).glob("*.parquet"))]
    if not parts:
        raise ConfigurationError(f"{folder} has no truth of {name}", remedy="simulate it again")
    truth: pd.DataFrame = pa.concat_tables(parts, promote_options="permissive").to_pandas()
    return truth


def _faulty(folder: Path) -> set[str]:
    """Meters that counted wrong. A silent one is known by what is missing, which is no artefact."""
    faults = _truth(folder, "meter_faults")
    return set(faults.loc[faults["form"] != "silent", "meter_id"])


def _rows(folder: Path, feed: str, key: list[str]) -> pd.DataFrame:
    """A feed's rows as text, the first of each key, with `file` (place in the order of names), `row` (0 to 1)."""
    parts = []
    for place, path in enumerate(sorted((folder / "landing" / feed).glob("*"))):
        part: pd.DataFrame = _text_table(path).to_pandas()
        part["file"], part["row"] = place, np.arange(len(part)) / max(len(part), 1)
        parts.append(part)
    if not parts:
        raise ConfigurationError(f"{folder} has no {feed}", remedy="simulate it again")
    return pd.concat(parts, ignore_index=True).drop_duplicates(key)


def _text_table(path: Path) -> pa.Table:
    """All cells of a CSV file as text, null where empty."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    names = [name.strip('"') for name in text.partition("\n")[0].split(",")]
    options = arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True)
    return arrow_csv.read_csv(pa.BufferReader(text.encode()), convert_options=options)


def _simulation(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    return facts


def _dates(texts: pd.Series) -> pd.Series:
    """Dates in ISO form, whatever form the file has them in."""
    digits = texts.str.replace(r"\D", "", regex=True)
    return digits.str[:4] + "-" + digits.str[4:6] + "-" + digits.str[6:8]


def _of_number(ids: pd.Series) -> Floats:
    """(n, 4) a number's value, last digit, last two digits, and place in a turn of seven."""
    number = ids.str.replace(r"\D", "", regex=True).str[-12:].astype(float).to_numpy()
    return np.stack([number, number % 10, number % 100, number % 7], axis=1)


def _last_digits(texts: pd.Series) -> Floats:
    """(n, 2) last digit of a number's text, and how many decimals it has; NaN where empty."""
    digit = pd.to_numeric(texts.str[-1], errors="coerce").to_numpy(float)
    decimals = texts.str.partition(".")[2].str.len().to_numpy(float)
    return np.stack([digit, decimals], axis=1)


def _beside(rows: pd.DataFrame, key: str) -> Floats:
    """(n, 7) of any feed's rows: row and file place, empty cells, and the number in the key."""
    empty = rows.drop(columns=["file", "row"]).isna().sum(axis=1).to_numpy(float)
    return np.column_stack([rows["row"], rows["file"], empty, _of_number(rows[key])])


def _of_bills(folder: Path) -> Question:
    bills = _rows(folder, "marketing/bills", ["bill_id"])
    truth = _truth(folder, "arrears")
    bills = bills.merge(truth[["bill_id", "is_late"]].drop_duplicates("bill_id"), on="bill_id")
    digits = [_last_digits(bills[name]) for name in ("amount_cny", "energy_kwh")]
    month = pd.factorize(_dates(bills["period_end_date"]).str[:7])[0]
    return Question(
        np.column_stack([_beside(bills.drop(columns="is_late"), "bill_id"), *digits, _of_number(bills["customer_id"])]),
        bills["is_late"].to_numpy(bool),
        month.astype(np.int64),
        pd.factorize(bills["customer_id"])[0].astype(np.int64),
    )


def _of_assets(folder: Path) -> Question:
    """Assets of all kinds; planted are those that failed."""
    failed = _truth(folder, "faults")
    features, planted, stratum = [], [], []
    for place, (kind, feed) in enumerate(ASSETS.items()):
        key = f"{kind}_id"
        rows = _rows(folder, f"assets/{feed}", [key])
        features.append(_beside(rows, key))
        planted.append(rows[key].isin(failed.loc[failed["asset_kind"] == kind, "asset_id"]).to_numpy())
        stratum.append(np.full(len(rows), place))
    group = np.arange(sum(map(len, planted)))
    return Question(np.concatenate(features), np.concatenate(planted), np.concatenate(stratum), group)


def _of_meters(meters: pd.DataFrame, planted: set[str]) -> Question:
    features = meters.drop(columns=["meter_id", "stratum"]).to_numpy(float)
    return Question(
        features,
        meters["meter_id"].isin(planted).to_numpy(),
        meters["stratum"].to_numpy(np.int64),
        np.arange(len(meters)),
    )


def _meters(folder: Path) -> pd.DataFrame:
    """A row a meter: what its plate's row and its load-curve rows show beside the curves.

    That a meter was taken away is no artefact: faulty ones are. Nor is that it came late, for it then had less time
    to go wrong: such meters are a stratum of their own.
    """
    plates = _rows(folder, "metering/meters", ["meter_id"]).drop(columns="removed_date")
    known = pd.DataFrame(np.column_stack([_beside(plates, "meter_id"), _of_number(plates["serial_number"])]))
    known.columns = [f"plate_{place}" for place in known.columns]
    known["meter_id"] = plates["meter_id"].to_numpy()
    is_new = _dates(plates["installed_date"]) >= _simulation(folder)["first_date"]
    known["stratum"] = pd.factorize(plates["interval_minutes"] + plates["meter_kind"] + is_new.astype(str))[0]
    curves = pd.concat([_seen(found) for found in _curve_files(folder)])
    shown = curves.groupby("meter_id").mean()
    return known.merge(shown.reset_index(), on="meter_id")


def _curve_files(folder: Path) -> Iterator[tuple[int, Path]]:
    """Wide load-curve files with their place in the month's order of names."""
    for month in sorted((folder / "landing/metering/load_curves").glob("*")):
        yield from enumerate(sorted(path for path in month.glob("curves_*") if "_again" not in path.name))


def _seen(found: tuple[int, Path]) -> pd.DataFrame:
    """Of each meter of a file: places, missing values and days, and last digits of its distinct values."""
    place, path = found
    table = pq.read_table(path) if path.suffix == ".parquet" else arrow_csv.read_csv(path)
    values = np.column_stack([table[name].to_numpy().astype(float) for name in table.column_names if name[0] == "P"])
    meter, of = np.unique(table["meter_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    days = pd.DataFrame({"of": of, "day": pd.to_datetime(pd.Series(table["date"].to_pandas()).astype(str))})
    by_meter = days.groupby("of")["day"]
    span = (by_meter.max() - by_meter.min()).dt.days.to_numpy() + 1
    return pd.DataFrame(
        {
            "meter_id": meter.astype(str),
            "file": place,
            "row": np.bincount(of, np.arange(len(of))) / np.bincount(of) / len(of),
            "empty": np.bincount(of, np.isnan(values).mean(axis=1)) / np.bincount(of),
            "missing": 1 - by_meter.nunique().to_numpy() / span,
            **_digits(of, values, len(meter)),
        }
    )


def _digits(of: npt.NDArray[np.intp], values: Floats, meters: int) -> dict[str, Floats]:
    """(meters,) of distinct values: mean last digit, and the shares that are whole fives, tens and hundreds of Wh."""
    row, point = np.nonzero(values >= LEAST_KWH)
    units = np.round(values[row, point] * 1000).astype(np.int64)
    meter, unit = np.unique(np.stack([of[row], units]), axis=1)
    counts = np.bincount(meter, minlength=meters)

    def mean(told: npt.NDArray[np.generic]) -> Floats:
        sums = np.bincount(meter, told.astype(float), meters)
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)

    return {"digit": mean(unit % 10), **{f"by_{step}": mean(unit % step == 0) for step in (5, 10, 100)}}
