"""A source outside the utility, as conf describes it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from powerlake.errors import ConfigurationError
from powerlake.external.failures import shown_url
from powerlake.tables.feeds import FEEDS

FORMATS = ("csv", "jsonl", "parquet", "json_api")
"""What is at the address: a file in a form of landing, or an API that gives JSON pages, which become JSON lines."""
SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Source:
    """Where one external feed is fetched, and how much patience that gets.

    The content's SHA-256 is given as `sha256`, or `sha256_url` names a file that has it, as sha256sum writes it.
    `token_variable` names the environment variable with the bearer token: no secret stands in conf.
    """

    feed: str
    """As in the feed contract: external/weather."""
    url: str
    format: str
    sha256: str = ""
    sha256_url: str = ""
    token_variable: str = ""
    records: str = ""
    """json_api: where in a page the list of records is, such as data.items; empty where the page is the list."""
    next_link: str = ""
    """json_api: where in a page the address of the next one is; none, or null, on the last."""
    page_parameter: str = ""
    """json_api: or the query parameter that numbers pages from 1; an empty page is behind the last."""
    connect_s: float = 10.0
    """s; until the connection stands."""
    read_s: float = 30.0
    """s; between two pieces of the answer."""
    total_s: float = 600.0
    """s; all tries, waits and pages together."""
    tries: int = 4
    backoff_s: float = 1.0
    """s; wait before the second try, doubled for each further one."""
    max_bytes: int = 1 << 30
    """After decompression, all pages together."""
    max_pages: int = 10_000

    def __post_init__(self) -> None:
        for fault in self._faults():
            raise ConfigurationError(fault)

    def _faults(self) -> list[str]:
        found = [_url_fault(url) for url in (self.url, self.sha256_url) if url or url is self.url]
        if self.feed not in FEEDS or not self.feed.startswith("external/"):
            found.append(f"{self.feed} is no external feed, such as external/weather")
        if self.format not in FORMATS:
            found.append(f"{self.format} is no format; use one of: {', '.join(FORMATS)}")
        if self.sha256 and not re.fullmatch("[0-9a-f]{64}", self.sha256):
            found.append("sha256 has 64 hexadecimal digits in lower case")
        if self.format != "json_api" and (self.records or self.next_link or self.page_parameter):
            found.append("records, next_link and page_parameter belong to the format json_api")
        if self.format == "json_api" and (self.sha256 or self.sha256_url):
            found.append("pages of a json_api have no checksum")
        if self.next_link and self.page_parameter:
            found.append("next_link or page_parameter, not both")
        if min(self.connect_s, self.read_s, self.total_s, self.tries, self.max_bytes, self.max_pages) <= 0:
            found.append("times, tries and limits are above 0")
        return [fault for fault in found if fault]

    @property
    def token(self) -> str:
        """The bearer token, blanks around it gone; empty where none is needed.

        Raises ConfigurationError when its variable is not set, or has what no header can carry.
        """
        token = os.environ.get(self.token_variable, "").strip() if self.token_variable else ""
        if self.token_variable and not token:
            raise ConfigurationError(f"{self.token_variable} is not set", remedy="set it to the source's token")
        if not (token.isascii() and token.isprintable()):
            raise ConfigurationError(f"{self.token_variable} is no token", remedy="set it to the source's token")
        return token


def _url_fault(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES or not parts.hostname:
        return f"{shown_url(url)} is no http or https address"
    return "an address has no user or password in it: use token_variable" if parts.username is not None else ""
