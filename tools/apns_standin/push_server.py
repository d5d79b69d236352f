"""The side that senders see: TLS with a client certificate, HTTP/2, one answer per stream."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import uuid
from dataclasses import dataclass, field
from typing import Final, cast

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import hyperframe.frame

from tools.apns_standin.rules import PAYLOAD_BYTES_MAX, Answer, Request, judge
from tools.apns_standin.state import ApnsState, Fault, LoggedRequest, wall_now
from tools.testpki import Paths

# Apple advertises about a thousand.
CONCURRENT_STREAMS_MAX: Final = 1000


def server_context(paths: Paths) -> ssl.SSLContext:
    """TLS as Apple's: a client certificate of our test chain, or none (then each push is 403)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(paths.apns_certificate, paths.apns_key)
    # Apple knows its own intermediates, so a sender may present its leaf alone.
    context.load_verify_locations(paths.root)
    context.load_verify_locations(paths.wwdr)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["h2"])
    return context


def _certificate_uid(ssl_object: ssl.SSLObject) -> str | None:
    certificate = ssl_object.getpeercert()
    if not certificate:
        return None
    subject = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate["subject"])
    for relative_name in subject:
        for name, value in relative_name:
            if name == "userId":
                return value
    return None


@dataclass(slots=True)
class _Stream:
    headers: list[tuple[str, str]]
    body: bytearray = field(default_factory=bytearray)


class PushConnection(asyncio.Protocol):
    """One TLS connection of one sender."""

    _counter = 0

    def __init__(self, state: ApnsState, connections: set[PushConnection]) -> None:
        PushConnection._counter += 1
        self.number = PushConnection._counter
        self._state = state
        self._connections = connections
        self._streams: dict[int, _Stream] = {}
        self._pending: set[int] = set()
        self._last_served: int | None = None
        self._uid: str | None = None
        self._transport: asyncio.Transport | None = None
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet an HTTP/2 client; hang up on anything else, as Apple does."""
        self._transport = cast("asyncio.Transport", transport)
        ssl_object: ssl.SSLObject = transport.get_extra_info("ssl_object")
        if ssl_object.selected_alpn_protocol() != "h2":
            self._transport.close()
            return
        self._uid = _certificate_uid(ssl_object)
        self._connections.add(self)
        self._h2.initiate_connection()
        self._h2.update_settings(
            {h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: CONCURRENT_STREAMS_MAX}
        )
        self._flush()

    def connection_lost(self, _: Exception | None) -> None:
        """Forget the connection."""
        self._connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """Feed the protocol machine and act on what it saw."""
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError:
            self._flush()
            self.drop()
            return
        for event in events:
            self._handle(event)
        self._flush()

    def _handle(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.RequestReceived(stream_id=int(stream), headers=headers):
                self._streams[stream] = _Stream([(str(n), str(v)) for n, v in headers or []])
            case h2.events.DataReceived(stream_id=int(stream)):
                length = event.flow_controlled_length or 0
                self._h2.acknowledge_received_data(length, stream)
                body = self._streams[stream].body
                # Enough is kept to know that it is too large; the rest is read and dropped.
                if len(body) <= PAYLOAD_BYTES_MAX:
                    body += event.data or b""
            case h2.events.StreamEnded(stream_id=int(stream)):
                received = self._streams.pop(stream)
                if self._last_served is None or stream <= self._last_served:
                    self._answer(stream, received)
            case h2.events.StreamReset(stream_id=int(stream)):
                self._streams.pop(stream, None)
                self._pending.discard(stream)
            case h2.events.ConnectionTerminated():
                self.drop()
            case _:
                pass

    def _request(self, stream: _Stream) -> Request:
        names = [name for name, _ in stream.headers]
        headers = dict(stream.headers)
        return Request(
            method=headers.get(":method", ""),
            path=headers.get(":path", ""),
            headers=headers,
            duplicated_headers=frozenset(n for n in names if names.count(n) > 1),
            body=bytes(stream.body),
            certificate_uid=self._uid,
        )

    def _answer(self, stream_id: int, stream: _Stream) -> None:
        request = self._request(stream)
        answer = judge(request, self._state)
        # Faults are for well-formed requests only: they must not hide a mistake of the sender.
        fault = self._state.take_fault(request.token) if answer.status == 200 else None
        if fault is not None and not fault.silent and fault.status != 200:
            answer = Answer(fault.status, fault.reason, self._fault_timestamp(fault))
        silent = fault is not None and fault.silent
        self._log(stream_id, request, None if silent else answer)
        if silent:
            return
        if answer.status == 200:
            self._state.deliver(request.token, request.headers["apns-topic"])
        self._pending.add(stream_id)
        delay_ms = fault.delay_ms if fault is not None else 0
        identifier = request.headers.get("apns-id") or str(uuid.uuid4()).upper()
        if delay_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(delay_ms / 1000, self._send, stream_id, answer, identifier)
        else:
            self._send(stream_id, answer, identifier)

    @staticmethod
    def _fault_timestamp(fault: Fault) -> int | None:
        if fault.status != 410:
            return None
        return fault.timestamp_ms if fault.timestamp_ms is not None else int(time.time() * 1000)

    def _log(self, stream_id: int, request: Request, answer: Answer | None) -> None:
        self._state.log.append(
            LoggedRequest(
                seq=self._state.next_seq(),
                at=wall_now(),
                monotonic_ms=time.monotonic() * 1000,
                connection=self.number,
                stream=stream_id,
                method=request.method,
                path=request.path,
                topic=request.headers.get("apns-topic"),
                body=request.body.decode("utf-8", "replace"),
                status=answer.status if answer else 0,
                reason=answer.reason if answer else None,
            )
        )

    def _send(self, stream_id: int, answer: Answer, identifier: str) -> None:
        if stream_id not in self._pending or self._transport is None:
            return
        self._pending.discard(stream_id)
        body = answer.body()
        headers = [(":status", str(answer.status)), ("apns-id", identifier)]
        if body:
            headers.append(("content-type", "application/json"))
        try:
            self._h2.send_headers(stream_id, headers, end_stream=not body)
            if body:
                self._h2.send_data(stream_id, body, end_stream=True)
        except h2.exceptions.ProtocolError:
            # The sender gave the stream up between its request and our late answer.
            return
        self._flush()
        if self._last_served is not None and not self._pending:
            self._transport.close()

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            data = self._h2.data_to_send()
            if data:
                self._transport.write(data)

    def go_away(self, reason: str, *, refuse_open_streams: bool) -> None:
        """Tell the sender to leave. Streams already open are answered first, unless refused."""
        if self._transport is None or self._transport.is_closing():
            return
        self._last_served = 0 if refuse_open_streams else self._h2.highest_inbound_stream_id
        # Written as a bare frame: h2 would forbid the answers that are still due after it.
        frame = hyperframe.frame.GoAwayFrame(
            0,
            last_stream_id=self._last_served,
            error_code=int(h2.errors.ErrorCodes.NO_ERROR),
            additional_data=json.dumps({"reason": reason}).encode("ascii"),
        )
        self._flush()
        self._transport.write(frame.serialize())
        if refuse_open_streams:
            self._pending.clear()
        if not self._pending:
            self._transport.close()

    def drop(self) -> None:
        """Cut the connection without a word, as a mobile network or a freeze would."""
        if self._transport is not None:
            self._transport.abort()
