"""A simulated folder's load curves through the kernels of bronze and silver, a feeder's meters at a time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from powerlake.errors import ConfigurationError
from powerlake.landing.load_curves import Parsed, read_load_curves
from powerlake.landing.refusals import Delivery
from powerlake.loadcurve.silver_shard import BRONZE_COLUMNS, silver_shard
from powerlake.models.suites.conformed_feeds import distinct_files
from powerlake.settings import Settings

FEED = "metering/load_curves"
_BLOCK = re.compile(r"_(\d{5})")
"""The feeder's number in a file's name: its meters are in no other's files."""
_AT = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ConformedCurves:
    """Rows of silver.load_curves of some meters over all their days, and readings by what became of them.

    `refused` counts the readings that bronze refused, by reason; they are not in `counts`. `copies` are files whose
    content had come before.
    """

    curves: pa.Table
    counts: dict[str, int]
    refused: Counter[str]
    copies: frozenset[str]


def conformed_curves(folder: Path, settings: Settings) -> Iterator[ConformedCurves]:
    """All of the folder's meters, those of a feeder at a time. Raises ConfigurationError where it has no curves."""
    files, copies = distinct_files(folder, FEED)
    if not files:
        raise ConfigurationError(f"{folder} has no {FEED}", remedy="name a folder that `powerlake simulate` made")
    blocks: dict[str, list[tuple[int, Path, str]]] = {}
    for batch, path, digest in files:
        blocks.setdefault(_block_of(path.name), []).append((batch, path, digest))
    clocks = {name: layout.clock for name, layout in settings.layouts.items()}
    for block, own in blocks.items():
        parts = [part for batch, path, digest in own for part in _read(folder, path, batch, digest)]
        bronze = pa.concat_tables([part.rows.select(BRONZE_COLUMNS) for part in parts])
        shard = silver_shard(bronze, None, rules=settings.vee, clocks=clocks, run_id="evaluate", at=_AT)
        again = frozenset(path for path in copies if _block_of(Path(path).name) == block)
        yield ConformedCurves(shard.curves, shard.counts, _readings_by_reason(parts), again)


def _block_of(name: str) -> str:
    found = _BLOCK.search(name)
    return found.group(1) if found else ""


def _read(folder: Path, path: Path, batch: int, digest: str) -> Iterator[Parsed]:
    yield from read_load_curves(path, Delivery(path.relative_to(folder).as_posix(), digest, batch, _AT, "evaluate", 1))


def _readings_by_reason(parts: Iterable[Parsed]) -> Counter[str]:
    """Refused readings; a row or a file without a reading counts as one, or it would not show."""
    found: Counter[str] = Counter()
    for part in parts:
        for row in part.refused.select(["reason", "readings"]).to_pylist():
            found[row["reason"]] += max(row["readings"], 1)
    return found
