"""A small landing folder of invented households, for a first look without data: shapes are planted, troubles too."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv as arrow_csv

POINTS = 48
"""Half-hourly."""
FEED = Path("metering") / "load_curves"
_HOURS = np.arange(POINTS) / 2 + 0.25

Curves = npt.NDArray[np.int32]
"""Energy in Wh: (meters, days, POINTS), −1 where the meter gave none."""


@dataclass(frozen=True)
class Kind:
    """A way of living as a load shape: base load in W, and bumps of (hour, width in hours, height in W).

    `weekend` bumps replace the others on Saturday and Sunday; `winter` scales bumps at midwinter against midsummer;
    `share` is the part of the households that live so. An odd kind (`share` 0) has one household.
    """

    name: str
    share: float
    base_w: float
    bumps: tuple[tuple[float, float, float], ...]
    weekend: tuple[tuple[float, float, float], ...] | None = None
    winter: float = 1.3


KINDS = (
    Kind("evening", 0.30, 150, ((7.5, 0.8, 250), (19.5, 1.8, 1400)), ((11, 3.0, 450), (19.5, 2.2, 1300))),
    Kind("morning and evening", 0.25, 160, ((7.0, 0.9, 1200), (19.0, 1.6, 1000)), ((9.5, 1.6, 900), (19.0, 2.0, 900))),
    Kind("daytime", 0.20, 200, ((11.0, 2.6, 900), (15.0, 2.2, 800)), winter=1.1),
    Kind("night storage", 0.15, 180, ((1.5, 1.6, 2200), (19.0, 1.5, 350)), winter=1.8),
    Kind("flat", 0.10, 420, ((13.0, 6.0, 80),), winter=1.05),
    Kind("odd: a workshop at weekends", 0.0, 60, (), ((13.0, 2.5, 6500),)),
    Kind("odd: pumping at noon", 0.0, 40, ((12.0, 0.4, 4800),), winter=0.3),
)


@dataclass(frozen=True)
class Sample:
    """What was written: the files below landing/, and the kind planted in each meter."""

    files: tuple[str, ...]
    kinds: dict[str, str]


def write_sample(
    landing: Path, meters: int = 60, days: int = 120, seed: int = 7, first_date: date = date(2024, 1, 1)
) -> Sample:
    """Write readings of `meters` households over `days` days below landing/metering/load_curves. Same seed, same bytes.

    A long CSV.gz a month, but the second month wide; with them a copy of a file under another name, a file that
    corrects readings, one cut short, and one that brings days its month's file lacked. At least 10 meters and
    40 days (ValueError).
    """
    if meters < 10 or days < 40:
        raise ValueError("a sample has at least 10 meters and 40 days")
    random = np.random.default_rng(seed)
    names = [f"M{number:06d}" for number in range(1, meters + 1)]
    kinds = _assign_kinds(meters, random)
    curves = _with_gaps(_curves(kinds, days, first_date, random), random)
    folder = landing / FEED
    folder.mkdir(parents=True, exist_ok=True)
    files = _write_files(folder, names, curves, first_date)
    return Sample(
        tuple((FEED / name).as_posix() for name in files),
        {name: kind.name for name, kind in zip(names, kinds, strict=True)},
    )


def _assign_kinds(meters: int, random: np.random.Generator) -> list[Kind]:
    usual = [kind for kind in KINDS if kind.share]
    odd = [kind for kind in KINDS if not kind.share]
    shares = np.cumsum([kind.share for kind in usual])
    places = np.searchsorted(shares, (np.arange(meters - len(odd)) + 0.5) / (meters - len(odd)))
    kinds = [usual[place] for place in np.minimum(places, len(usual) - 1)] + odd
    return [kinds[place] for place in random.permutation(meters)]


def _curves(kinds: list[Kind], days: int, first_date: date, random: np.random.Generator) -> Curves:
    """Complete curves: shape × season × household × day × point, and never below a tenth of the base load."""
    day = np.arange(days)
    is_weekend = (first_date.weekday() + day) % 7 >= 5
    cold = 0.5 + 0.5 * np.cos(2 * np.pi * (first_date.timetuple().tm_yday + day - 15) / 365.25)
    size = random.lognormal(0, 0.25, len(kinds))
    shift = random.normal(0, 0.4, len(kinds))
    curves = np.empty((len(kinds), days, POINTS), np.int32)
    for place, kind in enumerate(kinds):
        week, weekend = (_bumps(bumps, shift[place]) for bumps in (kind.bumps, kind.weekend or kind.bumps))
        season = 1 + (kind.winter - 1) * cold[:, None]
        watts = kind.base_w + season * np.where(is_weekend[:, None], weekend, week)
        watts = watts * random.lognormal(0, 0.12, (days, 1)) * random.lognormal(0, 0.25, (days, POINTS))
        curves[place] = np.maximum(watts * size[place], kind.base_w / 10) / 2
    return curves


def _bumps(bumps: tuple[tuple[float, float, float], ...], shift: float) -> npt.NDArray[np.float64]:
    """Sum of bell curves around the clock, in W: (POINTS,)."""
    total = np.zeros(POINTS)
    for hour, width, height in bumps:
        distance = (_HOURS - hour - shift + 12) % 24 - 12
        total += height * np.exp(-0.5 * (distance / width) ** 2)
    return total


def _with_gaps(curves: Curves, random: np.random.Generator) -> Curves:
    """One reading in two hundred missing, one meter-day in a hundred too, and one in fifty zero from some point on."""
    curves = curves.copy()
    zero_from = np.where(random.random(curves.shape[:2]) < 0.02, random.integers(0, POINTS, curves.shape[:2]), POINTS)
    curves[np.arange(POINTS) >= zero_from[:, :, None]] = 0
    curves[random.random(curves.shape) < 0.005] = -1
    curves[random.random(curves.shape[:2]) < 0.01] = -1
    return curves


def _write_files(folder: Path, names: list[str], curves: Curves, first_date: date) -> list[str]:
    dates = [first_date + timedelta(days=day) for day in range(curves.shape[1])]
    months = sorted({day.strftime("%Y-%m") for day in dates})
    place = {month: [i for i, day in enumerate(dates) if day.strftime("%Y-%m") == month] for month in months}
    late = np.zeros(curves.shape, bool)
    late[:3, place[months[0]][-3:]] = True  # three meters' last days of the first month come in a file of their own
    in_time = np.where(late, -1, curves)
    written = {}
    for month in months:
        table = _wide if month == months[1] else _long
        kind = "wide" if table is _wide else "readings"
        written[f"{kind}_{month}.csv.gz"] = _csv_gz(table(names, dates, in_time, place[month]))
    first = f"readings_{months[0]}"
    corrected = np.where(curves[:2] > 0, curves[:2] + 10, curves[:2])
    whole = written[f"{first}.csv.gz"]
    written |= {
        f"{first}_copy.csv.gz": whole,
        f"{first}_correction.csv.gz": _csv_gz(_long(names[:2], dates, corrected, place[months[0]][:2])),
        f"{first}_cut.csv.gz": whole[: len(whole) // 2],
        f"{first}_late.csv.gz": _csv_gz(_long(names, dates, np.where(late, curves, -1), place[months[0]])),
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return sorted(written)


def _kwh(watt_hours: npt.NDArray[np.int32]) -> pa.Array:
    """Wh as text in kWh with three decimals, empty where −1."""
    distinct, place = np.unique(watt_hours, return_inverse=True)
    texts = ["" if value < 0 else f"{value / 1000:.3f}" for value in distinct.tolist()]
    return pa.array(texts).take(pa.array(place.ravel()))


def _long(names: list[str], dates: list[date], curves: Curves, days: list[int]) -> pa.Table:
    """One row a reading given, by meter and time."""
    labels = [f"{dates[day]} {point // 2:02d}:{point % 2 * 30:02d}:00" for day in days for point in range(POINTS)]
    flat = curves[:, days].reshape(len(names), -1)
    meter, label = np.nonzero(flat >= 0)
    return pa.table(
        {
            "meter_id": pa.array(names).take(pa.array(meter)),
            "reading_at": pa.array(labels).take(pa.array(label)),
            "kwh": _kwh(flat[meter, label]),
        }
    )


def _wide(names: list[str], dates: list[date], curves: Curves, days: list[int]) -> pa.Table:
    """One row a meter-day with any reading."""
    month = curves[:, days]
    meter, day = np.nonzero((month >= 0).any(axis=2))
    points = {f"P{point + 1}": _kwh(month[meter, day, point]) for point in range(POINTS)}
    local_dates = pa.array([str(dates[place]) for place in days])
    identity = {"meter_id": pa.array(names).take(pa.array(meter)), "date": local_dates.take(pa.array(day))}
    return pa.table(identity | points)


def _csv_gz(table: pa.Table) -> bytes:
    """The table as CSV, gzipped without a time of compression, so that equal tables give equal bytes."""
    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(quoting_style="none"))
    return gzip.compress(sink.getvalue().to_pybytes(), compresslevel=6, mtime=0)
