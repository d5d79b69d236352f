"""The gateway on a loopback port, for callers that speak HTTP: the phones.

It turns requests into events and answers into responses, one at a time, as a function's process
works. Nothing of the deployed code is replaced.
"""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fakes.gateway import Gateway, event


class HttpFront:
    """`with HttpFront() as front`; `front.gateway` is set once the functions know its address."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.front = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.gateway: Gateway | None = None
        self.lock = threading.Lock()
        self.statuses: list[tuple[str, str, int]] = []
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    front: HttpFront


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Stay silent."""

    def _serve(self) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(target.query))
        sent = event(self.command, unquote(target.path), body or None, headers, query)
        front = self.server.front
        assert front.gateway is not None
        with front.lock:
            answer = front.gateway.answer(sent)
        status = int(answer["statusCode"])
        front.statuses.append((self.command, target.path, status))
        content = answer.get("body") or ""
        encoded = answer.get("isBase64Encoded")
        octets = base64.b64decode(content) if encoded else content.encode()
        self.send_response(status)
        for name, value in (answer.get("headers") or {}).items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        if status not in {204, 304}:
            self.wfile.write(octets)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - the base class looks for these names
