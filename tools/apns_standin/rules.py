"""Apple's rules for one push request, as a pure function of the request and the state."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tools.apns_standin.provider_tokens import refusal_of
from tools.apns_standin.state import ApnsState
from tools.testpki import PASS_TYPE_IDENTIFIER, TEAM_IDENTIFIER

PAYLOAD_BYTES_MAX: Final = 4096
COLLAPSE_ID_BYTES_MAX: Final = 64
_PATH: Final = re.compile(r"^/3/device/([^/]*)$")
_TOPIC: Final = re.compile(r"^pass\.[A-Za-z0-9.-]+$")
_PUSH_TYPES: Final = frozenset({"alert", "background"})


@dataclass(frozen=True, slots=True)
class Request:
    """One push as it arrived. `certificate_uid` is the UID of the TLS client certificate."""

    method: str
    path: str
    headers: Mapping[str, str]
    duplicated_headers: frozenset[str]
    body: bytes
    certificate_uid: str | None

    @property
    def token(self) -> str:
        """The device token in the path, or an empty string."""
        match = _PATH.match(self.path)
        return match.group(1) if match else ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told. `reason` is None for success."""

    status: int
    reason: str | None = None
    timestamp_ms: int | None = None

    def body(self) -> bytes:
        """The response body: empty on success, else Apple's JSON with the reason."""
        if self.reason is None:
            return b""
        content: dict[str, object] = {"reason": self.reason}
        if self.timestamp_ms is not None:
            content["timestamp"] = self.timestamp_ms
        return json.dumps(content).encode("ascii")


def _judge_headers(headers: Mapping[str, str]) -> Answer | None:
    identifier = headers.get("apns-id")
    if identifier is not None:
        try:
            uuid.UUID(identifier)
        except ValueError:
            return Answer(400, "BadMessageId")
    if not headers.get("apns-expiration", "0").isdecimal():
        return Answer(400, "BadExpirationDate")
    if headers.get("apns-priority", "10") not in {"1", "5", "10"}:
        return Answer(400, "BadPriority")
    if len(headers.get("apns-collapse-id", "").encode()) > COLLAPSE_ID_BYTES_MAX:
        return Answer(400, "BadCollapseId")
    if headers.get("apns-push-type", "background") not in _PUSH_TYPES:
        return Answer(400, "InvalidPushType")
    return None


def _judge_topic(topic: str | None, certificate_uid: str) -> Answer | None:
    if topic is None:
        return Answer(400, "MissingTopic")
    if not _TOPIC.match(topic):
        return Answer(400, "BadTopic")
    if topic != certificate_uid:
        return Answer(400, "TopicDisallowed")
    return None


def _judge_body(body: bytes) -> Answer | None:
    if not body:
        return Answer(400, "PayloadEmpty")
    if len(body) > PAYLOAD_BYTES_MAX:
        return Answer(413, "PayloadTooLarge")
    try:
        content = json.loads(body)
    except (UnicodeDecodeError, json.JSONDecodeError):
        content = None
    # Apple ignores other keys on a pass push. They would be a waste and a leak of member data
    # to a third party, so this reason, which Apple does not have, makes them visible.
    if content not in ({}, {"aps": {}}):
        return Answer(400, "UnexpectedPayload")
    return None


def _judge_token(token: str, state: ApnsState) -> Answer | None:
    if not token:
        return Answer(400, "MissingDeviceToken")
    if not state.is_issued(token):
        return Answer(400, "BadDeviceToken")
    inactive_since_ms = state.unregistered_since_ms(token)
    if inactive_since_ms is not None:
        return Answer(410, "Unregistered", inactive_since_ms)
    return None


def judge(request: Request, state: ApnsState) -> Answer:
    """Answer one push as Apple would; faults asked for by tests are applied elsewhere."""
    if request.method != "POST":
        return Answer(405, "MethodNotAllowed")
    if not _PATH.match(request.path):
        return Answer(404, "BadPath")
    topic = request.certificate_uid
    if topic is None:
        authorization = request.headers.get("authorization")
        if authorization is None:
            return Answer(403, "MissingProviderToken")
        reason = refusal_of(authorization, state.directory, TEAM_IDENTIFIER)
        if reason is not None:
            return Answer(403, reason)
        # A team's key speaks for every topic of the team; this team has one.
        topic = PASS_TYPE_IDENTIFIER
    if request.duplicated_headers:
        return Answer(400, "DuplicateHeaders")
    return (
        _judge_headers(request.headers)
        or _judge_topic(request.headers.get("apns-topic"), topic)
        or _judge_body(request.body)
        or _judge_token(request.token, state)
        or Answer(200)
    )
