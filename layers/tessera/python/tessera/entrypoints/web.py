"""The HTTP surface of browsers: the pages of the faces and their files."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tessera.entrypoints import observability
from tessera.entrypoints.web_files import File, Site

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "web"
_IMMUTABLE = "public, max-age=31536000, immutable"
_SECURITY = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Web:
    """The handler, serving the folder `static`. Making one reads nothing."""

    def __init__(self, static: Path) -> None:
        self._site = Site(static)

    def handler(self, event: Mapping[str, Any], _: LambdaContext) -> dict[str, Any]:
        """Answer one request of the gateway (payload format 2.0)."""
        started_s = time.perf_counter()
        headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
        operation, reply = self._answer(event["rawPath"], headers)
        observability.observe(
            SERVICE,
            observability.Outcome(
                operation=operation,
                status=reply["statusCode"],
                duration_ms=round((time.perf_counter() - started_s) * 1000),
            ),
        )
        return reply

    def _answer(self, path: str, headers: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        parts = path.strip("/").split("/")
        encodings = _encodings(headers.get("accept-encoding", ""))
        if parts[0] == "assets" and len(parts) > 2:
            file = self._site.asset(parts[1], "/".join(parts[2:]))
            return "asset", _reply(file, encodings, {"Cache-Control": _IMMUTABLE})
        tag = f'"{self._site.release}"'
        fresh = {"Cache-Control": "no-cache", "ETag": tag}
        file = self._site.page(parts[0]) if len(parts) == 1 else None
        if len(parts) == 2:
            file = self._site.fixed(parts[0], parts[1])
        if file is not None and tag in headers.get("if-none-match", ""):
            unchanged = {**_SECURITY, **file.headers, **fresh}
            return "page", {"statusCode": 304, "headers": unchanged, "body": ""}
        return "page", _reply(file, encodings, fresh)


def _encodings(accepted: str) -> set[str]:
    """The encodings that a browser takes; one with the weight 0 it does not."""
    found = set()
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            found.add(name.strip())
    return found


def _reply(file: File | None, encodings: set[str], headers: Mapping[str, str]) -> dict[str, Any]:
    if file is None:
        return {
            "statusCode": 404,
            "headers": {
                **_SECURITY,
                "Cache-Control": "no-store",
                "Content-Type": "text/plain; charset=utf-8",
            },
            "body": "404 Not Found\n",
        }
    encoding = next((name for name in file.compressed if name in encodings), None)
    told = {**_SECURITY, **file.headers, **headers, "Content-Type": file.media_type}
    if file.compressed:
        told["Vary"] = "Accept-Encoding"
    if encoding is not None:
        told["Content-Encoding"] = encoding
    body = file.body if encoding is None else file.compressed[encoding]
    return {
        "statusCode": 200,
        "headers": told,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
