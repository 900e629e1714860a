"""A source comes whole into landing, once for each content; what goes wrong outside leaves landing as it was."""

from __future__ import annotations

import gc
import gzip
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from urllib3.exceptions import DecodeError

from powerlake.errors import ConfigurationError, EnvironmentProblem
from powerlake.external.failures import FetchFailed, shown_url
from powerlake.external.fetch import Fetched, fetch, sum_in
from powerlake.external.http import is_downgraded, unzipped, wait_of
from powerlake.external.source import Source

CONTENT = b"station_id,observed_at,interval_minutes\nA,2024-01-01T00:00:00Z,60\n"
SUM = hashlib.sha256(CONTENT).hexdigest()
NOW = datetime(2024, 2, 1, 23, 30, tzinfo=UTC)
NAME = f"external/weather/met_2024-02-01_{SUM[:12]}.csv"


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., Fetched]:
    """Fetch the source at an address: `bring(url, **settings of the source)`."""

    def run(url: str, now: datetime = NOW, **settings: object) -> Fetched:
        settings = {"format": "csv", "connect_s": 0.2, "read_s": 0.2, "total_s": 1.5, "backoff_s": 0.001} | settings
        source = Source("external/weather", url, **settings)  # type: ignore[arg-type]
        return fetch("met", source, tmp_path / "landing", tmp_path / "state", now)

    return run


def landed(folder: Path) -> list[str]:
    """Every file below landing, hidden ones too."""
    landing = folder / "landing"
    return sorted(path.relative_to(landing).as_posix() for path in landing.rglob("*") if path.is_file())


def failing(bring: Callable[..., Fetched], folder: Path, url: str, **settings: object) -> FetchFailed:
    """The failure of a fetch, after which landing has nothing."""
    with pytest.raises(FetchFailed) as caught:
        bring(url, **settings)
    assert landed(folder) == []
    return caught.value


def test_a_file_lands_whole_under_its_day_and_hash(server: Any, bring, tmp_path: Path) -> None:
    assert bring(server.at("/a.csv", server.reply(body=CONTENT))) == Fetched("met", NAME, is_new=True)
    assert landed(tmp_path) == [NAME]
    assert (tmp_path / "landing" / NAME).read_bytes() == CONTENT


def test_the_same_content_on_another_day_is_not_written_again(server: Any, bring, tmp_path: Path) -> None:
    same, other = server.reply(body=CONTENT), server.reply(body=CONTENT + b"B,2024-01-02,60\n")
    url = server.at("/a.csv", same, same, other)
    bring(url)
    assert bring(url, NOW.replace(day=2)) == Fetched("met", NAME, is_new=False)
    assert bring(url, NOW.replace(day=3)).is_new
    assert len(landed(tmp_path)) == 2


