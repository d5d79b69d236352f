"""One HTTP function: the routes of the table, served by its bindings.

Powertools' resolver finds the route; everything else that all routes share is here and in
`http_request`: identification, rights, reading, problems, headers, the log line. A binding is
left with its use case.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths

from tessera.application.admit_till import admit_till, with_clerk
from tessera.application.moments import instant_of
from tessera.application.requests import Answer
from tessera.domain.canonical import Json
from tessera.domain.errors import NotFound, TesseraError
from tessera.entrypoints import observability
from tessera.entrypoints.call import Binding, Call, Container
from tessera.entrypoints.http_request import Event, body_of, caller_of, key_of, path_of, query_of
from tessera.entrypoints.language import preferred
from tessera.entrypoints.problem import MEDIA_TYPE, Problem, bug, problem_of
from tessera.entrypoints.routes import Route, routes_of
from tessera.entrypoints.signed_request import signed_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_JSON = "application/json"


@dataclass(slots=True)
class _Exchange:
    """What is known of the request that is being answered; filled as it becomes known."""

    event: Event
    context: LambdaContext
    request_id: str
    language: str
    started_s: float
    operation: str = ""
    credential: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any], context: LambdaContext) -> _Exchange:
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        return cls(
            event={**event, "headers": headers},
            context=context,
            request_id=str(event["requestContext"]["requestId"]),
            language=preferred(headers.get("accept-language")),
            started_s=time.perf_counter(),
        )


class Api:
    """The handler of one HTTP function.

    Making one reads nothing and opens nothing; the first request does. `bindings` holds every
    operation that the table gives to the function. A Lambda process answers one request at a
    time, and so does an `Api`.
    """

    def __init__(
        self,
        function: str,
        bindings: Mapping[str, Binding],
        container: Callable[[], Container],
    ) -> None:
        self._function = function
        self._bindings = bindings
        self._container = container
        self._exchange: _Exchange

    def handler(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one request of the gateway (payload format 2.0)."""
        return self._entry(event, context)

    @cached_property
    def _entry(self) -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
        entry: Callable[[dict[str, Any], LambdaContext], dict[str, Any]]
        entry = observability.logger_of(self._function).inject_lambda_context(
            self._resolve,
            correlation_id_path=correlation_paths.API_GATEWAY_HTTP,
            clear_state=True,
            log_event=False,
        )
        return entry

    def _resolve(self, event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        self._exchange = _Exchange.of(event, context)
        return self._resolver.resolve(event, context)

    @cached_property
    def _resolver(self) -> APIGatewayHttpResolver:
        resolver = APIGatewayHttpResolver(debug=False)
        for route in routes_of(self._function):
            path = route.path.replace("{", "<").replace("}", ">")
            resolver.route(path, method=route.method)(self._endpoint(route))
        resolver.not_found(self._not_found)
        resolver.exception_handler(Exception)(self._broken)
        return resolver

    def _endpoint(self, route: Route) -> Callable[..., Response[str]]:
        def endpoint(**path: str) -> Response[str]:
            return self._serve(route, path)

        return endpoint

    def _serve(self, route: Route, path: Mapping[str, str]) -> Response[str]:
        """Answer a request to a route of ours: its use case's answer, or the problem it raised."""
        self._exchange.operation = route.operation
        try:
            reply = self._bindings[route.operation](self._call(route, path))
        except TesseraError as error:
            if not route.request and (error.field or "").startswith("/"):
                # There is no body that the pointer could point into.
                error.field = None
            return self._problem(
                problem_of(error, self._exchange.language, self._exchange.request_id)
            )
        answer = reply if isinstance(reply, Answer) else Answer(route.status, _encoded(reply))
        headers = {"Idempotent-Replayed": "true"} if answer.replayed else {}
        self._observe(answer.status, replayed=answer.replayed)
        return self._response(answer.status, _JSON, answer.body.decode(), headers)

    def _call(self, route: Route, path: Mapping[str, str]) -> Call:
        exchange = self._exchange
        caller = caller_of(route, exchange.event, exchange.language)
        exchange.credential = caller.credential
        if route.scope:
            caller.require(route.scope)
        container = self._container()
        container.begin(exchange.context.get_remaining_time_in_millis)
        signed = None
        if caller.kind == "till":
            signed = signed_of(exchange.event, caller.credential)
            caller = admit_till(container.services, caller, signed)
        named = path_of(path)
        query = query_of(route, exchange.event)
        key = key_of(route, exchange.event)
        body = body_of(route, exchange.event)
        if signed is not None and route.clerk:
            now_ms = container.services.clock.now_ms()
            at_ms = now_ms
            if route.late:
                # What was sold without network is sent when whoever sold it may have gone home.
                told = body.get("occurred_at")
                at_ms = min(now_ms, instant_of(told, "/occurred_at")) if told else now_ms
            caller = with_clerk(container.services, caller, signed.session, at_ms)
        return Call(container, caller, named, query, body, key)

    def _not_found(self, _: Exception) -> Response[str]:
        error = NotFound("path_unknown")
        return self._problem(problem_of(error, self._exchange.language, self._exchange.request_id))

    def _broken(self, error: Exception) -> Response[str]:
        """A fault of ours: its place is told to the log, and to the caller nothing."""
        observability.log_bug(self._function, error)
        return self._problem(bug(self._exchange.language, self._exchange.request_id))

    def _problem(self, problem: Problem) -> Response[str]:
        self._observe(problem.status, code=problem.code)
        return self._response(problem.status, MEDIA_TYPE, problem.encoded(), problem.headers)

    def _observe(self, status: int, *, code: str = "", replayed: bool = False) -> None:
        exchange = self._exchange
        outcome = observability.Outcome(
            operation=exchange.operation,
            status=status,
            duration_ms=round((time.perf_counter() - exchange.started_s) * 1000),
            code=code,
            credential=exchange.credential,
            replayed=replayed,
        )
        observability.observe(self._function, outcome)

    def _response(
        self, status: int, media_type: str, body: str, headers: Mapping[str, str]
    ) -> Response[str]:
        every: dict[str, str | list[str]] = {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": self._exchange.request_id,
            **headers,
        }
        return Response(status_code=status, content_type=media_type, body=body, headers=every)


def _encoded(body: Mapping[str, Json]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
