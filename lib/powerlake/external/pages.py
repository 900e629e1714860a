"""Records of a JSON API, page by page, as JSON lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO
from urllib.parse import urlencode, urljoin, urlsplit

from powerlake.external.failures import FetchFailed
from powerlake.external.http import Reader


def write_records(reader: Reader, sink: IO[bytes]) -> int:
    """Write every record of the source to `sink`, an object a line; returns their number. Raises FetchFailed.

    Half of a surrogate pair stays the escape it was, so that landing refuses that row and not the source.
    """
    count = 0
    for records in _pages(reader):
        for record in records:
            sink.write(json.dumps(record, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
        count += len(records)
    return count


def _pages(reader: Reader) -> Iterator[list[dict[str, object]]]:
    """The records of each page, to the last one. A page that came before means that they never end."""
    source = reader.source
    url, seen = _numbered(reader, 1), set()
    for number in range(1, source.max_pages + 1):
        content = io.BytesIO()
        answer = reader.read(url, content)
        page = _parsed(url, content.getvalue())
        records = _records(url, page, source.records)
        if answer.sha256 in seen and records:
            raise FetchFailed("paging", url, f"page {number} is as one before")
        seen.add(answer.sha256)
        yield records
        following = _after(reader, url, page, number) if records or source.next_link else None
        if following is None:
            return
        url = following
    raise FetchFailed("paging", url, f"more than {source.max_pages}")


def _after(reader: Reader, url: str, page: object, number: int) -> str | None:
    """The address of the next page, on the same server; None behind the last."""
    source = reader.source
    if source.page_parameter:
        return _numbered(reader, number + 1)
    link = _at(page, source.next_link) if source.next_link else None
    if not link:
        return None
    try:
        following = urljoin(url, str(link))
        is_elsewhere = urlsplit(following)[:2] != urlsplit(url)[:2]
    except ValueError:
        raise FetchFailed("bad_json", url, f"no address at {source.next_link}") from None
    if is_elsewhere:
        raise FetchFailed("redirected", url, "the next page is on another server")
    return following


def _numbered(reader: Reader, number: int) -> str:
    """The source's address, for page `number` where pages are numbered."""
    url, parameter = reader.source.url, reader.source.page_parameter
    if not parameter:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode({parameter: number})}"


def _parsed(url: str, content: bytes) -> object:
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        is_page = content.lstrip()[:1] == b"<"
        raise FetchFailed("not_data" if is_page else "bad_json", url, "it cannot be parsed") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _records(url: str, page: object, path: str) -> list[dict[str, object]]:
    found = _at(page, path) if path else page
    if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
        raise FetchFailed("bad_json", url, f"no list of objects at {path or 'the top'}")
    return found


def _at(page: object, path: str) -> object:
    """What stands at a dotted path; None where there is no such place."""
    for key in path.split("."):
        page = page.get(key) if isinstance(page, dict) else None
    return page
