"""Whether files would be taken, said before they are sent: read as bronze reads them, nothing written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from powerlake.landing import layouts
from powerlake.landing.discover import RefusedPath, look_below
from powerlake.landing.feed_columns import names_of, plain
from powerlake.landing.feed_form import header_of
from powerlake.landing.feed_rows import DEFAULT_LIMITS, Received, read_feed
from powerlake.landing.load_curves import Parsed, read_load_curves
from powerlake.landing.refusals import Delivery, FileRefused
from powerlake.landing.text_file import Limits
from powerlake.tables.feeds.model import Feed

LOAD_CURVES = "metering/load_curves"
"""The one feed whose contract is `layouts`."""
MOST_EXAMPLES = 3
Feeds = Mapping[str, Feed]
"""By path, as in `tables.feeds.FEEDS`."""


@dataclass(frozen=True)
class RowFault:
    """A reason for which rows are refused: how many, and the first of them by number in the file."""

    reason: str
    detail: str | None
    rows: int
    examples: tuple[int, ...]


@dataclass(frozen=True)
class FileVerdict:
    """What would become of one file. `file` is its path below the folder checked, `feed` the one it was read as.

    `rejected` is the reason where it would be refused as a whole; `faults` come with the commonest first.
    """

    file: str
    feed: str | None = None
    rejected: str | None = None
    detail: str | None = None
    rows_received: int = 0
    rows_kept: int = 0
    faults: tuple[RowFault, ...] = ()
    new_columns: tuple[str, ...] = ()
    missing_optional: tuple[str, ...] = ()

    @property
    def is_taken(self) -> bool:
        """The file would go to bronze, though perhaps not every row."""
        return self.rejected is None


def check_files(place: Path, feeds: Feeds, limits: Limits = DEFAULT_LIMITS) -> list[FileVerdict]:
    """A verdict on each file of a folder, or on one file, in the order of their paths.

    A folder that has one of a department is taken to be laid out as landing, and its folders tell the feeds. Other
    files are told by their columns.
    """
    if not place.is_dir():
        found: Iterable[Path | RefusedPath] = [place.absolute()]
        if place.is_symlink():
            found = [RefusedPath(place.name, "symbolic_link")]
        root, is_laid_out = place.absolute().parent, False
    else:
        root = place.resolve()
        found = look_below(root, root)
        departments = {path.split("/")[0] for path in (*feeds, LOAD_CURVES)}
        is_laid_out = any((root / department).is_dir() for department in departments)
    return [_verdict(path, root, feeds, is_laid_out, limits) for path in found]


def _verdict(path: Path | RefusedPath, root: Path, feeds: Feeds, is_laid_out: bool, limits: Limits) -> FileVerdict:
    if isinstance(path, RefusedPath):
        return FileVerdict(path.file, rejected=path.reason)
    file = path.relative_to(root).as_posix()
    try:
        feed = _feed_of_folder(file, feeds) if is_laid_out else _feed_of_columns(header_of(path, limits), feeds)
    except FileRefused as refusal:
        return FileVerdict(file, rejected=refusal.reason, detail=refusal.detail)
    return _summed(file, feed, _parts(path, feed, feeds, limits))


def _feed_of_folder(file: str, feeds: Feeds) -> str:
    feed = "/".join(file.split("/")[:2])
    if feed != LOAD_CURVES and feed not in feeds:
        raise FileRefused("unknown_feed", "no feed has this folder")
    return feed


def _feed_of_columns(header: tuple[str, ...], feeds: Feeds) -> str:
    """The feed whose required columns are all there and that knows most of the others."""
    if _is_load_curves(header):
        return LOAD_CURVES
    names = {plain(name) for name in header}
    absent = {path: sorted(_required(feed) - names) for path, feed in feeds.items()}
    known = {path: len(names & names_of(feeds[path])) for path in feeds if not absent[path]}
    best = [path for path, count in known.items() if count == max(known.values())]
    if len(best) == 1:
        return best[0]
    if best:
        raise FileRefused("unknown_feed", f"fits {', '.join(best)}; put it below the folder of one")
    nearest = min(absent, key=lambda path: len(absent[path]) / len(_required(feeds[path])))
    raise FileRefused("unknown_feed", f"fits none; {nearest} also needs {', '.join(absent[nearest])}")


def _required(feed: Feed) -> set[str]:
    return {field.name for field in feed.fields if field.is_required}


def _is_load_curves(header: tuple[str, ...]) -> bool:
    try:
        layouts.recognise(header)
    except FileRefused:
        return False
    return True


@dataclass(frozen=True)
class _Part:
    """A part of a file, whichever reader gave it. `refused` has row_number, reason and detail."""

    refused: pa.Table
    rows_received: int
    rows_kept: int
    rejected: str | None
    new_columns: tuple[str, ...] = ()
    missing_optional: tuple[str, ...] = ()


def _feed_part(part: Received) -> _Part:
    refused = pa.table({name: getattr(part.refused, name) for name in ("row_number", "reason", "detail")})
    counts = (part.rows_received, part.rows_kept)
    return _Part(refused, *counts, part.rejected, part.new_columns, part.missing_optional)


def _load_curve_part(part: Parsed) -> _Part:
    return _Part(part.refused, part.rows_received, part.rows_kept, part.rejected)


def _parts(path: Path, feed: str, feeds: Feeds, limits: Limits) -> Iterator[_Part]:
    if feed == LOAD_CURVES:
        return map(_load_curve_part, read_load_curves(path, _NOWHERE, limits))
    return map(_feed_part, read_feed(path, feeds[feed], limits))


_NOWHERE = Delivery("", "", 0, datetime.fromtimestamp(0, UTC), "", bucket_count=1)


def _summed(file: str, feed: str, parts: Iterable[_Part]) -> FileVerdict:
    received, kept = 0, 0
    faults: dict[tuple[str, str | None], RowFault] = {}
    new: dict[str, None] = {}
    missing: set[str] | None = None
    for part in parts:
        if part.rejected:
            detail = part.refused["detail"][0].as_py()
            return FileVerdict(file, feed, part.rejected, detail, rows_received=part.rows_received)
        received, kept = received + part.rows_received, kept + part.rows_kept
        _count(part.refused, faults)
        new |= dict.fromkeys(part.new_columns)
        missing = set(part.missing_optional) if missing is None else missing & set(part.missing_optional)
    commonest = sorted(faults.values(), key=lambda fault: (-fault.rows, fault.examples))
    named = tuple(sorted(missing or ()))
    return FileVerdict(file, feed, None, None, received, kept, tuple(commonest), tuple(new), named)


def _count(refused: pa.Table, faults: dict[tuple[str, str | None], RowFault]) -> None:
    """Add a part's refused rows to what was counted before."""
    for group in refused.group_by(["reason", "detail"]).aggregate([("row_number", "list")]).to_pylist():
        key = group["reason"], group["detail"]
        before = faults.get(key, RowFault(*key, 0, ()))
        rows = group["row_number_list"]
        examples = (*before.examples, *rows[:MOST_EXAMPLES])[:MOST_EXAMPLES]
        faults[key] = RowFault(*key, before.rows + len(rows), examples)
