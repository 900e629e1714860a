"""Shards: how the bulk tables are cut, one month of one meter bucket each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from powerlake.lake.snapshots import DataFile


@dataclass(frozen=True, order=True)
class Shard:
    """One month of one meter bucket: what a task reads, computes and replaces."""

    month: str
    """YYYY-MM."""
    bucket: int

    @classmethod
    def of(cls, partition: Mapping[str, str]) -> Shard:
        """The shard of a file's partition values."""
        return cls(partition["month"], int(partition["bucket"]))


def by_shard(files: Iterable[DataFile]) -> dict[Shard, tuple[DataFile, ...]]:
    """The files of each shard."""
    grouped: dict[Shard, tuple[DataFile, ...]] = {}
    for file in files:
        shard = Shard.of(file.partition)
        grouped[shard] = (*grouped.get(shard, ()), file)
    return grouped
