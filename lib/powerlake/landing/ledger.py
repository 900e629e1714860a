"""What of a feed has been taken in before: a file is known by its content, wherever it lies and however it is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from powerlake.landing.discover import Discovery, KnownContent, LandingFile, RefusedPath


@dataclass(frozen=True)
class Sorted:
    """The files of a feed by what is to be done with them. Files met before appear in none."""

    new: tuple[LandingFile, ...]
    duplicates: tuple[LandingFile, ...]
    """Content taken in before, or earlier in `new`, under another name."""
    refused: tuple[RefusedPath, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.duplicates or self.refused)


@dataclass(frozen=True)
class Ledger:
    """The rows of ops.landing_files that are of one feed."""

    met: frozenset[tuple[str, str]]
    """Paths with the SHA-256 each had."""
    contents: frozenset[str]
    known: KnownContent
    """What `discover` need not read again."""
    next_batch: int

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], feed: str) -> Ledger:
        """The ledger that rows of ops.landing_files make for one feed, such as metering/load_curves.

        Content that was met in another feed is not known in this one: a file put into the wrong folder and refused
        there is taken once it lies in the right one.
        """
        kept = [row for row in rows if row["feed"] == feed]
        return cls(
            frozenset((row["file"], row["file_sha256"]) for row in kept),
            frozenset(row["file_sha256"] for row in kept),
            {(row["file"], row["bytes"], row["modified_at"]): row["file_sha256"] for row in kept if row["file_sha256"]},
            max((row["batch"] for row in kept), default=0) + 1,
        )

    def sort(self, found: Discovery) -> Sorted:
        """Which of the files found are new, which are copies, and which paths are refused for the first time."""
        new: list[LandingFile] = []
        duplicates: list[LandingFile] = []
        contents = set(self.contents)
        for file in found.files:
            if (file.file, file.sha256) in self.met:
                continue
            (duplicates if file.sha256 in contents else new).append(file)
            contents.add(file.sha256)
        refused = tuple(path for path in found.refused if (path.file, NO_CONTENT) not in self.met)
        return Sorted(tuple(new), tuple(duplicates), refused)


NO_CONTENT = ""
"""Stands for the SHA-256 of a path that was not opened."""
