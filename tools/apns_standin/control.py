"""The plain side, on another loopback port: phones wait here, tests ask for faults here.

A small HTTP/1.1 server on asyncio, so that thousands of waiting phones cost one task each and the
whole state is touched by one thread.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tools.apns_standin.push_server import PushConnection
from tools.apns_standin.state import ApnsState, Fault

REQUEST_BYTES_MAX: Final = 1_000_000
WAIT_S_MAX: Final = 60.0
TOKENS_AT_ONCE_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """A parsed request: `query` holds the first value of each name, `body` the decoded JSON."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]


class BadRequestError(Exception):
    """The request cannot be understood; the text says why."""


Handler = Callable[[ControlRequest], Awaitable[tuple[int, object]]]


class ControlServer:
    """Routes of the plain port. `connections` are the senders connected to the TLS port."""

    def __init__(self, state: ApnsState, connections: set[PushConnection]) -> None:
        self._state = state
        self._connections = connections
        self._routes: dict[tuple[str, str], Handler] = {
            ("GET", "/health"): self._health,
            ("POST", "/devices"): self._issue_tokens,
            ("GET", "/deliveries"): self._wait_for_push,
            ("GET", "/log"): self._read_log,
            ("DELETE", "/log"): self._clear_log,
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("POST", "/goaway"): self._go_away,
            ("POST", "/drop"): self._drop,
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it closes."""
        try:
            while True:
                request = await self._read(reader)
                if request is None:
                    break
                if request.method == "GET" and request.path == "/deliveries/stream":
                    await self._stream(writer)
                    break
                status, content = await self._dispatch(request)
                self._write(writer, status, content)
                await writer.drain()
        except BadRequestError as error:
            self._write(writer, 400, {"error": str(error)})
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The phone went away; nothing is owed to it.
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> ControlRequest | None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return None
        except asyncio.LimitOverrunError as error:
            raise BadRequestError("the header is too long") from error
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3:
            raise BadRequestError("not an HTTP request line")
        headers = {n.strip().lower(): v.strip() for n, _, v in (li.partition(":") for li in lines)}
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > REQUEST_BYTES_MAX:
            raise BadRequestError("content-length must be a number up to a megabyte")
        raw = await reader.readexactly(int(length))
        try:
            body = json.loads(raw) if raw else {}
        except ValueError as error:
            raise BadRequestError("the body is not JSON") from error
        if not isinstance(body, dict):
            raise BadRequestError("the body must be a JSON object")
        target = urlsplit(parts[1])
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        return ControlRequest(parts[0], target.path, query, body)

    @staticmethod
    def _write(writer: asyncio.StreamWriter, status: int, content: object) -> None:
        body = json.dumps(content).encode("utf-8")
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
            "content-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode("ascii") + body)

    async def _dispatch(self, request: ControlRequest) -> tuple[int, object]:
        prefix = "/devices/"
        if request.method == "DELETE" and request.path.startswith(prefix):
            return self._remove_device(request.path.removeprefix(prefix))
        handler = self._routes.get((request.method, request.path))
        if handler is None:
            return 404, {"error": "no such route"}
        try:
            return await handler(request)
        except (TypeError, ValueError) as error:
            raise BadRequestError(str(error)) from error

    async def _health(self, _: ControlRequest) -> tuple[int, object]:
        return 200, {"status": "ok", "senders": len(self._connections)}

    async def _issue_tokens(self, request: ControlRequest) -> tuple[int, object]:
        count = int(request.body.get("count", 1))
        if not 1 <= count <= TOKENS_AT_ONCE_MAX:
            raise ValueError(f"count must lie between 1 and {TOKENS_AT_ONCE_MAX}")
        return 201, {"tokens": [self._state.issue_token() for _ in range(count)]}

    def _remove_device(self, token: str) -> tuple[int, object]:
        if not self._state.is_issued(token):
            return 404, {"error": "not a token of this service"}
        self._state.unregister(token)
        return 200, {}

    async def _wait_for_push(self, request: ControlRequest) -> tuple[int, object]:
        token = request.query.get("token", "")
        if not self._state.is_issued(token):
            return 404, {"error": "not a token of this service"}
        after = int(request.query.get("after", "0"))
        timeout_s = min(float(request.query.get("timeout_s", "25")), WAIT_S_MAX)
        push = await self._state.wait_for_push(token, after, timeout_s)
        return 200, {
            "seq": push.seq if push else after,
            "pushes": [asdict(push)] if push else [],
        }

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        queue = self._state.open_stream()
        try:
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n"
                b"connection: close\r\n\r\n"
            )
            while True:
                await writer.drain()
                push = await queue.get()
                writer.write(json.dumps(asdict(push)).encode("ascii") + b"\n")
        finally:
            self._state.close_stream(queue)

    async def _read_log(self, request: ControlRequest) -> tuple[int, object]:
        after = int(request.query.get("after", "0"))
        return 200, {"requests": list(self._state.logged_after(after))}

    async def _clear_log(self, _: ControlRequest) -> tuple[int, object]:
        self._state.log.clear()
        return 200, {}

    async def _add_fault(self, request: ControlRequest) -> tuple[int, object]:
        fault = Fault(**{"token": "*", **request.body})
        if fault.status != 200 and not fault.reason:
            raise ValueError("a refusal needs a reason")
        self._state.faults.append(fault)
        return 201, asdict(fault)

    async def _clear_faults(self, _: ControlRequest) -> tuple[int, object]:
        self._state.faults.clear()
        return 200, {}

    async def _go_away(self, request: ControlRequest) -> tuple[int, object]:
        told = list(self._connections)
        for connection in told:
            connection.go_away(
                str(request.body.get("reason", "Shutdown")),
                refuse_open_streams=bool(request.body.get("refuse_open_streams", False)),
            )
        return 200, {"connections": len(told)}

    async def _drop(self, _: ControlRequest) -> tuple[int, object]:
        cut = list(self._connections)
        for connection in cut:
            connection.drop()
        return 200, {"connections": len(cut)}
