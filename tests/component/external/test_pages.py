"""Records of a JSON API, over as many pages as it has."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from powerlake.external.failures import FetchFailed
from powerlake.external.http import Reader
from powerlake.external.pages import write_records
from powerlake.external.source import Source


@pytest.fixture
def page(server: Any) -> Callable[[object], object]:
    """A reply with this document."""
    return lambda document: server.reply(body=json.dumps(document).encode(), Content_Type="application/json")


def lines(url: str, **settings: object) -> list[dict[str, object]]:
    """What a fetch of the API writes."""
    source = Source("external/prices", url, "json_api", backoff_s=0.001, tries=2, **settings)  # type: ignore[arg-type]
    sink = io.BytesIO()
    count = write_records(Reader(source), sink)
    written = [json.loads(line) for line in sink.getvalue().splitlines()]
    assert len(written) == count
    return written


def reason(url: str, **settings: object) -> str:
    with pytest.raises(FetchFailed) as caught:
        lines(url, **settings)
    return caught.value.reason


def test_a_page_that_is_the_list(server: Any) -> None:
    url = server.at("/p", server.reply(body='[{"a": 1.10, "名": "阵雨"}, {"a": {"b": null}}]'.encode()))
    assert lines(url) == [{"a": 1.1, "名": "阵雨"}, {"a": {"b": None}}]


def test_links_are_followed_to_the_last_page(server: Any, page) -> None:
    server.at("/p?page=2", page({"data": {"items": []}, "links": {"next": f"{server.url}/p?page=3"}}))
    server.at("/p?page=3", server.reply(503), page({"data": {"items": [{"a": 3}]}, "links": {"next": None}}))
    url = server.at("/p", page({"data": {"items": [{"a": 1}]}, "links": {"next": "?page=2"}}))
    assert lines(url, records="data.items", next_link="links.next") == [{"a": 1}, {"a": 3}]


def test_numbered_pages_end_with_an_empty_one(server: Any, page) -> None:
    for number, records in enumerate(([{"a": 1}], [{"a": 2}], []), 1):
        server.at(f"/p?area=x&page={number}", page(records))
    assert lines(f"{server.url}/p?area=x", page_parameter="page") == [{"a": 1}, {"a": 2}]


def test_pages_that_repeat_or_never_end_are_refused(server: Any, page) -> None:
    url = server.at("/p", page({"r": [{"a": 1}], "next": "/p"}))
    assert reason(url, records="r", next_link="next") == "paging"
    assert len(server.asked) == 2
    for number in range(1, 5):
        server.at(f"/n?page={number}", page([{"a": number}]))
    assert reason(f"{server.url}/n", page_parameter="page", max_pages=3) == "paging"


def test_a_link_to_another_server_is_refused(server: Any, page) -> None:
    url = server.at("/p", page({"r": [{"a": 1}], "next": "http://localhost:1/p"}))
    assert reason(url, records="r", next_link="next") == "redirected"


def test_the_limit_is_for_all_pages_together(server: Any, page) -> None:
    for number in range(1, 4):
        server.at(f"/p?page={number}", page([{"a": f"{number}" * 40}]))
    assert reason(f"{server.url}/p", page_parameter="page", max_bytes=100) == "too_large"


@pytest.mark.parametrize("document", [{"r": {}}, {"r": [1]}, {"s": []}, [], "r", None])
def test_another_form_than_conf_says_is_refused(server: Any, page, document: object) -> None:
    assert reason(server.at("/p", page(document)), records="r") == "bad_json"


@pytest.mark.parametrize(
    ("body", "told"),
    [(b'[{"a": 1}', "bad_json"), (b'[{"a": NaN}]', "bad_json"), (b"<html>", "not_data"), (b"[" * 100_000, "bad_json")],
)
def test_what_is_no_json_is_refused(server: Any, body: bytes, told: str) -> None:
    assert reason(server.at("/p", server.reply(body=body))) == told


def test_half_of_a_surrogate_pair_stays_for_landing_to_refuse(server: Any) -> None:
    url = server.at("/p", server.reply(body=rb'[{"a": "\ud800"}, {"a": "\ud83d\ude00"}]'))
    assert lines(url) == [{"a": "\ud800"}, {"a": "\U0001f600"}]


def test_a_next_page_at_no_address_is_refused(server: Any, page) -> None:
    url = server.at("/p", page({"r": [{"a": 1}], "next": "http://[::1"}))
    assert reason(url, records="r", next_link="next") == "bad_json"
