"""Why a source outside could not be had."""

from __future__ import annotations

from urllib.parse import urlsplit

from powerlake.errors import EnvironmentProblem


class FetchFailed(EnvironmentProblem):
    """An answer that never came, or one that is not the data; landing was left as it was.

    `reason` is a word of REASONS. `is_passing` says that another try may do better, not before `wait_s` seconds.
    """

    def __init__(self, reason: str, url: str, detail: str, *, is_passing: bool = False, wait_s: float = 0.0) -> None:
        self.reason, self.is_passing, self.wait_s = reason, is_passing, wait_s
        shown = shown_url(url)
        super().__init__(f"{shown}: {REASONS[reason]}: {detail}", remedy=_REMEDY, reason=reason, url=shown)


REASONS = {
    "unreachable": "no connection",
    "timed_out": "too slow",
    "status": "the server refused",
    "cut_off": "the answer broke off",
    "redirected": "it was led astray",
    "too_large": "more than this source may bring",
    "empty": "nothing came",
    "not_data": "a page came, not data",
    "wrong_checksum": "not the content that was announced",
    "bad_json": "not the JSON that conf describes",
    "paging": "its pages do not end",
}
_REMEDY = "try again later, or correct the source in conf under external_sources"


def shown_url(url: str) -> str:
    """The address without its query, where keys may stand."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
