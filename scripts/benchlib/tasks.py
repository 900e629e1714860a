"""What a process does with its part, the same function in Spark's workers and in the floor's pool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from powerlake.customers import kmeans
from powerlake.loadcurve import histogram, par, similarity, three_line
from powerlake.loadcurve.clock import LocalClock
from powerlake.loadcurve.daily_features import INPUT_COLUMNS as FEATURE_COLUMNS
from powerlake.loadcurve.daily_features import daily_features
from powerlake.loadcurve.days import matrices
from powerlake.loadcurve.meter_years import INPUT_COLUMNS, MeterYears, meter_hours, meter_readings

CLOCK = LocalClock("Asia/Shanghai")


@dataclass(frozen=True)
class Part:
    """Silver files to read, the file to write, and the temperature (days, 24) where the work needs it."""

    silver: tuple[str, ...]
    out: str
    temperature_c: npt.NDArray[np.float64] | None = None


def read(paths: Sequence[str], columns: Sequence[str]) -> pa.Table:
    """Columns of silver files; month and bucket from the path."""
    return pa.concat_tables([_read(path, columns) for path in paths])


def _read(path: str, columns: Sequence[str]) -> pa.Table:
    rows = pq.ParquetFile(path).read([name for name in columns if name not in ("month", "bucket")])
    keys = dict(part.split("=") for part in Path(path).parts if "=" in part)
    if "month" in columns:
        rows = rows.append_column("month", pa.repeat(keys["month"], len(rows)))
        rows = rows.append_column("bucket", pa.repeat(pa.scalar(int(keys["bucket"]), pa.int32()), len(rows)))
    return rows


def write(rows: pa.Table, out: str) -> str:
    pq.write_table(rows, out, compression="zstd", compression_level=1)
    return out


def features(part: Part) -> str:
    """Daily features of some files, written."""
    curves = read(part.silver, FEATURE_COLUMNS)
    return write(daily_features(curves, clock=CLOCK, southern_hemisphere=False, run_id="bench"), part.out)


def daily_sums(part: Part) -> str:
    """Sum, greatest and least reading of each day, written: the least that anyone could ask of a day."""
    curves = read(part.silver, ("meter_id", "date", "kwh"))
    ((_, kwh),) = matrices(curves["kwh"])
    sums = {"energy": kwh.sum(axis=1), "greatest": kwh.max(axis=1), "least": kwh.min(axis=1)}
    return write(pa.table({"meter_id": curves["meter_id"], "date": curves["date"], **sums}), part.out)


def histograms(part: Part) -> str:
    """Ten bins of each meter, written."""
    years = meter_readings(read(part.silver, INPUT_COLUMNS))
    found = histogram.histograms(years.kwh.reshape(len(years.kwh), -1))
    return write(
        pa.table({"meter_id": years.meter_ids, "low": found.low, "high": found.high, "counts": _lists(found.counts)}),
        part.out,
    )


def three_lines(part: Part) -> str:
    """Break points, heights and slopes of each meter, written."""
    years = _hours(part)
    fits = three_line.three_lines(years.kwh.reshape(len(years.kwh), -1), _temperature(part).reshape(-1))
    arrays = {"breaks": fits.breaks, "values": fits.values, "slopes": fits.slopes}
    return write(pa.table({"meter_id": years.meter_ids, **{name: _lists(a) for name, a in arrays.items()}}), part.out)


def profiles(part: Part) -> str:
    """PAR coefficients and profile of each meter, written."""
    years = _hours(part)
    found = par.daily_profiles(years.kwh, _temperature(part))
    arrays = {"coefficients": found.coefficients, "profile": found.profile}
    return write(pa.table({"meter_id": years.meter_ids, **{name: _lists(a) for name, a in arrays.items()}}), part.out)


def hours_of_meters(part: Part) -> str:
    """Hourly use of each meter as (meters, hours) in a .npy file, for work that compares all with all."""
    years = _hours(part)
    np.save(part.out, years.kwh.reshape(len(years.kwh), -1))
    return part.out


@dataclass(frozen=True)
class Tiles:
    """Tiles of the similarity matrix over the meters of some .npy files."""

    hours: tuple[str, ...]
    tiles: tuple[tuple[int, int], ...]


def similar_candidates(task: Tiles) -> similarity.Candidates:
    return similarity.candidates(similarity.unit_curves(load_hours(task.hours)), task.tiles)


def load_hours(paths: Sequence[str]) -> npt.NDArray[np.float32]:
    """(meters, hours) of all files, one after another."""
    return np.concatenate([np.load(path) for path in paths])


@dataclass(frozen=True)
class Shapes:
    """A file of customer-month shapes, and the centres to judge them by, if there are any yet."""

    path: str
    seed: int
    centres: npt.NDArray[np.float32] | None = None


def micro_clusters(task: Shapes) -> kmeans.MicroClusters:
    return kmeans.micro_clusters(shapes_of(task.path), task.seed)


def inertia(task: Shapes) -> float:
    assert task.centres is not None
    return float(kmeans.assign(shapes_of(task.path), task.centres)[1].sum(dtype=np.float64))


def shapes_of(path: str) -> npt.NDArray[np.float32]:
    ((_, shapes),) = matrices(pq.ParquetFile(path).read(["shape"])["shape"])
    return shapes


def in_turn(work: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """The tasks one after another in this process."""
    return [work(task) for task in tasks]


def _hours(part: Part) -> MeterYears:
    return meter_hours(read(part.silver, INPUT_COLUMNS), CLOCK)


def _temperature(part: Part) -> npt.NDArray[np.float64]:
    assert part.temperature_c is not None
    return part.temperature_c


def _lists(array: npt.NDArray[Any]) -> pa.Array:
    """One list a meter, whatever the shape of the rest."""
    width = int(np.prod(array.shape[1:]))
    return pa.FixedSizeListArray.from_arrays(pa.array(array.reshape(-1)), width)
