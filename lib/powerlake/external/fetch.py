"""A source's data brought into landing: once for each content, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BufferedRandom
from pathlib import Path
from typing import IO

from powerlake.atomic import write_atomically
from powerlake.errors import EnvironmentProblem
from powerlake.external.failures import FetchFailed
from powerlake.external.http import Answer, Reader
from powerlake.external.pages import write_records
from powerlake.external.source import Source

DIGITS = 12
"""Of the SHA-256 in a file's name."""
SIDECAR_BYTES = 1 << 20


@dataclass(frozen=True)
class Fetched:
    """What one source gave. `file` is its path below landing/; a content that landing has is not written again."""

    source: str
    file: str
    is_new: bool


@dataclass(frozen=True)
class Known:
    """What the last fetch of an address brought, so that the server can say that nothing changed."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    file: str = ""


def fetch(name: str, source: Source, landing: Path, state: Path, now: datetime) -> Fetched:
    """Bring the source `name` to landing/<feed>/<name>_<day>_<hash>.<format>; `state` is a folder for what is known.

    The file is there at once and whole, or FetchFailed is raised and nothing changed.
    """
    known = _known(state / f"{name}.json", source, landing)
    folder = landing / source.feed
    unfinished = folder / f".{name}.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with unfinished.open("w+b") as sink:
            answer = _received(source, sink, known)
            os.fsync(sink.fileno())
        if not answer.is_new:
            return Fetched(name, known.file, is_new=False)
        fetched = _placed(name, source, unfinished, answer, now, landing)
    except OSError as error:
        raise EnvironmentProblem(f"{folder} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):  # where the folder is none, what was raised says so
            unfinished.unlink()
    _remember(state / f"{name}.json", Known(source.url, answer.etag, answer.last_modified, fetched.file))
    return fetched


def _received(source: Source, sink: BufferedRandom, known: Known) -> Answer:
    reader = Reader(source)
    if source.format == "json_api":
        write_records(reader, sink)
        sink.seek(0)
        answer = Answer(True, hashlib.file_digest(sink, "sha256").hexdigest(), sink.tell())
    else:
        conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        answer = reader.read(source.url, sink, {name: value for name, value in conditions.items() if value})
    if answer.is_new:
        _check_content(source, sink, answer)
        _check_sum(reader, answer)
    return answer


def _check_content(source: Source, sink: IO[bytes], answer: Answer) -> None:
    """Refuses nothing at all, and a page for people, such as a log-in, where data should be."""
    sink.seek(0)
    head = sink.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise FetchFailed("empty", source.url, f"{answer.size} bytes")
    if head.startswith(b"<") or answer.content_type.lower().startswith("text/html"):
        raise FetchFailed("not_data", source.url, "HTML or XML")
    if source.format == "parquet" and not head.startswith(b"PAR1"):
        raise FetchFailed("not_data", source.url, "no Parquet")


def _check_sum(reader: Reader, answer: Answer) -> None:
    source = reader.source
    expected = source.sha256 or (_sidecar(reader) if source.sha256_url else answer.sha256)
    if answer.sha256 != expected:
        raise FetchFailed("wrong_checksum", source.url, f"SHA-256 {answer.sha256[:DIGITS]}…, not {expected[:DIGITS]}…")


def _sidecar(reader: Reader) -> str:
    source, content = reader.source, io.BytesIO()
    reader.left = SIDECAR_BYTES
    reader.read(source.sha256_url, content)
    name = source.url.partition("?")[0].rpartition("/")[2]
    found = sum_in(content.getvalue().decode("utf-8", "replace"), name)
    if found is None:
        raise FetchFailed("wrong_checksum", source.sha256_url, "no sum for the file in it")
    return found


def sum_in(sidecar: str, name: str) -> str | None:
    """The SHA-256 of the file `name` in the output of sha256sum: of the line that names it, or of the only line."""
    lines = [line.split() for line in sidecar.splitlines() if line.strip()]
    named = [line for line in lines if line[-1].lstrip("*") == name]
    found = named or (lines if len(lines) == 1 else [])
    return found[0][0].lower() if found else None


def _placed(name: str, source: Source, unfinished: Path, answer: Answer, now: datetime, landing: Path) -> Fetched:
    folder, digits = landing / source.feed, answer.sha256[:DIGITS]
    there = sorted(folder.glob(f"{name}_????-??-??_{digits}.*"))
    if there:
        return Fetched(name, there[0].relative_to(landing).as_posix(), is_new=False)
    kind = "jsonl" if source.format == "json_api" else source.format
    file = unfinished.replace(folder / f"{name}_{now.date()}_{digits}.{kind}")
    return Fetched(name, file.relative_to(landing).as_posix(), is_new=True)


def _known(file: Path, source: Source, landing: Path) -> Known:
    """What the last fetch noted; nothing where the address changed or the file it left is gone."""
    try:
        known = Known(**json.loads(file.read_text(encoding="utf-8")))
        is_there = (landing / known.file).is_file()
    except (OSError, ValueError, TypeError):
        return Known()
    return known if known.url == source.url and is_there else Known()


def _remember(file: Path, known: Known) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps(asdict(known)))
    except OSError as error:
        raise EnvironmentProblem(f"{file} cannot be written: {error.strerror}") from error
