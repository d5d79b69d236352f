"""The HTTP API in front of the functions, as API Gateway behaves.

It finds the route in the route table, asks the authorizer's own handler where the route has one,
and answers by itself what the gateway answers by itself: 404 for no route, 401 for no identity
source, 403 for a denial. Everything behind it is the deployed code.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from tessera.entrypoints.routes import ROUTES, Auth, Route

EVENTS = Path(__file__).parents[2] / "events"

Handler = Callable[[Any, Any], dict[str, Any]]


@dataclass
class Context:
    """What Lambda tells a handler of its invocation."""

    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-3:000000000000:function:test"
    aws_request_id: str = "invocation"
    remaining_ms: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass(frozen=True)
class Reply:
    """What the caller receives."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json["code"])


@dataclass
class Gateway:
    """The functions behind their routes."""

    handlers: Mapping[str, Handler]
    authorizer: Handler
    secret: str = ""
    context: Context = field(default_factory=Context)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, str] | None = None,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send JSON, or text as it stands, with the gateway's own credential unless told."""
        sent = {"accept-language": "en"}
        if body is not None:
            sent["content-type"] = "application/json"
        if key is not None:
            sent["idempotency-key"] = key
        credential = self.secret if secret is None else secret
        if credential:
            sent["authorization"] = f"Bearer {credential}"
        sent |= headers or {}
        text = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        return self.deliver(event(method, path, text, sent, query))

    def deliver(self, sent: dict[str, Any]) -> Reply:
        """Deliver an event, such as a file of `events/`, as the gateway would."""
        return reply_of(self.answer(sent))

    def answer(self, sent: dict[str, Any]) -> dict[str, Any]:
        """As `deliver`, with the function's own answer, whose body may be binary."""
        http = sent["requestContext"]["http"]
        sent["requestContext"]["requestId"] = f"request-{next(self._numbers)}"
        route, parameters = _found(http["method"], sent["rawPath"])
        if route is None:
            return _own(404, "Not Found")
        sent["routeKey"] = sent["requestContext"]["routeKey"] = route.key
        sent["pathParameters"] = parameters
        if route.auth is Auth.KEY:
            if "authorization" not in sent["headers"]:
                return _own(401, "Unauthorized")
            answer = self.authorizer(_authorizer_event(sent), self.context)
            if not answer["isAuthorized"]:
                return _own(403, "Forbidden")
            sent["requestContext"]["authorizer"] = {"lambda": answer["context"]}
        return self.handlers[route.function](sent, self.context)


def reply_of(answer: Mapping[str, Any]) -> Reply:
    """The reply in a function's answer."""
    headers = {name.lower(): value for name, value in (answer.get("headers") or {}).items()}
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ", ".join(values)
    body = answer.get("body") or ""
    if answer.get("isBase64Encoded"):
        body = base64.b64decode(body).decode()
    return Reply(answer["statusCode"], headers, body)


def event(
    method: str,
    path: str,
    body: str | bytes | None,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An event of payload format 2.0; bytes travel in base64, as binary bodies do."""
    found: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "",
        "rawPath": path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "headers": dict(headers),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "7e55e2a0",
            "domainName": "7e55e2a0.execute-api.localhost",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "till",
            },
            "requestId": "request",
            "routeKey": "",
            "stage": "$default",
            "time": "22/Nov/2026:09:30:00 +0000",
            "timeEpoch": 1795339800000,
        },
        "isBase64Encoded": isinstance(body, bytes),
    }
    if query:
        found["queryStringParameters"] = dict(query)
    if body is not None:
        found["body"] = base64.b64encode(body).decode() if isinstance(body, bytes) else body
    return found


def sample(name: str) -> dict[str, Any]:
    """A sample event, by its path under `events/` without the ending."""
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def _found(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    for route in ROUTES:
        if route.method in {method, "ANY"}:
            match = _pattern(route.path).fullmatch(path)
            if match:
                return route, match.groupdict()
    return None, {}


@cache
def _pattern(path: str) -> re.Pattern[str]:
    pattern = re.sub(r"{(\w+)\+}", r"(?P<\1>.+)", path)
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", pattern))


def _authorizer_event(sent: Mapping[str, Any]) -> dict[str, Any]:
    context = {key: value for key, value in sent["requestContext"].items() if key != "authorizer"}
    return {
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": "arn:aws:execute-api:eu-west-3:000000000000:7e55e2a0/$default/"
        + sent["routeKey"].replace(" ", ""),
        "identitySource": [sent["headers"]["authorization"]],
        "routeKey": sent["routeKey"],
        "rawPath": sent["rawPath"],
        "rawQueryString": sent["rawQueryString"],
        "headers": sent["headers"],
        "requestContext": context,
        "pathParameters": sent["pathParameters"],
    }


def _own(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps({"message": message}),
    }