def test_a_server_that_knows_says_that_nothing_changed(server: Any, bring) -> None:
    marks = {"ETag": '"7"', "Last_Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
    url = server.at("/a.csv", server.reply(body=CONTENT, **marks), server.reply(304))
    bring(url)
    assert bring(url) == Fetched("met", NAME, is_new=False)
    asked = server.asked[1][1]
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"7"', "Mon, 01 Jan 2024 00:00:00 GMT")


def test_a_file_that_left_landing_is_asked_for_again(server: Any, bring, tmp_path: Path) -> None:
    url = server.at("/a.csv", server.reply(body=CONTENT, ETag='"7"'))
    (tmp_path / "landing" / bring(url).file).unlink()
    assert bring(url).is_new
    assert "If-None-Match" not in server.asked[1][1]


def test_content_packed_for_the_way_is_unpacked(server: Any, bring, tmp_path: Path) -> None:
    bring(server.at("/a.csv", server.reply(body=gzip.compress(CONTENT), Content_Encoding="gzip")), sha256=SUM)
    assert (tmp_path / "landing" / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_an_error_that_passes_is_outlasted(server: Any, bring, status: int) -> None:
    url = server.at("/a.csv", server.reply(status), server.reply(status), server.reply(body=CONTENT))
    assert bring(url).is_new
    assert len(server.asked) == 3


def test_an_error_for_ever_is_given_up(server: Any, bring, tmp_path: Path) -> None:
    failure = failing(bring, tmp_path, server.at("/a.csv", server.reply(500)), tries=3)
    assert (failure.reason, len(server.asked)) == ("status", 3)
    assert "HTTP 500" in str(failure)


def test_an_error_that_does_not_pass_is_not_tried_again(server: Any, bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, server.at("/a.csv", server.reply(404))).reason == "status"
    assert len(server.asked) == 1


def test_the_server_says_how_long_to_wait(server: Any, bring, tmp_path: Path) -> None:
    begun = time.monotonic()
    bring(server.at("/a.csv", server.reply(429, Retry_After="0.05"), server.reply(body=CONTENT)))
    assert time.monotonic() - begun > 0.05


def test_a_wait_beyond_the_time_left_is_not_begun(server: Any, bring, tmp_path: Path) -> None:
    begun = time.monotonic()
    failing(bring, tmp_path, server.at("/a.csv", server.reply(503, Retry_After="60")))
    assert time.monotonic() - begun < 0.5


def test_an_answer_cut_short_is_tried_again(server: Any, bring, tmp_path: Path) -> None:
    """What the first try had brought is gone, though it was longer."""
    url = server.at("/a.csv", server.reply(body=bytes(500), length=1000), server.reply(body=CONTENT))
    assert bring(url) == Fetched("met", NAME, is_new=True)
    assert (tmp_path / "landing" / NAME).read_bytes() == CONTENT


def cut_chunks(handler: BaseHTTPRequestHandler) -> None:
    """A chunk of 20 bytes announced, half of it sent."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"14\r\n" + CONTENT[:10])


def test_an_answer_always_cut_short_is_refused(server: Any, bring, tmp_path: Path) -> None:
    for cut in (server.reply(body=CONTENT[:20], length=len(CONTENT)), cut_chunks):
        server.asked.clear()
        assert failing(bring, tmp_path, server.at("/a.csv", cut), tries=2).reason == "cut_off"
        assert len(server.asked) == 2


def drip(pause: float) -> Callable[[BaseHTTPRequestHandler], None]:
    """A byte, a pause, a byte, for longer than anyone waits."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            time.sleep(pause)

    return send


@pytest.mark.parametrize(("pause", "read_s"), [(0.01, 0.2), (0.3, 0.05)])
def test_a_slow_answer_is_given_up_in_time(server: Any, bring, tmp_path: Path, pause: float, read_s: float) -> None:
    begun = time.monotonic()
    failure = failing(bring, tmp_path, server.at("/a.csv", drip(pause)), read_s=read_s, total_s=0.1, tries=2)
    assert failure.reason == "timed_out"
    assert time.monotonic() - begun < 0.4


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Data without end."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"1,2,3\n" * 1000)


def test_more_than_the_limit_is_refused(server: Any, bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, server.at("/a.csv", endless), max_bytes=50_000).reason == "too_large"
    bomb = server.reply(body=gzip.compress(bytes(1 << 20)), Content_Encoding="gzip")
    assert failing(bring, tmp_path, server.at("/b.csv", bomb), max_bytes=50_000).reason == "too_large"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\n<!DOCTYPE html><html>log in</html>", "text/csv"),
        (b"\xef\xbb\xbf<html>", "text/csv"),
        (b"Sorry.", "text/html; charset=utf-8"),
    ],
)
def test_a_page_is_not_data(server: Any, bring, tmp_path: Path, body: bytes, kind: str) -> None:
    url = server.at("/a.csv", server.reply(body=body, Content_Type=kind))
    assert failing(bring, tmp_path, url).reason == "not_data"


def test_nothing_is_not_data(server: Any, bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, server.at("/a.csv", server.reply(body=b" \n"))).reason == "empty"


def test_a_text_is_no_parquet(server: Any, bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, server.at("/a", server.reply(body=CONTENT)), format="parquet").reason == "not_data"


def test_a_wrong_sum_is_refused(server: Any, bring, tmp_path: Path) -> None:
    url = server.at("/a.csv", server.reply(body=CONTENT))
    assert failing(bring, tmp_path, url, sha256="0" * 64).reason == "wrong_checksum"
    side = server.at("/sums", server.reply(body=f"{'0' * 64}  a.csv\n{SUM}  b.csv\n".encode()))
    assert failing(bring, tmp_path, url, sha256_url=side).reason == "wrong_checksum"
    server.at("/sums", server.reply(body=f"{SUM} *a.csv\n{'0' * 64}  b.csv\n".encode()))
    assert bring(url, sha256_url=side).is_new


def test_a_sidecar_names_the_file_or_has_one_line() -> None:
    assert sum_in(f"{SUM.upper()}\n", "a.csv") == SUM
    assert sum_in(f"{SUM}  old/name.csv", "a.csv") == SUM
    assert sum_in(f"{SUM}  b.csv\n{SUM}  c.csv", "a.csv") is None
    assert sum_in("\n", "a.csv") is None


def test_a_moved_file_is_followed_but_not_for_ever(server: Any, bring, tmp_path: Path) -> None:
    loop = server.at("/loop", server.reply(302, Location="/loop"))
    assert failing(bring, tmp_path, loop).reason == "redirected"
    assert len(server.asked) == 6
    away = server.at("/away", server.reply(302, Location="ftp://127.0.0.1/a.csv"))
    assert failing(bring, tmp_path, away).reason == "redirected"
    server.at("/new", server.reply(body=CONTENT))
    assert bring(server.at("/old", server.reply(301, Location="/new"))).is_new


