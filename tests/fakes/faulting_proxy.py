"""A proxy in front of DynamoDB that loses, delays and refuses, by a seed."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from urllib.parse import urlsplit

FAULTS = ("cut_before", "cut_after", "slow", "error_before", "error_after", "throttle")
SLOW_S = 1.6
"""Longer than the client's read time-out in the tests that use it."""


@dataclass(slots=True)
class Faults:
    """How often each fault strikes (per request), and how often it did."""

    share: float
    random: Random
    kinds: tuple[str, ...] = FAULTS
    struck: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self) -> str:
        """The fault of the next request, or nothing."""
        with self.lock:
            if self.random.random() >= self.share:
                return ""
            weights = [1 if kind == "slow" else 4 for kind in self.kinds]
            kind = self.random.choices(self.kinds, weights)[0]
            self.struck[kind] += 1
            return kind


@contextmanager
def faulting_proxy(upstream: str, faults: Faults) -> Iterator[str]:
    """Start the proxy on a free loopback port and give its address."""
    host, port = urlsplit(upstream).hostname or "", urlsplit(upstream).port

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            fault = faults.draw()
            if fault == "cut_before":
                self._cut()
            elif fault == "error_before":
                self._answer(500, _error("InternalServerError"))
            elif fault == "throttle":
                self._answer(400, _error("ThrottlingException"))
            else:
                status, content = self._forward(body)
                if fault == "cut_after":
                    self._cut()
                    return
                if fault == "slow":
                    time.sleep(SLOW_S)
                if fault == "error_after":
                    status, content = 500, _error("InternalServerError")
                with suppress(OSError):
                    self._answer(status, content)

        def _forward(self, body: bytes) -> tuple[int, bytes]:
            connection = http.client.HTTPConnection(host, port, timeout=30)
            try:
                headers = {name: value for name, value in self.headers.items() if name != "Host"}
                connection.request("POST", self.path, body, headers)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _cut(self) -> None:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(2)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of the play."""


def _error(code: str) -> bytes:
    return json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}"}).encode()
