"""What several contests share: tasks over the silver files, the floor's contestants, comparison of results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchlib.contest import Contestant, DisagreementError
from benchlib.site import CORES, Site
from benchlib.tasks import Part, in_turn

FLOOR_ONE = "numpy, 1 process"
FLOOR_ALL = f"numpy, {CORES} processes"


def month_parts(site: Site, name: str) -> list[Part]:
    """A task for each silver file."""
    out = site.scratch(name)
    return [Part((path,), str(out / f"{n}.parquet")) for n, path in enumerate(site.silver_files())]


def meter_parts(site: Site, name: str, suffix: str = "parquet") -> list[Part]:
    """A task for each bucket: all months of its meters, and the town's temperature."""
    out = site.scratch(name)
    return [
        Part(paths, str(out / f"{n}.{suffix}"), site.town.temperature_c)
        for n, paths in enumerate(site.silver_by_bucket())
    ]


def floors(site: Site, work: Callable[[Part], Any], parts: Callable[[Site, str], list[Part]]) -> list[Contestant]:
    """The same function without an engine: in one process, and in as many as there are cores, kept warm."""
    return [
        Contestant(FLOOR_ONE, "floor", lambda tasks: in_turn(work, tasks), lambda: parts(site, "floor-1")),
        Contestant(
            FLOOR_ALL, "floor", lambda tasks: site.pool.map(work, tasks, chunksize=1), lambda: parts(site, "floor-all")
        ),
    ]


def rows(written: str | Sequence[str], by: Sequence[str] = ("meter_id",)) -> pa.Table:
    """What a contestant wrote, in the order of `by`."""
    paths = [written] if isinstance(written, str) else list(written)
    parts = pa.concat_tables([pq.read_table(path, partitioning=None) for path in paths], promote_options="permissive")
    return parts.sort_by([(name, "ascending") for name in by])


def numbers(table: pa.Table, column: str) -> np.ndarray:
    """A column as one float64 array, lists one after another, null as NaN."""
    values = table[column].combine_chunks()
    if pa.types.is_nested(values.type):
        values = values.flatten()
    return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))


def check_close(tables: Mapping[str, pa.Table], columns: Sequence[str], tolerance: float, share: float = 1.0) -> None:
    """Raise DisagreementError unless the tables hold the same values.

    In every column at least `share` of the values differ from those of the first table by at most `tolerance`
    (times the value, where that is above 1).
    """
    (first, expected), *others = tables.items()
    for name, table in others:
        for column in columns:
            want, have = numbers(expected, column), numbers(table, column)
            if want.shape != have.shape:
                raise DisagreementError(f"{column}: {first} has {want.shape} values, {name} {have.shape}")
            apart = np.abs(want - have) > tolerance * np.maximum(np.abs(want), 1)
            apart |= np.isnan(want) != np.isnan(have)
            if apart.mean() > 1 - share:
                place = int(np.flatnonzero(apart)[0])
                raise DisagreementError(
                    f"{column}: {apart.mean():.2%} of {name} is off {first}, first {have[place]} for {want[place]}"
                )
