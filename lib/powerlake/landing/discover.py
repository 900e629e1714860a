"""Files of a feed as they lie in landing: found, sized and known by their content."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from powerlake.errors import ConfigurationError

UNFINISHED = (".tmp", ".part", "~")
"""Ends of names that senders give to files they are still writing."""

_YEAR_1900_S, _YEAR_2200_S = -2_208_988_800.0, 7_258_118_400.0

NO_FOLDER = "no folder for"
"""How the note of a job begins to name the feeds that a utility does not have."""

KnownContent = Mapping[tuple[str, int, datetime], str]
"""SHA-256 of files read before, by path below landing/, bytes and time of last change."""
NOTHING_KNOWN: KnownContent = {}


@dataclass(frozen=True)
class LandingFile:
    """One file of a feed. `file` is its path below landing/ with forward slashes, `size` its bytes.

    `modified_at` is the time of its last change as the file system has it, UTC.
    """

    path: Path
    file: str
    feed: str
    sha256: str
    size: int
    modified_at: datetime


@dataclass(frozen=True)
class RefusedPath:
    """A path below a feed that is not taken: a symbolic link, no regular file, not readable, or oddly named.

    A folder that does not open is one as well: nobody knows what it holds.
    """

    file: str
    reason: str


@dataclass(frozen=True)
class Discovery:
    """What lies in a feed's folder, in the order of `file`."""

    files: tuple[LandingFile, ...]
    refused: tuple[RefusedPath, ...]


def discover(landing: Path, department: str, feed: str, known: KnownContent = NOTHING_KNOWN) -> Discovery:
    """All files below landing/<department>/<feed>/; nothing when there is no such folder.

    A file that is in `known` is not read again.

    Hidden files and folders and those still being written are passed over. A symbolic link is refused wherever it
    points, so nothing outside landing is ever read. Raises ConfigurationError when a name is no single folder.
    """
    for name in (department, feed):
        if not name or Path(name).name != name or name.startswith("."):
            raise ConfigurationError(f"{name!r} is no folder of landing", remedy="give a department and a feed")
    files: list[LandingFile] = []
    refused: list[RefusedPath] = []
    for path in look_below(landing, landing / department / feed):
        found = path if isinstance(path, RefusedPath) else _examine(path, landing, f"{department}/{feed}", known)
        if isinstance(found, LandingFile):
            files.append(found)
        else:
            refused.append(found)
    return Discovery(tuple(files), tuple(refused))


def look_below(landing: Path, root: Path) -> Iterator[Path | RefusedPath]:
    """Files below `root`, in the order of their path below `landing`, and what is there but not to be opened."""
    for path in _paths(landing, root):
        file = path.relative_to(landing).as_posix()
        reason = _refusal(path, file)
        yield path if reason is None else RefusedPath(_shown(file), reason)


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes in hexadecimal, read as a stream. Raises OSError."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _paths(landing: Path, root: Path) -> Iterator[Path]:
    """Paths to look at below `root`: files, links, whatever else is no folder, and folders that do not open, sorted."""
    if any(folder.is_symlink() for folder in (root.parent, root)):
        return iter([root])
    found: list[Path] = []

    def keep_closed(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            found.append(Path(error.filename))

    for folder, folders, names in os.walk(root, onerror=keep_closed, followlinks=False):
        links = [name for name in folders if Path(folder, name).is_symlink()]
        folders[:] = [name for name in folders if not name.startswith(".") and name not in links]
        found += [Path(folder, name) for name in (*names, *links) if _is_meant(name)]
    return iter(sorted(found, key=lambda path: path.relative_to(landing).as_posix()))


def _is_meant(name: str) -> bool:
    return not name.startswith(".") and not name.lower().endswith(UNFINISHED)


def _refusal(path: Path, file: str) -> str | None:
    try:
        file.encode()
        mode = path.lstat().st_mode
    except UnicodeEncodeError:
        return "bad_name"
    except OSError:
        return "not_readable"
    if path.is_symlink() or path.parent.is_symlink():
        return "symbolic_link"
    if stat.S_ISDIR(mode):
        return "not_readable"
    return None if stat.S_ISREG(mode) else "not_a_file"


def _examine(path: Path, landing: Path, feed: str, known: KnownContent) -> LandingFile | RefusedPath:
    file = path.relative_to(landing).as_posix()
    try:
        facts = path.stat()
        modified_at = time_of(facts.st_mtime_ns)
        sha256 = known.get((file, facts.st_size, modified_at)) or sha256_of(path)
    except OSError:
        return RefusedPath(file, "not_readable")
    return LandingFile(path, file, feed, sha256, facts.st_size, modified_at)


def time_of(nanoseconds: int) -> datetime:
    """A file's time of last change, UTC; one that no clock can have had is the nearest of the years 1900 to 2200."""
    return datetime.fromtimestamp(min(max(nanoseconds // 1000 / 1e6, _YEAR_1900_S), _YEAR_2200_S), UTC)


def _shown(file: str) -> str:
    """The path with undecodable bytes written out."""
    return file.encode(errors="backslashreplace").decode()
