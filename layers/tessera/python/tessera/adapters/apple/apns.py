"""Pushes to iPhones: an empty message on which Wallet asks us what changed."""

from __future__ import annotations

import json
import random
import ssl
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tessera.adapters.apple.cards import AppleAccount
from tessera.adapters.apple.http2 import ConnectionLost, Http2Connection, Post, Reply
from tessera.adapters.apple.provider_tokens import ProviderTokens
from tessera.application.card_ports import PushOutcome, PushResult

IDLE_S_MAX = 60.0
"""After a longer rest the connection is made anew: the function may have been frozen meanwhile,
and what stood between us and Apple has forgotten it."""

SILENCE_S_MAX = 3.0
ATTEMPTS_MAX = 6
PAUSE_FIRST_S = 0.2
BUDGET_S = 8.0
"""How long one batch may take, where the invocation leaves no less."""

_DEAD_TOKENS = frozenset({"BadDeviceToken", "DeviceTokenNotForTopic", "Unregistered"})
_LATER = frozenset({429, 500, 502, 503, 504})


@dataclass
class ApnsPushes:
    """`card_ports.Pushes`: one connection per container, the certificate of the cards as ours."""

    url: str
    load_account: Callable[[], AppleAccount | None]
    remaining_s: Callable[[], float] = lambda: BUDGET_S
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    silence_s: float = SILENCE_S_MAX
    attempts_max: int = ATTEMPTS_MAX
    _connection: Http2Connection | None = field(default=None, init=False)

    @cached_property
    def _account(self) -> AppleAccount:
        account = self.load_account()
        assert account is not None
        return account

    @cached_property
    def _tokens(self) -> ProviderTokens | None:
        account = self._account
        if not account.apns_key_p8:
            return None
        return ProviderTokens(account.apns_key_p8, account.apns_key_id, account.team_identifier)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return client_context(self._account)

    def send(self, push_tokens: Collection[str]) -> Mapping[str, PushResult]:
        """Push once to each; what Apple puts off is tried again while there is time."""
        run = _Run(self._posts(push_tokens))
        deadline_s = self.monotonic() + min(BUDGET_S, self.remaining_s())
        for attempt in range(self.attempts_max):
            left_s = deadline_s - self.monotonic()
            if not run.waiting or left_s <= 0:
                break
            try:
                connection = self._usable_connection()
                lost = connection.exchange(
                    list(run.waiting.values()), min(self.silence_s, left_s), run.answered
                )
                if lost:
                    run.last_reason = "Unanswered"
            except ConnectionLost as error:
                run.last_reason = str(error)
            if run.put_off or self._connection is None:
                # Full jitter: the phones of a campaign must not come back in step.
                pause_s = random.uniform(0, PAUSE_FIRST_S * 2**attempt)  # noqa: S311
                self.sleep(min(pause_s, max(0.0, deadline_s - self.monotonic())))
            run.put_off = False
        return run.concluded()

    def close(self) -> None:
        """Let go of the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _posts(self, push_tokens: Collection[str]) -> dict[str, Post]:
        headers = [("apns-topic", self._account.pass_type_identifier)]
        if self._tokens is not None:
            headers.append(("authorization", f"bearer {self._tokens.token()}"))
        return {
            token: Post(token, f"/3/device/{token}", headers, b"{}")
            for token in sorted(push_tokens)
        }

    def _usable_connection(self) -> Http2Connection:
        found = self._connection
        if found is not None and self.monotonic() - found.last_used_s < IDLE_S_MAX:
            found.settle()
            if found.usable:
                return found
        self.close()
        self._connection = Http2Connection(self.url, self._context, self.monotonic)
        return self._connection


@dataclass
class _Run:
    """One batch on its way: what waits, what was answered."""

    waiting: dict[str, Post]
    results: dict[str, PushResult] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    last_reason: str = "OutOfTime"
    put_off: bool = False

    def answered(self, post: Post, reply: Reply) -> None:
        """Judge an answer: done, dead, or to be sent again."""
        reason, since_ms = _explained(reply)
        if reply.status == 200:
            self._conclude(post, PushResult(PushOutcome.DELIVERED))
        elif reply.status == 410 or reason in _DEAD_TOKENS:
            self._conclude(post, PushResult(PushOutcome.GONE, reason, since_ms))
        elif reply.status in _LATER:
            self.reasons[post.key] = reason
            self.put_off = True
        else:
            # A certificate or topic that Apple refuses: no repetition within seconds mends it.
            self._conclude(post, PushResult(PushOutcome.FAILED, reason))

    def concluded(self) -> Mapping[str, PushResult]:
        """Every result; what still waits failed for now."""
        for key in self.waiting:
            reason = self.reasons.get(key, self.last_reason)
            self.results[key] = PushResult(PushOutcome.FAILED, reason)
        return self.results

    def _conclude(self, post: Post, result: PushResult) -> None:
        self.results[post.key] = result
        self.waiting.pop(post.key, None)


def _explained(reply: Reply) -> tuple[str, int | None]:
    """Apple's reason, and for a dead token the time in milliseconds since when it is dead."""
    try:
        content = json.loads(reply.body) if reply.body else {}
    except ValueError:
        content = {}
    if not isinstance(content, dict):
        content = {}
    since = content.get("timestamp")
    return (
        str(content.get("reason", reply.status)),
        since if isinstance(since, int) and not isinstance(since, bool) else None,
    )


def client_context(account: AppleAccount) -> ssl.SSLContext:
    """TLS with the pass type certificate as client certificate (or none), HTTP/2 only."""
    context = ssl.create_default_context(cadata=account.apns_ca_pem or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    if account.apns_key_p8:
        return context
    with tempfile.TemporaryDirectory() as directory:
        # OpenSSL's Python binding takes files only; this one lives for the length of the call.
        path = Path(directory) / "client.pem"
        path.touch(mode=0o600)
        path.write_text(f"{account.private_key_pem}\n{account.certificate_pem}", "ascii")
        context.load_cert_chain(path)
    return context
