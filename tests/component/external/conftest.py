"""A server on this machine that behaves as servers do: slow, cut short, broken, moved, or well."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

Reply = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """What is at each path, and what was asked. A path has one reply, or several: in turn, and then the last."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def at(self, path: str, *replies: Reply) -> str:
        """Puts the replies at the path; its address."""
        self.replies[path] = list(replies)
        return self.url + path

    @staticmethod
    def reply(status: int = 200, body: bytes = b"", length: int | None = None, **headers: str) -> Reply:
        """An answer; `length` is the Content-Length it claims. Headers have _ for -."""

        def send(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Connection", "close")
            handler.send_header("Content-Length", str(len(body) if length is None else length))
            handler.end_headers()
            handler.wfile.write(body)

        return send

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.asked.append((self.path, dict(self.headers)))
                replies = server.replies[self.path]
                reply = replies.pop(0) if len(replies) > 1 else replies[0]
                self.close_connection = True
                with contextlib.suppress(OSError):  # the reader had enough
                    reply(self)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    """Nothing is there yet."""
    running = Server()
    yield running
    running.close()
