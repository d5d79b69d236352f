"""A plain HTTP client for tools: one request, one answer, nothing followed and nothing hidden.

Browsers resolve `*.localhost` to this machine but Python does not, so such names are connected
to 127.0.0.1 with the name kept in the Host header, which the laptop's gateway routes by.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

ANSWER_BYTES_MAX: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer. Header names are lower-case; of repeated ones the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body decoded as JSON. Raises ValueError when it is not."""
        return json.loads(self.body)


def connect_address(hostname: str) -> str:
    """Where to connect for a host name: loopback for every name under `.localhost`."""
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return "127.0.0.1"
    return hostname


class _NamedTLSConnection(http.client.HTTPSConnection):
    """Connects to an address while it asks the server to prove another name."""

    def __init__(self, address: str, port: int, name: str, timeout_s: float, ca: Path | None):
        self._tls = ssl.create_default_context(cafile=str(ca) if ca else None)
        self._name = name
        super().__init__(address, port, timeout=timeout_s, context=self._tls)

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_s: float = 30.0,
    ca: Path | None = None,
) -> Response:
    """Send one request and read the whole answer (at most 20 MB).

    `ca` is the root that an https server must prove itself to; the system's by default. Raises
    OSError for anything that goes wrong below HTTP and ValueError for a URL or an answer that
    cannot be used.
    """
    target = urlsplit(url)
    if target.scheme not in {"http", "https"} or not target.hostname:
        raise ValueError(f"not an http address: {url}")
    address = connect_address(target.hostname)
    connection: http.client.HTTPConnection
    if target.scheme == "https":
        connection = _NamedTLSConnection(
            address, target.port or 443, target.hostname, timeout_s, ca
        )
    else:
        connection = http.client.HTTPConnection(address, target.port or 80, timeout=timeout_s)
    path = target.path or "/"
    if target.query:
        path += f"?{target.query}"
    try:
        connection.request(
            method, path, body=body, headers={"Host": target.netloc, **(headers or {})}
        )
        answer = connection.getresponse()
        content = answer.read(ANSWER_BYTES_MAX + 1)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if len(content) > ANSWER_BYTES_MAX:
        raise ValueError("the answer is larger than 20 MB")
    found = {name.lower(): value for name, value in answer.getheaders()}
    return Response(answer.status, found, content)


def send_json(
    method: str, url: str, body: object | None = None, *, timeout_s: float = 30.0
) -> Response:
    """Send a JSON body (or none) and return the answer, whatever its status."""
    raw = None if body is None else json.dumps(body).encode("utf-8")
    headers = {"Accept": "application/json"}
    if raw is not None:
        headers["Content-Type"] = "application/json"
    return send(method, url, headers=headers, body=raw, timeout_s=timeout_s)
