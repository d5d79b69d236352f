"""The stack's HTTP API for tools: one connection that stays open, retries where they are safe.

Every request that changes something carries its identity (a document or an `Idempotency-Key`), so
that sending it again after a broken connection or a 503 is safe.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from tools.http_client import connect_address

ATTEMPTS_MAX: Final = 6
PAUSE_S_MAX: Final = 5.0
TRY_AGAIN: Final = frozenset({429, 502, 503, 504})


class ApiUnreachable(RuntimeError):
    """The API gave no certain answer after all attempts; the message ends with the remedy."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the API."""

    status: int
    body: dict[str, Any]
    replayed: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The stable code of a problem; empty for an answer that is none."""
        return str(self.body.get("code", "")) if not self.ok else ""

    @property
    def reason(self) -> str:
        """A problem in words: code, field and sentence."""
        parts = [self.code or f"HTTP {self.status}"]
        if self.body.get("field"):
            parts.append(f"at {self.body['field']}")
        if self.body.get("detail"):
            parts.append(str(self.body["detail"]))
        return ": ".join(parts)


class Api:
    """One caller of the API. Not for several threads at once: each takes its own.

    As a context manager it lets its connection go at the end of the block.
    """

    def __init__(self, url: str, key: str, *, timeout_s: float = 30.0, language: str = "en"):
        target = urlsplit(url)
        if target.scheme not in {"http", "https"} or not target.hostname:
            raise ValueError(f"not an address of an API: {url}")
        self._host = target.netloc
        secure = target.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        port = target.port or (443 if secure else 80)
        self._connection = kind(connect_address(target.hostname), port, timeout=timeout_s)
        self._prefix = target.path.rstrip("/")
        self._headers = {
            "Host": self._host,
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Language": language,
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def get(self, path: str) -> Reply:
        """Read something."""
        return self.call("GET", path)

    def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Reply:
        """Ask for a change; `key` is the `Idempotency-Key` where no document identifies it."""
        return self.call("POST", path, body, key)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, key: str | None = None
    ) -> Reply:
        """Send a request until a certain answer came. Raises ApiUnreachable when none did."""
        headers = dict(self._headers)
        raw = None
        if body is not None:
            raw = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        last = ""
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                time.sleep(min(PAUSE_S_MAX, 0.2 * 2**attempt))
            try:
                reply = self._send(method, path, raw, headers)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                last = type(error).__name__
                continue
            if reply.status not in TRY_AGAIN:
                return reply
            last = f"HTTP {reply.status}"
        raise ApiUnreachable(
            f"{method} {path}: no answer from {self._host} ({last}). Is the stack up? make status"
        )

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _send(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Reply:
        self._connection.request(method, self._prefix + path, body=raw, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        try:
            body = json.loads(content) if content else {}
        except ValueError:
            body = {"detail": content[:200].decode("utf-8", "replace")}
        if not isinstance(body, dict):
            body = {"value": body}
        return Reply(answer.status, body, answer.getheader("Idempotent-Replayed") == "true")
