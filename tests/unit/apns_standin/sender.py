"""A sender of pushes written for these tests alone: one TLS connection, h2, no cleverness."""

from __future__ import annotations

import json
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import h2.connection
import h2.events

from tools.testpki import PASS_TYPE_IDENTIFIER


@dataclass(slots=True)
class Received:
    """What came back on one stream."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False

    @property
    def status(self) -> int:
        return int(self.headers[":status"])

    @property
    def reason(self) -> str | None:
        return json.loads(self.body)["reason"] if self.body else None

    def json(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.body)
        return content


class Sender:
    """Sends pushes and collects answers."""

    def __init__(
        self, url: str, tls_root: Path, certificate: Path | None = None, key: Path | None = None
    ) -> None:
        context = ssl.create_default_context(cafile=str(tls_root))
        context.set_alpn_protocols(["h2"])
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        target = urlsplit(url)
        assert target.hostname
        raw = socket.create_connection((target.hostname, target.port or 443), timeout=10)
        self._socket = context.wrap_socket(raw, server_hostname=target.hostname)
        self._h2 = h2.connection.H2Connection()
        self._h2.initiate_connection()
        self._socket.sendall(self._h2.data_to_send())
        self._answers: dict[int, Received] = {}
        self.goaway: h2.events.ConnectionTerminated | None = None
        self.closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(
        self,
        token: str,
        *,
        method: str = "POST",
        path: str | None = None,
        topic: str | None = PASS_TYPE_IDENTIFIER,
        body: bytes = b"{}",
        extra: tuple[tuple[str, str], ...] = (),
    ) -> int:
        """Open a stream with one push; the answer is read by `answer`."""
        stream = self._h2.get_next_available_stream_id()
        headers = [
            (":method", method),
            (":scheme", "https"),
            (":authority", "localhost"),
            (":path", path if path is not None else f"/3/device/{token}"),
            *([("apns-topic", topic)] if topic is not None else []),
            *extra,
        ]
        self._h2.send_headers(stream, headers, end_stream=not body)
        if body:
            self._h2.send_data(stream, body, end_stream=True)
        self._answers[stream] = Received()
        self._socket.sendall(self._h2.data_to_send())
        return stream

    def answer(self, stream: int) -> Received:
        """Read until this stream has ended."""
        while not self._answers[stream].ended:
            if not self.read():
                raise ConnectionError("the service hung up before it answered")
        return self._answers[stream]

    def push(self, token: str, **options: Any) -> Received:
        """Send one push and wait for its answer."""
        return self.answer(self.send(token, **options))

    def read(self) -> bool:
        """Take what the service sent; False when it closed the connection."""
        data = self._socket.recv(65536)
        if not data:
            self.closed = True
            return False
        for event in self._h2.receive_data(data):
            match event:
                case h2.events.ResponseReceived(stream_id=int(stream), headers=headers):
                    self._answers[stream].headers = {
                        n.decode(): v.decode() for n, v in headers or []
                    }
                case h2.events.DataReceived(stream_id=int(stream), data=bytes(data)):
                    self._answers[stream].body += data
                case h2.events.StreamEnded(stream_id=int(stream)):
                    self._answers[stream].ended = True
                case h2.events.ConnectionTerminated():
                    self.goaway = event
                    # h2 takes GOAWAY for the end, but RFC 9113 6.8 lets open streams finish.
                    self._h2.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN
                case _:
                    pass
        pending = self._h2.data_to_send()
        if pending:
            self._socket.sendall(pending)
        return True
