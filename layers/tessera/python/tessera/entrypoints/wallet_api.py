"""The wallet's HTTP surface: Apple's web service, the smart link of a card, images of designs."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tessera.application.card_ports import CardServices, GoogleFailure
from tessera.application.printing import Paper, Printer, printed_file
from tessera.application.record_google_event import record_google_event
from tessera.application.upload_image import ImageVault
from tessera.domain.errors import NotFound, TesseraError, Unauthenticated, Unavailable
from tessera.domain.images import media_type
from tessera.entrypoints import apple_service, card_page, join_page, observability
from tessera.entrypoints.apple_service import WalletReply, WalletRequest, single_slashes
from tessera.entrypoints.language import preferred
from tessera.entrypoints.problem import problem_of, status_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "wallet_api"
BODY_BYTES_MAX = 64 * 1024
_IMMUTABLE = "public, max-age=31536000, immutable"


class Container(Protocol):
    """What the wallet's surface needs of the composition root."""

    @property
    def card_services(self) -> CardServices:
        """The ports of cards, wired."""
        ...

    def design_image(self, design: str, name: str) -> bytes | None:
        """An image of a card design."""
        ...

    @property
    def image_vault(self) -> ImageVault:
        """Images of balances and rewards."""
        ...

    @property
    def printer(self) -> Printer:
        """Writes what a shop prints."""
        ...

    def begin(self, remaining_ms: Callable[[], int]) -> None:
        """An invocation begins: `remaining_ms` says how long it may still last."""
        ...


class WalletApi:
    """The handler. Making one reads nothing and opens nothing."""

    def __init__(self, container: Callable[[], Container]) -> None:
        self._container = container

    def handler(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Answer one request of the gateway (payload format 2.0)."""
        started_s = time.perf_counter()
        logger = observability.logger_of(SERVICE)
        logger.append_keys(correlation_id=event["requestContext"]["requestId"])
        request = _request_of(event)
        operation, code = "", ""
        try:
            container = self._container()
            container.begin(context.get_remaining_time_in_millis)
            operation, reply = self._answer(container, request)
        except GoogleFailure as failure:
            code = f"google_{failure.code}"
            reply = card_page.unavailable(_language(request))
        except TesseraError as error:
            code = error.code
            reply = _refusal(request, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours is told to the log alone
            observability.log_bug(SERVICE, error)
            code = "internal_error"
            reply = WalletReply(500)
        for line in reply.log_lines:
            logger.warning("a phone says", extra={"line": line})
        observability.observe(
            SERVICE,
            observability.Outcome(
                operation=operation,
                status=reply.status,
                duration_ms=round((time.perf_counter() - started_s) * 1000),
                code=code,
            ),
        )
        return _response(reply)

    def _answer(self, container: Container, request: WalletRequest) -> tuple[str, WalletReply]:
        found = apple_service.operation_of(request)
        if found is not None:
            name, operation, names = found
            return name, operation(container.card_services, request, names)
        if request.method == "POST" and request.path == "/google/callback":
            record_google_event(container.card_services, request.body)
            return "google_callback", WalletReply(200)
        if request.method == "GET" and request.path.startswith("/cards/"):
            link = request.path.removeprefix("/cards/")
            return "card", card_page.card(container.card_services, request, link)
        if request.path.startswith("/join/") and request.method in {"GET", "POST"}:
            link = request.path.removeprefix("/join/")
            answer = join_page.show if request.method == "GET" else join_page.submit
            return "join", answer(container.card_services, request, link)
        if request.method == "GET" and request.path.startswith("/print/"):
            return "print", _printed(container, request)
        if request.method == "GET" and request.path.startswith("/designs/"):
            return "design_image", _design_image(container, request)
        if request.method == "GET" and request.path.startswith("/images/"):
            return "image", _image(container, request.path.removeprefix("/images/"))
        raise NotFound("path_unknown")


def _request_of(event: Mapping[str, Any]) -> WalletRequest:
    body: str = event.get("body") or ""
    octets = base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()
    return WalletRequest(
        method=event["requestContext"]["http"]["method"],
        path=single_slashes(event["rawPath"]),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        query=event.get("queryStringParameters") or {},
        body=octets[: BODY_BYTES_MAX + 1],
    )


def _language(request: WalletRequest) -> str:
    return preferred(request.headers.get("accept-language"))


def _refusal(request: WalletRequest, error: TesseraError) -> WalletReply:
    """Devices are told by the status; people, on a card's page, in their language."""
    status = status_of(error)
    if isinstance(error, Unavailable) and request.path.startswith("/cards/"):
        # Of a moment: the page asks again by itself.
        return card_page.unavailable(_language(request))
    if request.path.startswith(("/cards/", "/join/", "/print/")):
        problem = problem_of(error, _language(request), "")
        return card_page.problem(status, problem, _language(request))
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "ApplePass"
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    return WalletReply(status, headers=headers)


_PAPERS = {Paper.PDF: "application/pdf", Paper.SVG: "image/svg+xml"}


def _printed(container: Container, request: WalletRequest) -> WalletReply:
    """A poster, a sign, a sheet or a plastic card, by the link that it leads to."""
    parts = request.path.removeprefix("/print/").split("/")
    if len(parts) != 2:
        raise NotFound("path_unknown")
    printed = printed_file(container.card_services, container.printer, parts[0], parts[1])
    headers = {
        "Content-Disposition": f'inline; filename="{printed.name}"',
        # Opened by itself, a drawing is a document: it runs and loads nothing.
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return WalletReply(200, _PAPERS[printed.paper], printed.content, headers)


def _image(container: Container, name: str) -> WalletReply:
    """An image for everybody. A browser must take it for nothing else than what it is."""
    image = container.image_vault.load(name)
    if image is None:
        raise NotFound("path_unknown")
    headers = {
        "Cache-Control": _IMMUTABLE,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Access-Control-Allow-Origin": "*",
    }
    return WalletReply(200, media_type(name), image, headers)


def _design_image(container: Container, request: WalletRequest) -> WalletReply:
    """An image that Google fetches. Its address holds its hash, so it may be kept for ever."""
    parts = request.path.removeprefix("/designs/").split("/")
    image = container.design_image(parts[0], parts[-1]) if len(parts) == 3 else None
    if image is None:
        raise NotFound("path_unknown")
    return WalletReply(200, "image/png", image, {"Cache-Control": _IMMUTABLE})


def _response(reply: WalletReply) -> dict[str, Any]:
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
        **reply.headers,
    }
    if reply.media_type:
        headers["Content-Type"] = reply.media_type
    text = not reply.body or reply.media_type.startswith(("text/", "application/json"))
    return {
        "statusCode": reply.status,
        "headers": headers,
        "body": reply.body.decode() if text else base64.b64encode(reply.body).decode(),
        "isBase64Encoded": not text,
    }
