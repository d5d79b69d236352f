"""One HTTP/2 connection to Apple's push service: many streams at once, none of them lost unseen.

The connection is driven without threads: write what may be written, read what came, until every
stream has its answer or the time is up. What a caller is told of a stream that got no answer is
exactly that, so that it can be sent again on another connection (RFC 9113 §6.8, §8.7).
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

STREAMS_MAX = 100
CONNECT_TIMEOUT_S = 3.0
READ_BYTES = 65_536
_FRAME_HEADER_BYTES = 9
_GOAWAY = 7


@dataclass(frozen=True, slots=True)
class Post:
    """One request: its path, its headers and its body. `key` names it to the caller."""

    key: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Reply:
    """One answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class ConnectionLost(Exception):
    """The connection could not be made, or ended. What was not answered may be sent again."""


@dataclass(slots=True)
class _Open:
    post: Post
    reply: Reply


class Http2Connection:
    """A connection that is open, until it is not: `usable` says so."""

    def __init__(
        self,
        url: str,
        context: ssl.SSLContext,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Connect. Raises ConnectionLost where nobody answers or TLS fails."""
        target = urlsplit(url)
        self._authority = target.netloc
        self._monotonic = monotonic
        self._streams: dict[int, _Open] = {}
        self._unparsed = bytearray()
        self._last_served: int | None = None
        self._closed = False
        host, port = target.hostname or "", target.port or 443
        try:
            raw = socket.create_connection((host, port), timeout=CONNECT_TIMEOUT_S)
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = context.wrap_socket(raw, server_hostname=host)
        except OSError as error:
            raise ConnectionLost(type(error).__name__) from error
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        )
        self._h2.initiate_connection()
        self.last_used_s = monotonic()
        self._flush()

    @property
    def usable(self) -> bool:
        """Whether new requests may be sent on it."""
        return not self._closed and self._last_served is None

    def close(self) -> None:
        """Let go of the socket."""
        self._closed = True
        self._socket.close()

    def exchange(
        self,
        posts: Sequence[Post],
        wait_s: float,
        answered: Callable[[Post, Reply], None],
    ) -> list[Post]:
        """Send requests, up to a hundred at a time, and hand each answer over as it comes.

        Gives back those that got none: the service hung up, refused the stream, or was silent
        for `wait_s` seconds. After that the connection is not usable.
        """
        waiting = list(reversed(posts))
        lost: list[Post] = []
        silent_since_s = self._monotonic()
        while (waiting and self.usable) or self._streams:
            self._open_streams(waiting)
            self._flush()
            left_s = wait_s - (self._monotonic() - silent_since_s)
            if self._closed or left_s <= 0:
                break
            if self._receive(left_s, answered, lost):
                silent_since_s = self._monotonic()
        unanswered = [stream.post for stream in self._streams.values()] + waiting[::-1]
        if unanswered:
            self._streams.clear()
            self.close()
        self.last_used_s = self._monotonic()
        return lost + unanswered

    def settle(self) -> None:
        """Read what arrived while nobody looked: a GOAWAY or the end makes it unusable."""
        self._receive(0.0, _ignore, [])

    def _open_streams(self, waiting: list[Post]) -> None:
        room = min(STREAMS_MAX, self._h2.remote_settings.max_concurrent_streams)
        while waiting and self.usable and len(self._streams) < room:
            post = waiting[-1]
            if self._h2.outbound_flow_control_window < len(post.body):
                return
            try:
                stream = self._h2.get_next_available_stream_id()
                self._h2.send_headers(
                    stream,
                    [
                        (":method", "POST"),
                        (":scheme", "https"),
                        (":authority", self._authority),
                        (":path", post.path),
                        *post.headers,
                    ],
                )
                self._h2.send_data(stream, post.body, end_stream=True)
            except (h2.exceptions.ProtocolError, h2.exceptions.NoAvailableStreamIDError):
                self._closed = True
                return
            waiting.pop()
            self._streams[stream] = _Open(post, Reply())

    def _flush(self) -> None:
        data = self._h2.data_to_send()
        if data and not self._closed:
            try:
                self._socket.sendall(data)
            except OSError:
                self._closed = True

    def _receive(
        self, timeout_s: float, answered: Callable[[Post, Reply], None], lost: list[Post]
    ) -> bool:
        """Read once; True where anything came. Timeouts leave the connection as it is."""
        if self._closed:
            return False
        try:
            self._socket.settimeout(timeout_s)
            data = self._socket.recv(READ_BYTES)
        except (TimeoutError, BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            self._closed = True
            return False
        finally:
            if not self._closed:
                self._socket.settimeout(CONNECT_TIMEOUT_S)
        if not data:
            self._closed = True
            return False
        self._unparsed += data
        try:
            for event in self._h2.receive_data(self._without_goaway()):
                self._handle(event, answered, lost)
        except h2.exceptions.ProtocolError:
            self._closed = True
        self._give_up_unserved(lost)
        return True

    def _without_goaway(self) -> bytes:
        """The whole frames that came, GOAWAY taken out and heeded.

        h2 takes GOAWAY for the end of everything, but streams up to the one that it names are
        still answered.
        """
        passed = bytearray()
        while len(self._unparsed) >= _FRAME_HEADER_BYTES:
            length = int.from_bytes(self._unparsed[:3], "big")
            end = _FRAME_HEADER_BYTES + length
            if len(self._unparsed) < end:
                break
            frame = bytes(self._unparsed[:end])
            del self._unparsed[:end]
            if frame[3] == _GOAWAY:
                (last,) = struct.unpack(">I", frame[9:13])
                self._last_served = last & 0x7FFFFFFF
            else:
                passed += frame
        return bytes(passed)

    def _handle(
        self,
        event: h2.events.Event,
        answered: Callable[[Post, Reply], None],
        lost: list[Post],
    ) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=int(stream), headers=headers):
                if stream in self._streams:
                    found: Mapping[str, str] = {str(n): str(v) for n, v in headers or []}
                    reply = self._streams[stream].reply
                    reply.headers = dict(found)
                    reply.status = int(found[":status"])
            case h2.events.DataReceived(stream_id=int(stream)):
                self._h2.acknowledge_received_data(event.flow_controlled_length or 0, stream)
                if stream in self._streams:
                    self._streams[stream].reply.body += event.data or b""
            case h2.events.StreamEnded(stream_id=int(stream)):
                done = self._streams.pop(stream, None)
                if done is not None:
                    answered(done.post, done.reply)
            case h2.events.StreamReset(stream_id=int(stream)):
                refused = self._streams.pop(stream, None)
                if refused is not None:
                    lost.append(refused.post)
            case _:
                pass

    def _give_up_unserved(self, lost: list[Post]) -> None:
        """Streams above the one that GOAWAY named were not looked at: they are to be sent again."""
        if self._last_served is None:
            return
        unserved = [stream for stream in self._streams if stream > self._last_served]
        lost.extend(self._streams.pop(stream).post for stream in unserved)


def _ignore(_post: Post, _reply: Reply) -> None:
    """An answer to a request that was given up has nobody to hear it."""
