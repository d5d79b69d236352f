"""What the push service knows: the tokens it issued, the phones that wait, faults, and its log."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

TOKEN_BYTES: Final = 32
_SEAL_BYTES: Final = 8
LOG_LIMIT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Push:
    """One push handed to a phone. `monotonic_ms` is the machine's clock, shared by processes."""

    seq: int
    token: str
    topic: str
    at: str
    monotonic_ms: float


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request of a sender, and what it was answered (`status` 0: no answer was given)."""

    seq: int
    at: str
    monotonic_ms: float
    connection: int
    stream: int
    method: str
    path: str
    topic: str | None
    body: str
    status: int
    reason: str | None


@dataclass(slots=True)
class Fault:
    """An answer that a test asked for: `token` "*" means every token; `times` None means always."""

    token: str
    status: int = 200
    reason: str | None = None
    timestamp_ms: int | None = None
    times: int | None = None
    silent: bool = False
    delay_ms: int = 0


def wall_now() -> str:
    """This instant on the wall clock, RFC 3339 with milliseconds."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ApnsState:
    """Everything the stand-in remembers.

    Tokens are sealed with a secret kept in the state directory: a token issued before a restart
    is still good after it, thousands cost no memory, and a token that was made up is recognised.
    """

    def __init__(self, state_dir: Path) -> None:
        self.directory = self._directory = state_dir / "apns"
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._secret = self._load_secret()
        self._unregistered: dict[str, int] = self._load_unregistered()
        self._last: dict[str, Push] = {}
        self._waiters: dict[str, set[asyncio.Future[None]]] = {}
        self._streams: set[asyncio.Queue[Push]] = set()
        # Begins at the clock, so that numbers grow across restarts and no waiting phone is fooled.
        self._sequence = time.time_ns() // 1000
        self.faults: list[Fault] = []
        self.log: deque[LoggedRequest] = deque(maxlen=LOG_LIMIT)

    def _load_secret(self) -> bytes:
        path = self._directory / "token.secret"
        if not path.exists():
            beside = self._directory / f".token.secret.{os.getpid()}"
            beside.touch(mode=0o600)
            beside.write_bytes(secrets.token_bytes(32))
            beside.replace(path)
        return path.read_bytes()

    def _load_unregistered(self) -> dict[str, int]:
        path = self._directory / "unregistered.json"
        if not path.exists():
            return {}
        loaded: dict[str, int] = json.loads(path.read_text("ascii"))
        return loaded

    def _seal(self, body: bytes) -> bytes:
        return hmac.new(self._secret, body, hashlib.sha256).digest()[:_SEAL_BYTES]

    def issue_token(self) -> str:
        """Give a phone its push token: 64 lower-case hexadecimal characters."""
        body = secrets.token_bytes(TOKEN_BYTES - _SEAL_BYTES)
        return (body + self._seal(body)).hex()

    def is_issued(self, token: str) -> bool:
        """Whether this service issued the token (its form is checked too)."""
        try:
            raw = bytes.fromhex(token)
        except ValueError:
            return False
        if len(raw) != TOKEN_BYTES:
            return False
        return hmac.compare_digest(raw[-_SEAL_BYTES:], self._seal(raw[:-_SEAL_BYTES]))

    def unregister(self, token: str) -> None:
        """The phone dropped its card or was wiped: from now on the token answers 410."""
        self._unregistered[token.lower()] = int(time.time() * 1000)
        content = json.dumps(self._unregistered)
        beside = self._directory / ".unregistered.json"
        beside.write_text(content, "ascii")
        beside.replace(self._directory / "unregistered.json")

    def unregistered_since_ms(self, token: str) -> int | None:
        """When the token became inactive, in milliseconds since 1970, or None if it is active."""
        return self._unregistered.get(token.lower())

    def take_fault(self, token: str) -> Fault | None:
        """The fault to apply to this request, counted down; the first match wins."""
        for fault in self.faults:
            if fault.token in {"*", token}:
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def next_seq(self) -> int:
        """The next number of the one sequence that pushes and log lines share."""
        self._sequence += 1
        return self._sequence

    def deliver(self, token: str, topic: str) -> Push:
        """Hand a push to the phone. As Apple does, only the newest is kept for an absent phone."""
        token = token.lower()
        push = Push(self.next_seq(), token, topic, wall_now(), time.monotonic() * 1000)
        self._last[token] = push
        for waiter in self._waiters.pop(token, set()):
            if not waiter.done():
                waiter.set_result(None)
        for queue in self._streams:
            queue.put_nowait(push)
        return push

    async def wait_for_push(self, token: str, after: int, timeout_s: float) -> Push | None:
        """The newest push of this phone numbered above `after`, or None when time runs out."""
        token = token.lower()
        deadline = asyncio.get_running_loop().time() + timeout_s
        while True:
            push = self._last.get(token)
            if push is not None and push.seq > after:
                return push
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                return None
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(token, set()).add(waiter)
            try:
                await asyncio.wait_for(waiter, remaining)
            except TimeoutError:
                return None
            finally:
                waiting = self._waiters.get(token)
                if waiting is not None:
                    waiting.discard(waiter)
                    if not waiting:
                        del self._waiters[token]

    def open_stream(self) -> asyncio.Queue[Push]:
        """Follow every push from now on; give the queue back to `close_stream`."""
        queue: asyncio.Queue[Push] = asyncio.Queue()
        self._streams.add(queue)
        return queue

    def close_stream(self, queue: asyncio.Queue[Push]) -> None:
        """Stop following."""
        self._streams.discard(queue)

    def logged_after(self, after: int) -> Iterator[dict[str, object]]:
        """Log lines numbered above `after`, oldest first, as JSON objects."""
        return (asdict(line) for line in self.log if line.seq > after)
