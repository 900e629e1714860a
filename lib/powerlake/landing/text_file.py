"""A CSV file as blocks of UTF-8 text, gunzipped, in bounded memory; damage is found before the first block is given."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import numpy as np

from powerlake.landing.refusals import FileRefused

GZIP_MAGIC = b"\x1f\x8b"
READ_BYTES = 64 << 10
"""Read at a time: rows of a cut gzip file are counted up to the last whole piece of this size."""
ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order, each on the whole file: what is valid UTF-8 is hardly ever meant as GB18030."""


@dataclass(frozen=True)
class Limits:
    """What one file may cost, in bytes after decompression.

    A file up to `held_bytes` is read once and kept, and each of its meter-days becomes one bronze row; a larger one
    is read twice and given in parts of that size. Above `decoded_bytes`, or with a line above `line_bytes`, it is
    refused. `block_bytes` is what is parsed at a time, so also what is parsed the slow way around a bad row.
    """

    decoded_bytes: int = 16 << 30
    held_bytes: int = 256 << 20
    line_bytes: int = 1 << 20
    block_bytes: int = 4 << 20


@dataclass(frozen=True)
class Block:
    """Whole lines of text, each ended by a line feed but for the last of the file where `is_cut`."""

    data: bytes
    is_cut: bool = False


@dataclass
class TextFile:
    """A text file that was read through once and found sound.

    `rows` counts its lines but the header; `held` has the decoded chunks where they fit the limits.
    """

    path: Path
    limits: Limits
    encoding: str = ENCODINGS[0]
    rows: int = -1
    held: list[bytes] | None = field(default_factory=list)

    def blocks(self) -> Iterator[Block]:
        """The text from its first line on, without byte-order mark, every line end a line feed. Frees what was held."""
        chunks = _release(self.held) if self.held is not None else self._read()
        rest, is_first = b"", True
        for piece, is_last in _with_end(_unify_line_ends(_gather(chunks, self.limits.block_bytes))):
            text = rest + piece if rest else piece
            end = len(text) if is_last else text.rfind(b"\n") + 1
            if end:
                yield Block(self._to_utf8(text[:end], is_first), is_cut=not text.endswith(b"\n", 0, end))
                is_first = False
            rest = text[end:]

    def _to_utf8(self, data: bytes, is_first: bool) -> bytes:
        if self.encoding != "utf-8":
            data = data.decode(self.encoding).encode()
        return data.removeprefix(codecs.BOM_UTF8) if is_first else data

    def _read(self) -> Iterator[bytes]:
        with _open(self.path) as stream:
            while chunk := stream.read(min(READ_BYTES, self.limits.block_bytes)):
                yield chunk

    def examine(self) -> None:
        """Read all of it once. Raises FileRefused when it is damaged, beyond a limit, or in no known encoding."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        is_utf8, size, line = True, 0, 0
        try:
            for chunk in self._read():
                size += len(chunk)
                self.rows += count_lines(chunk)
                line = _length_of_last_line(chunk, line)
                self._check_limits(size, line)
                self._hold(chunk, size)
                is_utf8 = is_utf8 and _decodes(decoder, chunk)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileRefused("damaged", f"gzip: {type(error).__name__}", max(self.rows, 0)) from error
        except OSError as error:
            raise FileRefused("not_readable", error.strerror or type(error).__name__, max(self.rows, 0)) from error
        if size == 0:
            raise FileRefused("empty_file", "no byte")
        self.rows += line > 0
        if not (is_utf8 and _decodes(decoder, b"", final=True)):
            self._fall_back_encoding()

    def _check_limits(self, size: int, line: int) -> None:
        if size > self.limits.decoded_bytes:
            raise FileRefused("too_large", f"more than {self.limits.decoded_bytes} bytes decoded", max(self.rows, 0))
        if line > self.limits.line_bytes:
            raise FileRefused("line_too_long", f"more than {self.limits.line_bytes} bytes in a line", max(self.rows, 0))

    def _hold(self, chunk: bytes, size: int) -> None:
        if size > self.limits.held_bytes:
            self.held = None
        elif self.held is not None:
            self.held.append(chunk)

    def _fall_back_encoding(self) -> None:
        decoder = codecs.getincrementaldecoder(ENCODINGS[1])()
        with _open(self.path) as stream:
            is_marked = stream.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
        chunks: Iterable[bytes] = self.held if self.held is not None else self._read()
        is_decoded = all(_decodes(decoder, chunk) for chunk in chunks) and _decodes(decoder, b"", final=True)
        if is_marked or not is_decoded:
            raise FileRefused("bad_encoding", "neither UTF-8 nor GB18030", max(self.rows, 0))
        self.encoding = ENCODINGS[1]


def open_text(path: Path, limits: Limits) -> TextFile:
    """The file at `path`, read through once. Raises FileRefused."""
    file = TextFile(path, limits)
    file.examine()
    return file


def count_lines(data: bytes) -> int:
    """Line feeds in `data`: five times as fast as `bytes.count`, which stops at each of them."""
    return int(np.count_nonzero(np.frombuffer(data, np.uint8) == ord("\n")))


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        is_gzip = stream.read(2) == GZIP_MAGIC
    return cast("IO[bytes]", gzip.open(path, "rb")) if is_gzip else path.open("rb")


def _release(chunks: list[bytes]) -> Iterator[bytes]:
    """Give each chunk and forget it, so that text and parsed rows need not both fit in memory."""
    chunks.reverse()
    while chunks:
        yield chunks.pop()


def _gather(chunks: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of at least `size`, but for the last."""
    pieces: list[bytes] = []
    length = 0
    for chunk in chunks:
        pieces.append(chunk)
        length += len(chunk)
        if length >= size:
            yield b"".join(pieces)
            pieces, length = [], 0
    yield b"".join(pieces)


def _with_end(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last."""
    before: bytes | None = None
    for piece in pieces:
        if before is not None:
            yield before, False
        before = piece
    if before is not None:
        yield before, True


def _unify_line_ends(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text with CR LF and lone CR as LF; a CR at the end of a chunk waits for what follows it."""
    waiting = b""
    for chunk in chunks:
        text = waiting + chunk if waiting else chunk
        waiting = b"\r" if text.endswith(b"\r") else b""
        text = text[: len(text) - len(waiting)]
        yield text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in text else text
    if waiting:
        yield b"\n"


def _length_of_last_line(chunk: bytes, before: int) -> int:
    """Bytes since the last line end, `before` of them read earlier."""
    end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
    return len(chunk) - end if end else before + len(chunk)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        if final or not chunk.isascii() or decoder.getstate()[0]:
            decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True
