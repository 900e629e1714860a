"""One address read over HTTP: within its time and size, whole, and tried again where that may help."""

from __future__ import annotations

import hashlib
import math
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import IO
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    IncompleteRead,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    ResponseError,
)

from powerlake import __version__
from powerlake.external.failures import FetchFailed
from powerlake.external.source import Source

REDIRECTS = 5
PIECE_BYTES = 64 << 10
LONGEST_WAIT_S = 3600.0
NOT_MODIFIED, TIMED_OUT, TOO_MANY = 304, 408, 429


@dataclass(frozen=True)
class Answer:
    """What came. `is_new` is False where the server says that nothing changed; then the rest is empty."""

    is_new: bool
    sha256: str = ""
    size: int = 0
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""


@dataclass
class Reader:
    """Reads addresses of one source, all within `source.total_s` from now on."""

    source: Source
    deadline: float = field(init=False)
    left: int = field(init=False)
    """Bytes that may still come."""

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.source.total_s
        self.left = self.source.max_bytes

    def read(self, url: str, sink: IO[bytes], headers: Mapping[str, str] | None = None) -> Answer:
        """Write the content to `sink`, emptied first, decompressed where the server packed it for the way.

        Tries again after a broken connection, 408, 429 and 5xx, with growing waits, or as long as Retry-After says.
        Raises FetchFailed.
        """
        for tried in range(self.source.tries):
            try:
                return self._once(url, sink, headers or {})
            except FetchFailed as failure:
                wait = max(failure.wait_s, self.source.backoff_s * 2**tried * random.uniform(0.75, 1.25))
                is_last = tried + 1 == self.source.tries or time.monotonic() + wait > self.deadline
                if not failure.is_passing or is_last:
                    raise
            time.sleep(wait)
        raise AssertionError("a source is tried at least once")

    def _once(self, url: str, sink: IO[bytes], headers: Mapping[str, str]) -> Answer:
        sink.seek(0)
        sink.truncate()
        with _failures_of(url), urllib3.PoolManager() as pool:
            response = self._opened(pool, url, headers)
            try:
                if response.status == NOT_MODIFIED and headers:
                    return Answer(is_new=False)
                _check(url, response)
                sha256, size = self._copy(url, response, sink)
            finally:
                response.close()
        self.left -= size
        told = {name: response.headers.get(name, "") for name in ("ETag", "Last-Modified", "Content-Type")}
        return Answer(True, sha256, size, *told.values())

    def _opened(self, pool: urllib3.PoolManager, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """The answer after its redirects, its content not yet read."""
        left = max(self.deadline - time.monotonic(), 1e-3)
        common = {"User-Agent": f"powerlake/{__version__}", "Accept-Encoding": "gzip"}
        if self.source.token:
            common["Authorization"] = f"Bearer {self.source.token}"
        return pool.request(
            "GET",
            url,
            headers={**common, **headers},
            preload_content=False,
            timeout=urllib3.Timeout(connect=min(self.source.connect_s, left), read=min(self.source.read_s, left)),
            retries=urllib3.Retry(
                total=None, connect=0, read=0, status=0, other=0, redirect=REDIRECTS, respect_retry_after_header=False
            ),
        )

    def _copy(self, url: str, response: urllib3.BaseHTTPResponse, sink: IO[bytes]) -> tuple[str, int]:
        """SHA-256 and size of what was copied. A piece is what one read of the socket brings, so slowness shows."""
        digest, size = hashlib.sha256(), 0
        for piece in _content(url, response):
            size += len(piece)
            if size > self.left:
                raise FetchFailed("too_large", url, f"{self.source.max_bytes} bytes")
            if time.monotonic() > self.deadline:
                raise FetchFailed("timed_out", url, f"{self.source.total_s:g} s in all")
            digest.update(piece)
            sink.write(piece)
        return digest.hexdigest(), size


def _check(url: str, response: urllib3.BaseHTTPResponse) -> None:
    """Raises FetchFailed for an answer that is not 200, or that left the encryption on its way."""
    hops = response.retries.history if response.retries else ()
    if is_downgraded(url, [hop.redirect_location or "" for hop in hops]):
        raise FetchFailed("redirected", url, "from https to http")
    status = response.status
    if status != 200:
        is_passing = status >= 500 or status in {TIMED_OUT, TOO_MANY}
        wait = wait_of(response.headers.get("Retry-After", ""), time.time)
        raise FetchFailed("status", url, f"HTTP {status}", is_passing=is_passing, wait_s=wait)


def _content(url: str, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The answer's bytes, unpacked here: urllib3 takes gzip that ends too early for whole."""
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    pieces = iter(lambda: response.read1(PIECE_BYTES, decode_content=False), b"")
    if packed in {"", "identity"}:
        return pieces
    if packed in {"gzip", "x-gzip"}:
        return unzipped(pieces)
    raise FetchFailed("not_data", url, f"packed as {packed[:20]}, which was not asked for")


def unzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip packed, of one member or several. Raises DecodeError for what is no gzip or breaks off."""
    member = None
    for piece in pieces:
        rest = piece
        while rest:
            member = member or zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                yield member.decompress(rest)
            except zlib.error as error:
                raise DecodeError("no gzip") from error
            rest = member.unused_data
            member = None if member.eof else member
    if member is not None:
        raise DecodeError("gzip breaks off")


def is_downgraded(url: str, locations: list[str]) -> bool:
    """Whether a way that began with https went on with http."""
    return urlsplit(url).scheme == "https" and any(urlsplit(place).scheme == "http" for place in locations)


def wait_of(retry_after: str, now: Callable[[], float]) -> float:
    """Seconds that a Retry-After header asks for, as a number or a date; 0 where it says nothing sensible."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(retry_after).timestamp() - now()
        except (ValueError, TypeError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if math.isfinite(seconds) else 0.0


@contextmanager
def _failures_of(url: str) -> Iterator[None]:
    """Puts what urllib3 raises in this package's words."""
    try:
        yield
    except HTTPError as error:
        cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        reason, is_passing = _told(cause)
        raise FetchFailed(reason, url, type(cause).__name__, is_passing=is_passing) from error
    except ValueError:  # of urllib's own parser, for where an answer leads to
        raise FetchFailed("redirected", url, "to no address") from None


def _told(cause: BaseException) -> tuple[str, bool]:
    """The reason, and whether it may pass."""
    if isinstance(cause, NewConnectionError):  # which urllib3 counts among the time-outs
        return "unreachable", True
    if isinstance(cause, ConnectTimeoutError | ReadTimeoutError):
        return "timed_out", True
    if isinstance(cause, IncompleteRead | ProtocolError):
        return "cut_off", True
    if isinstance(cause, ResponseError | urllib3.exceptions.LocationValueError):
        return "redirected", False
    if isinstance(cause, DecodeError):
        return "cut_off", True
    return "unreachable", True