def test_encryption_is_not_left_on_the_way() -> None:
    assert is_downgraded("https://a/x", ["https://b/x", "http://c/x"])
    assert not is_downgraded("https://a/x", ["/y", "https://b/x"])
    assert not is_downgraded("http://a/x", ["http://b/x"])


def test_nobody_there(bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, "http://127.0.0.1:9/a.csv", tries=2).reason == "unreachable"


def test_a_token_goes_along_and_is_never_shown(server: Any, bring, tmp_path: Path, monkeypatch) -> None:
    url = server.at("/a.csv", server.reply(403))
    with pytest.raises(ConfigurationError, match="MET_TOKEN is not set"):
        bring(url, token_variable="MET_TOKEN")
    monkeypatch.setenv("MET_TOKEN", "planted")
    assert "planted" not in str(failing(bring, tmp_path, url, token_variable="MET_TOKEN"))
    assert server.asked[-1][1]["Authorization"] == "Bearer planted"
    assert shown_url("https://me:secret@host:8/a?key=planted") == "https://host:8/a"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("", 0),
        ("soon", 0),
        ("-3", 0),
        ("nan", 0),
        ("1e9", 3600),
        ("Mon, 01 Jan 2024 00:00:00 +9999999999999999", 0),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20),
    ],
)
def test_retry_after(header: str, seconds: float) -> None:
    assert wait_of(header, lambda: 100.0) == seconds


@pytest.mark.parametrize("token", ["planted\n", " planted"])
def test_blanks_around_a_token_are_none_of_it(server: Any, bring, monkeypatch, token: str) -> None:
    monkeypatch.setenv("MET_TOKEN", token)
    assert bring(server.at("/a.csv", server.reply(body=CONTENT)), token_variable="MET_TOKEN").is_new
    assert server.asked[-1][1]["Authorization"] == "Bearer planted"


@pytest.mark.parametrize("token", ["plan\nted", "planted\u4e2d"])
def test_a_token_that_no_header_carries_is_not_shown(bring, monkeypatch, token: str) -> None:
    monkeypatch.setenv("MET_TOKEN", token)
    with pytest.raises(ConfigurationError, match="MET_TOKEN is no token") as caught:
        bring("http://127.0.0.1:9/a.csv", token_variable="MET_TOKEN")
    assert "plan" not in str(caught.value)


def test_packed_content_that_breaks_off_is_not_whole(server: Any, bring, tmp_path: Path) -> None:
    packed = gzip.compress(CONTENT)
    cut, whole = (server.reply(body=body, Content_Encoding="gzip") for body in (packed[:-9], packed))
    assert failing(bring, tmp_path, server.at("/cut.csv", cut)).reason == "cut_off"
    assert bring(server.at("/a.csv", cut, whole)).file == NAME


def test_members_of_gzip_are_unpacked_however_they_come() -> None:
    packed = gzip.compress(b"one") + gzip.compress(b"two")
    for size in (1, 7, 100):
        pieces = [packed[start : start + size] for start in range(0, len(packed), size)]
        assert b"".join(unzipped(pieces)) == b"onetwo"
    with pytest.raises(DecodeError):
        list(unzipped([b"plain"]))


def test_content_packed_as_nobody_asked_is_not_taken(server: Any, bring, tmp_path: Path) -> None:
    url = server.at("/a.csv", server.reply(body=CONTENT, Content_Encoding="br"))
    assert failing(bring, tmp_path, url).reason == "not_data"


def test_nothing_changed_is_no_answer_where_nothing_is_known(server: Any, bring, tmp_path: Path) -> None:
    assert failing(bring, tmp_path, server.at("/a.csv", server.reply(304))).reason == "status"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # urllib3 leaves that answer open
def test_a_way_to_no_address_is_not_followed(server: Any, bring, tmp_path: Path) -> None:
    away = server.at("/away", server.reply(302, Location="http://[::1"))
    assert failing(bring, tmp_path, away).reason == "redirected"
    gc.collect()


@pytest.mark.parametrize("place", ["landing", "state"])
def test_a_file_where_a_folder_should_be_is_told(server: Any, bring, tmp_path: Path, place: str) -> None:
    (tmp_path / place).write_bytes(b"")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        bring(server.at("/a.csv", server.reply(body=CONTENT)))


@pytest.mark.parametrize("noted", ["[1]", '{"url": "URL", "file": 5}', '{"place": ""}', "{"])
def test_notes_that_say_nothing_are_as_none(server: Any, bring, tmp_path: Path, noted: str) -> None:
    (tmp_path / "state").mkdir()
    url = server.at("/a.csv", server.reply(body=CONTENT))
    (tmp_path / "state" / "met.json").write_text(noted.replace("URL", url))
    assert bring(url).is_new
